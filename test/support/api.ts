/** The API with fakes behind it, called the way API Gateway calls it. */
import type { AuthorizerContext, HttpAnswer } from '../../lambdas/contracts/api.ts';
import { HttpEvent } from '../../lambdas/contracts/api.ts';
import { Conflict, NotFound } from '../../lambdas/contracts/error-names.ts';
import type { OwnSignal } from '../../lambdas/contracts/signal.ts';
import type { ActivityEntry } from '../../lambdas/domain/cluster/plan.ts';
import type { DesiredCluster, NodeRecord, PendingLaunch } from '../../lambdas/domain/cluster/records.ts';
import type { DeploymentRecord } from '../../lambdas/domain/deployment/deployment.ts';
import { makeServeApi } from '../../lambdas/handlers/api/serve.ts';
import type { ApiServices } from '../../lambdas/handlers/api/services.ts';
import type { ClusterSecrets } from '../../lambdas/ports/credentials.ts';
import type { DeploymentStore } from '../../lambdas/ports/deployment-store.ts';
import { rules, zones } from './clusters.ts';
import { alice, apiNow, deploymentRecord } from './deployments.ts';

/** Keeps everything in memory and records what was asked of it. */
export class FakeWorld {
  readonly deployments = new Map<string, DeploymentRecord>();
  readonly desired = new Map<string, DesiredCluster>();
  readonly secrets = new Map<string, ClusterSecrets>();
  readonly activity: (ActivityEntry & { readonly at: string })[] = [];
  readonly signals: OwnSignal[] = [];
  readonly logged: { readonly message: string; readonly fields: Readonly<Record<string, unknown>> }[] = [];
  nodes: readonly NodeRecord[] = [];
  launches: readonly PendingLaunch[] = [];
  /** Thrown by the named call until it is removed. */
  readonly failures = new Map<string, Error>();
  #serial = 0;

  readonly store: DeploymentStore = {
    create: async (deployment, desired) => {
      this.#mayFail('create');
      this.desired.set(desired.clusterId, desired);
      this.deployments.set(deployment.deploymentId, deployment);
    },
    find: async (id) => {
      this.#mayFail('find');
      return this.deployments.get(id);
    },
    list: async ({ issuer, subject }) =>
      [...this.deployments.values()]
        .filter(({ owner }) => owner.issuer === issuer && owner.subject === subject)
        .sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
    listNodes: async () => ({ nodes: this.nodes, launches: this.launches }),
    requestDelete: async (id, now) => {
      this.#mayFail('requestDelete');
      const record = this.deployments.get(id);
      if (!record) throw new NotFound(`The deployment <${id}> doesn't exist`);
      if (record.status === 'DELETE_IN_PROGRESS') throw new Conflict('Deployment already in DELETE_IN_PROGRESS state.');
      this.deployments.set(id, { ...record, status: 'DELETE_IN_PROGRESS', updatedAt: now.toISOString() });
    },
    listActivity: async () => this.activity,
    complete: async () => {},
  };

  readonly services: ApiServices = {
    deployments: this.store,
    clusters: {
      addActivity: async (_, entries, now) => {
        this.#mayFail('addActivity');
        this.activity.push(...entries.map((entry) => ({ ...entry, at: now.toISOString() })));
      },
    },
    credentials: {
      create: async (clusterId, secrets) => {
        this.#mayFail('credentials.create');
        this.secrets.set(clusterId, secrets);
      },
      get: async (clusterId) => {
        const secrets = this.secrets.get(clusterId);
        if (!secrets) throw new NotFound('no secret');
        return secrets;
      },
    },
    signals: {
      send: async (signal) => {
        this.#mayFail('signal');
        this.signals.push(signal);
      },
    },
    clock: { now: () => apiNow },
    ids: {
      uuid: () => {
        this.#serial += 1;
        return `0197a000-0000-7000-8000-${String(this.#serial).padStart(12, '0')}`;
      },
      secret: (bytes) => Buffer.alloc(bytes, 0xfb).toString('base64url'),
    },
    log: {
      info: (message, fields) => this.logged.push({ message, fields }),
      warn: (message, fields) => this.logged.push({ message, fields }),
      error: (message, fields) => this.logged.push({ message, fields }),
    },
    settings: { region: 'eu-west-1', zones, rules, maxTemplateBytes: 20_000 },
  };

  add(overrides: Partial<DeploymentRecord> = {}): DeploymentRecord {
    const record = deploymentRecord(overrides);
    this.deployments.set(record.deploymentId, record);
    return record;
  }

  #mayFail(call: string): void {
    const failure = this.failures.get(call);
    if (failure) throw failure;
  }
}

export interface CallOptions {
  readonly query?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth?: AuthorizerContext | null;
  readonly stage?: string;
}

export interface Answer extends HttpAnswer {
  /** Parsed body, if it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read it as any client does, without types
  readonly json: any;
}

/** Calls as alice unless `auth` says otherwise; null is a caller without a token. */
export async function call(world: FakeWorld, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { query = '', body, headers = {}, auth = { authenticated: 'true', ...alice }, stage = '$default' } = options;
  const event = HttpEvent.parse({
    version: '2.0',
    rawPath: path,
    rawQueryString: query,
    headers: { host: 'api.example.org', 'x-forwarded-proto': 'https', ...headers },
    ...(body === undefined ? {} : encode(body)),
    requestContext: {
      domainName: 'api.example.org',
      stage,
      http: { method, path },
      authorizer: { lambda: auth ?? { authenticated: 'false', reason: 'missing' } },
    },
  });
  const answer = await makeServeApi(world.services)(event);
  const isJson = answer.headers['Content-Type']?.startsWith('application/json');
  return { ...answer, json: isJson ? JSON.parse(answer.body) : undefined };
}

function encode(body: string | Uint8Array): { readonly body: string; readonly isBase64Encoded: boolean } {
  if (typeof body === 'string') return { body, isBase64Encoded: false };
  return { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
}
