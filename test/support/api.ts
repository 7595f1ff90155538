/** The API with fakes behind it, called the way API Gateway calls it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuthorizerContext, HttpAnswer } from '../../lambdas/contracts/api.ts';
import { HttpEvent } from '../../lambdas/contracts/api.ts';
import { Conflict, NotFound } from '../../lambdas/contracts/error-names.ts';
import type { Snapshot } from '../../lambdas/contracts/gateway.ts';
import type { OwnSignal } from '../../lambdas/contracts/signal.ts';
import type { ActivityEntry } from '../../lambdas/domain/cluster/plan.ts';
import type { DesiredCluster, Foundation, NodeRecord, PendingLaunch } from '../../lambdas/domain/cluster/records.ts';
import { type DeploymentRecord, updatable } from '../../lambdas/domain/deployment/deployment.ts';
import { makePace } from '../../lambdas/handlers/api/pace.ts';
import { makeServeApi } from '../../lambdas/handlers/api/serve.ts';
import type { ApiServices } from '../../lambdas/handlers/api/services.ts';
import type { ClusterSecrets, Secrets, WorkloadSecrets } from '../../lambdas/ports/credentials.ts';
import type { DeploymentStore } from '../../lambdas/ports/deployment-store.ts';
import { record as clusterRecord, rules, zones } from './clusters.ts';
import { FakeIdempotencyKeys, FakeQuotas } from './creation-guards.ts';
import { alice, apiNow, deploymentRecord, summaryOf } from './deployments.ts';
import { FakeWorkloads } from './fake-workloads.ts';

export interface FakeHost {
  readonly nodes: readonly NodeRecord[];
  readonly foundation: Foundation;
  readonly snapshot?: Snapshot;
}

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
  /** Clusters with nodes of their own, and what their masters show; without a snapshot they do not answer. */
  readonly hosts = new Map<string, FakeHost>();
  /** Clusters that are to be removed. */
  readonly absent = new Set<string>();
  readonly workloads = new FakeWorkloads(this.deployments, {
    mayFail: (name) => this.#mayFail(name),
    isPresent: (id) => (this.desired.has(id) ? !this.absent.has(id) : undefined),
  });
  readonly workloadSecrets = new Map<string, WorkloadSecrets>();
  /** As configured at deploy time. */
  readonly access = { administrators: [] as string[], requiredScopes: { change: [] as string[], act: [] as string[] } };
  readonly limits = { deploymentsPerOwner: 100, requestsPerSecond: 20, requestBurst: 1000 };
  readonly callbackNetworks: string[] = [];
  readonly idempotencyKeys = new FakeIdempotencyKeys();
  readonly quotas = new FakeQuotas();
  now = apiNow;
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
        .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
        .map(summaryOf),
    listOrganization: async (issuer, organization) =>
      [...this.deployments.values()]
        .filter((record) => record.owner.issuer === issuer && record.organization === organization)
        .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
        .map(summaryOf),
    listNodes: async () => ({ nodes: this.nodes, launches: this.launches }),
    requestDelete: async (id, now, { evenIfClaimed = false } = {}) => {
      this.#mayFail('requestDelete');
      if (!evenIfClaimed && this.workloads.on(id).size > 0) return false;
      const record = this.deployments.get(id);
      if (!record) throw new NotFound(`The deployment <${id}> doesn't exist`);
      if (record.status === 'DELETE_IN_PROGRESS') throw new Conflict('Deployment already in DELETE_IN_PROGRESS state.');
      this.deployments.set(id, { ...record, status: 'DELETE_IN_PROGRESS', updatedAt: now.toISOString() });
      this.absent.add(id);
      return true;
    },
    failDeletion: async (id, now) => {
      this.#mayFail('failDeletion');
      const record = this.deployments.get(id);
      if (record?.status !== 'DELETE_IN_PROGRESS') throw new Conflict('not being deleted');
      this.deployments.set(id, { ...record, status: 'DELETE_FAILED', updatedAt: now.toISOString() });
    },
    listActivity: async () => this.activity,
    complete: async () => {},
    setPower: async (id, { instanceId, power }) => {
      this.#mayFail('setPower');
      const record = this.deployments.get(id);
      if (!record || !updatable.includes(record.status)) throw new Conflict('too late');
      const others = (record.stopped ?? []).filter((other) => other !== instanceId);
      this.deployments.set(id, { ...record, stopped: power === 'off' ? [...others, instanceId] : others });
    },
    beginUpdate: async (id, { generation, ...begun }, now) => {
      this.#mayFail('beginUpdate');
      const record = this.deployments.get(id);
      if (record?.generation !== generation - 1 || !updatable.includes(record.status)) throw new Conflict('too late');
      const { statusReason: _, ...kept } = record;
      const changes = { generation, ...begun, status: 'UPDATE_IN_PROGRESS' as const, updatedAt: now.toISOString() };
      this.deployments.set(id, { ...kept, ...changes });
    },
  };

  readonly services: ApiServices = {
    deployments: this.store,
    clusters: {
      addActivity: async (_, entries, now) => {
        this.#mayFail('addActivity');
        this.activity.push(...entries.map((entry) => ({ ...entry, at: now.toISOString() })));
      },
      loadCluster: async (id) => {
        const desired = this.desired.get(id);
        if (!desired) throw new NotFound('no cluster');
        const { generation = 1, update } = this.deployments.get(id) ?? {};
        const { launches, nodes } = this;
        const presence = this.absent.has(id) ? ('absent' as const) : ('present' as const);
        const record = clusterRecord({ desired: { ...desired, presence, generation, ...update }, launches });
        const host = this.hosts.get(id);
        return host ? { record: { ...record, foundation: host.foundation }, nodes: host.nodes } : { record, nodes };
      },
      findExisting: async (ids) => new Set(ids.filter((id) => this.deployments.has(id))),
    },
    idempotencyKeys: this.idempotencyKeys,
    quotas: this.quotas,
    checkPace: makePace(this.limits),
    credentials: this.#secretsIn(this.secrets),
    workloads: this.workloads.store,
    workloadCredentials: this.#secretsIn(this.workloadSecrets),
    gateway: {
      snapshot: async ({ masterIps }) =>
        [...this.hosts.values()].find(({ foundation }) => foundation.masterInterfaces[0]?.privateIp === masterIps[0])
          ?.snapshot,
    },
    readPageFile: (name) => readFile(join(import.meta.dirname, '../../node_modules/swagger-ui-dist', name), 'utf8'),
    signals: {
      send: async (signal) => {
        this.#mayFail('signal');
        this.signals.push(signal);
      },
    },
    clock: { now: () => this.now },
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
    settings: {
      ...{ region: 'eu-west-1', zones, rules, maxTemplateBytes: 20_000 },
      access: this.access,
      limits: this.limits,
      callbackNetworks: this.callbackNetworks,
      build: { revision: 'abc123', branch: 'main', time: '2026-02-28T12:00Z' },
      workloadVolumeBase: '/var/lib/mesoscale/volumes/',
      lookMilliseconds: 50,
    },
  };

  add(overrides: Partial<DeploymentRecord> = {}): DeploymentRecord {
    const record = deploymentRecord(overrides);
    this.deployments.set(record.deploymentId, record);
    return record;
  }

  /** Versions lie beside the first, each under its own id. */
  #secretsIn<S>(secrets: Map<string, S>): Secrets<S> {
    return {
      create: async (id, content) => {
        this.#mayFail('credentials.create');
        secrets.set(id, content);
      },
      get: async (id, version) => {
        const content = secrets.get(version === undefined ? id : `${id}/${version}`);
        if (!content) throw new NotFound('no secret');
        return content;
      },
      addVersion: async (id, version, content) => {
        this.#mayFail('addVersion');
        secrets.set(`${id}/${version}`, content);
      },
      dropVersion: async (id, version) => {
        this.#mayFail('dropVersion');
        secrets.delete(`${id}/${version}`);
      },
    };
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
  /** Parsed body, if there is one and it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read it as any client does, without types
  readonly json: any;
}

/** Calls as alice unless `auth` says otherwise; null is a caller without a token. */
export async function call(world: FakeWorld, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { query = '', body, headers = {}, auth = { authenticated: 'true', ...alice }, stage = '' } = options;
  const parameters = new URLSearchParams(query);
  const event = HttpEvent.parse({
    httpMethod: method,
    headers: { Host: 'api.example.org', 'X-Forwarded-Proto': 'https', ...headers },
    multiValueQueryStringParameters: Object.fromEntries(
      [...parameters.keys()].map((key) => [key, parameters.getAll(key)]),
    ),
    pathParameters: { proxy: path.slice(stage ? stage.length + 2 : 1) },
    ...(body === undefined ? {} : encode(body)),
    requestContext: {
      path,
      domainName: 'api.example.org',
      requestId: 'gateway-1',
      authorizer: auth ?? { authenticated: 'false', reason: 'missing' },
    },
  });
  const answer = await makeServeApi(world.services)(event);
  const isJson = answer.headers['Content-Type']?.startsWith('application/json');
  return { ...answer, json: isJson && answer.body !== '' ? JSON.parse(answer.body) : undefined };
}

function encode(body: string | Uint8Array): { readonly body: string; readonly isBase64Encoded: boolean } {
  if (typeof body === 'string') return { body, isBase64Encoded: false };
  return { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
}
