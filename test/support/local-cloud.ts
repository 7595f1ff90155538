/** The local cloud for end-to-end tests: the real stack in virtual time, driven over HTTP. */
import { prepareAssembly } from '../../local/assembly.ts';
import { type CloudOptions, type LocalCloud, startCloud } from '../../local/cloud.ts';
import type { OidcUser } from '../../local/oidc.ts';

/** Bundling and synthesis happen at most once per state of the sources; give `beforeAll` this long. */
export const ASSEMBLY_TIMEOUT_MS = 300_000;

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed body; undefined if it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of any shape, and their expectations say what it must be
  readonly json: any;
}

export interface ApiClient {
  /** @param body text is sent as it is, anything else as JSON */
  request(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  get(path: string): Promise<ApiAnswer>;
  post(path: string, body: unknown): Promise<ApiAnswer>;
  delete(path: string): Promise<ApiAnswer>;
}

/** Throws if something that must always hold does not. */
export type Invariant = (cloud: LocalCloud) => void | Promise<void>;

export interface TestCloudOptions extends Partial<Omit<CloudOptions, 'template'>> {
  /** Checked at every look at a condition. */
  readonly invariants?: readonly Invariant[];
}

export interface WaitOptions {
  /** Simulated seconds. @default 3600 */
  readonly withinSeconds?: number;
  /** Simulated seconds between two looks. @default 5 */
  readonly everySeconds?: number;
  /** What is waited for, for the error. */
  readonly what?: string;
}

export interface TestCloud extends LocalCloud {
  /** A client with the token of a user. @default user `tester` */
  client(user?: OidcUser): Promise<ApiClient>;
  /** Lets simulated time pass until the condition holds; checks the invariants at each look. */
  until(condition: () => boolean | Promise<boolean>, options?: WaitOptions): Promise<void>;
  /** Adds invariants from now on. */
  hold(...invariants: readonly Invariant[]): void;
}

export async function startTestCloud({ invariants = [], ...options }: TestCloudOptions = {}): Promise<TestCloud> {
  const template = await prepareAssembly();
  const cloud = await startCloud({ speed: 'virtual', ...options, template });
  const held = [...invariants];
  const checkInvariants = async () => {
    for (const invariant of held) await invariant(cloud);
  };
  return {
    ...cloud,
    client: async (user = { subject: 'tester' }) => createApiClient(cloud.apiUrl, await cloud.issueToken(user)),
    hold: (...more) => void held.push(...more),
    async until(condition, { withinSeconds = 3600, everySeconds = 5, what } = {}) {
      const look = async () => {
        await checkInvariants();
        return condition();
      };
      const options = { within: withinSeconds * 1000, every: everySeconds * 1000, ...(what !== undefined && { what }) };
      await cloud.clock.runUntil(look, options);
    },
  };
}

/** @param token undefined: requests without authorization */
export function createApiClient(apiUrl: string, token?: string): ApiClient {
  const request: ApiClient['request'] = async (method, path, body, headers = {}) => {
    const isText = typeof body === 'string';
    const answer = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && !isText && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: parse(text) };
  };
  return {
    request,
    get: (path) => request('GET', path),
    post: (path, body) => request('POST', path, body),
    delete: (path) => request('DELETE', path),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
