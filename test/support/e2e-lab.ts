/** One local cloud for the tests of a file, with every invariant held, and the deployments that they make. */
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import type { InspectedInstance } from '../../local/ec2/inspect.ts';
import { clusterOf, type LabCluster } from './fault-lab.ts';
import { countThings, createInvariants, expectNothingLeft, isUp, type View } from './invariants.ts';
import {
  type ApiAnswer,
  type ApiClient,
  startTestCloud,
  type TestCloud,
  type TestCloudOptions,
  type WaitOptions,
} from './local-cloud.ts';

export interface E2eCluster extends LabCluster {
  /** The client that made it. */
  readonly api: ApiClient;
}

export interface E2eLab {
  readonly cloud: TestCloud;
  /** What the latest look saw; asking the API at each look would cost more than all that is looked at. */
  latest(): View;
  /** User `tester`. All clients' answers are searched for secrets. */
  readonly api: ApiClient;
  client(subject: string): Promise<ApiClient>;
  /** POST. @throws Error if it is refused */
  deploy(template: string, request?: Readonly<Record<string, unknown>>, by?: ApiClient): Promise<E2eCluster>;
  /** Takes deployments that are made already. */
  cluster(id: string, by?: ApiClient): E2eCluster;
  /** Until all are complete. */
  complete(clusters: readonly E2eCluster[]): Promise<void>;
  /** DELETE of all at once, until nothing is left of any, tagged or not. */
  removeAll(clusters: readonly E2eCluster[]): Promise<void>;
  /** Until none of these is known any more; throws if anything is left. */
  untilGone(clusters: readonly E2eCluster[]): Promise<void>;
  /** Throws unless there is as much of everything as when the lab was opened. */
  expectEmpty(): void;
  close(): Promise<void>;
}

export interface E2eLabOptions extends Omit<TestCloudOptions, 'invariants'> {
  /** Texts that must be nowhere but in Secrets Manager. */
  readonly secrets?: readonly string[];
}

const tokenLifetimeSeconds = 30 * 24 * 3600;

export async function openE2eLab(seed: string, { secrets = [], ...options }: E2eLabOptions = {}): Promise<E2eLab> {
  const invariants = createInvariants(secrets);
  const cloud = await startTestCloud({ seed, ...options, invariants: [invariants.invariant] });
  const atFirst = countThings(cloud);
  const client = async (subject: string) =>
    invariants.watch(await cloud.client({ subject, lifetimeSeconds: tokenLifetimeSeconds }));
  const api = await client('tester');
  const cluster = (id: string, by = api): E2eCluster => {
    const found: E2eCluster = {
      ...clusterOf(cloud, by, id),
      api: by,
      untilStatus: (status, options) => untilAll([found], status, options),
    };
    return found;
  };
  const expectEmpty = () => expect(countThings(cloud)).toEqual(atFirst);
  const untilAll = async (clusters: readonly E2eCluster[], status: string, options: WaitOptions = {}) => {
    const { latest } = invariants;
    const isOver = () => clusters.every(({ id }) => (latest().clusters.get(id)?.status ?? 'GONE') === status);
    await cloud.until(isOver, { what: `status ${status} of all`, ...options });
    const told = await tellAll(clusters);
    expect(clusters.map(({ id }) => told.get(id) ?? 'GONE')).toEqual(clusters.map(() => status));
  };
  const untilGone: E2eLab['untilGone'] = async (clusters) => {
    await untilAll(clusters, 'GONE');
    await cloud.until(() => clusters.every(({ id }) => !isRunning(cloud, id)), { what: 'the end of the runs' });
    for (const { id } of clusters) await expectNothingLeft(cloud, id);
  };
  return {
    ...{ cloud, api, client, cluster, untilGone, expectEmpty, latest: invariants.latest },
    deploy: async (template, request = {}, by = api) => {
      const answer = await by.post('/deployments', { template, ...request });
      if (answer.status !== 201) throw new Error(`POST answered ${answer.status}: ${answer.text}`);
      return cluster(answer.json.uuid as string, by);
    },
    complete: (clusters) => untilAll(clusters, 'CREATE_COMPLETE'),
    async removeAll(clusters) {
      for (const { id, api } of clusters)
        expect([id, (await api.delete(`/deployments/${id}`)).status]).toEqual([id, 204]);
      await untilGone(clusters);
    },
    close: () => cloud.close(),
  };
}

/** What the API says of all deployments of the clusters' owners. */
async function tellAll(clusters: readonly E2eCluster[]): Promise<ReadonlyMap<string, string>> {
  const told = new Map<string, string>();
  for (const api of new Set(clusters.map((cluster) => cluster.api))) {
    const { json } = await api.get('/deployments');
    for (const { uuid, status } of json.content) told.set(uuid, status);
  }
  return told;
}

/** Whether a run of its loop is under way. */
export function isRunning({ services }: TestCloud, id: string): boolean {
  return services.states.inspect.executions().some(({ name, status }) => name.startsWith(id) && status === 'RUNNING');
}

export interface Addresses {
  /** In slot order. */
  readonly masters: readonly InspectedInstance[];
  readonly slaves: readonly InspectedInstance[];
  /** The elastic IP of the load balancers. */
  readonly virtual: string | undefined;
}

/** Where a cluster's nodes really are. */
export function addressesOf({ services }: TestCloud, clusterId: string): Addresses {
  const { ec2 } = services;
  const own = ec2.inspect.instances().filter((one) => one.tags[tagKeys.clusterId] === clusterId && isUp(one));
  const ofRole = (role: string) => own.filter(({ tags }) => tags[tagKeys.role] === role);
  const slotOf = ({ tags }: InspectedInstance) => Number(tags[tagKeys.slot]);
  const balancers = new Set(ofRole('load-balancer').map(({ instanceId }) => instanceId));
  return {
    masters: ofRole('master').sort((a, b) => slotOf(a) - slotOf(b)),
    slaves: ofRole('slave'),
    virtual: ec2.inspect.addresses().find(({ holder }) => holder !== undefined && balancers.has(holder))?.publicIp,
  };
}

/** The contract's error object, with all that it holds. */
export function errorOf({ json }: ApiAnswer): {
  readonly code: number;
  readonly title: string;
  readonly message: string;
} {
  expect(Object.keys(json ?? {}).sort()).toEqual(['code', 'message', 'title']);
  return json;
}
