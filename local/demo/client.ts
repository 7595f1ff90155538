/** The API as the demo uses it: plain HTTP, like any client. */

export interface Deployment {
  readonly uuid: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface Resource {
  readonly toscaNodeName: string;
  readonly toscaNodeType: string;
  readonly state: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An answer of the API that is an error. */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface DemoClient {
  create(template: string, parameters: Readonly<Record<string, unknown>>): Promise<Deployment>;
  /** @returns undefined if it does not exist (any more) */
  find(uuid: string): Promise<Deployment | undefined>;
  log(uuid: string): Promise<readonly string[]>;
  resources(uuid: string): Promise<readonly Resource[]>;
  delete(uuid: string): Promise<void>;
}

export function createDemoClient(apiUrl: string, token: string): DemoClient {
  const ask = async (method: string, path: string, body?: unknown): Promise<string> => {
    const answer = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.ok) return text;
    throw new ApiError(answer.status, (JSON.parse(text) as { message: string }).message);
  };
  const orGone = async <T>(question: Promise<T>, gone: T): Promise<T> =>
    question.catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return gone;
      throw error;
    });
  return {
    create: async (template, parameters) =>
      JSON.parse(await ask('POST', '/deployments', { template, parameters })) as Deployment,
    find: (uuid) =>
      orGone<Deployment | undefined>(
        ask('GET', `/deployments/${uuid}`).then((text) => JSON.parse(text) as Deployment),
        undefined,
      ),
    log: async (uuid) => (await orGone(ask('GET', `/deployments/${uuid}/log`), '')).split('\n').filter(Boolean),
    resources: async (uuid) => {
      const page = await orGone(ask('GET', `/deployments/${uuid}/resources`), '{"content":[]}');
      return (JSON.parse(page) as { content: Resource[] }).content;
    },
    delete: async (uuid) => {
      await ask('DELETE', `/deployments/${uuid}`);
    },
  };
}
