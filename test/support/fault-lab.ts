/** Small clusters in the local cloud, made to go wrong. One lab per test file; each test works with clusters of its own. */
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import type { InspectedInstance } from '../../local/ec2/inspect.ts';
import { findLies } from './invariants/truth.ts';
import { createInvariants, expectNothingLeft, leftoversOf, viewOf } from './invariants.ts';
import { type ApiAnswer, type ApiClient, startTestCloud, type TestCloud, type WaitOptions } from './local-cloud.ts';

/** Real time for one test on a busy machine: most of them take a few seconds. */
export const FAULT_TEST_TIMEOUT_MS = 300_000;

export interface ClusterSize {
  readonly masters?: number;
  readonly slaves?: number;
  /** 0: the template has none. */
  readonly loadBalancers?: number;
  readonly preemptible?: boolean;
}

const password = 'n0-one-may-see-this';
const computes = (name: string, count: number, extra = '') => `
    ${name}_server:
      type: tosca.nodes.indigo.Compute
      capabilities:
        scalable: { properties: { count: ${count} } }
        host: { properties: { num_cpus: 2, mem_size: 4 GB${extra} } }`;

const balancer = `
    balancer:
      type: tosca.nodes.indigo.MesosLoadBalancer
      properties:
        master_ips: { get_attribute: [ master_server, private_address ] }
        marathon_password: ${password}
      requirements: [ host: balancer_server ]`;

/** A template with as many nodes of each role as asked for. */
export function templateOf({ masters = 1, slaves = 1, loadBalancers = 1, preemptible = false }: ClusterSize): string {
  return `tosca_definitions_version: tosca_simple_yaml_1_0
topology_template:
  node_templates:
    master:
      type: tosca.nodes.indigo.MesosMaster
      properties: { mesos_password: ${password}, marathon_password: ${password} }
      requirements: [ host: master_server ]
    slave:
      type: tosca.nodes.indigo.MesosSlave
      properties:
        master_ips: { get_attribute: [ master_server, private_address ] }
        front_end_ip: { get_attribute: [ master_server, private_address, 0 ] }
      requirements: [ host: slave_server ]${loadBalancers > 0 ? balancer : ''}${computes('master', masters)}${computes(
        'slave',
        slaves,
        preemptible ? ', preemtible_instance: true' : '',
      )}${loadBalancers > 0 ? computes('balancer', loadBalancers) : ''}
  outputs:
    masters: { value: { get_attribute: [ master_server, private_address ] } }
`;
}

export interface LabCluster {
  readonly id: string;
  /** The API's answer. */
  show(): Promise<{ readonly status: string; readonly statusReason?: string; readonly [name: string]: unknown }>;
  status(): Promise<string>;
  untilStatus(status: string, options?: WaitOptions): Promise<void>;
  /** All activity, oldest first, as one text. */
  log(): Promise<string>;
  /** Instances that are not being terminated. */
  alive(role?: string): readonly InspectedInstance[];
  /** How many instances were ever launched for it. */
  launched(): number;
  /** What it lacks of what `CREATE_COMPLETE` claims; empty: it is whole. */
  lacks(): Promise<readonly string[]>;
  requestDelete(): Promise<ApiAnswer>;
  /** DELETE, and everything that came of it: afterwards nothing is left. */
  remove(options?: WaitOptions): Promise<void>;
  /** What still exists of it, in any service. */
  leftovers(): Promise<readonly string[]>;
  /** Until the deployment is gone; throws if anything else of it is left. */
  untilGone(options?: WaitOptions): Promise<void>;
}

interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface FaultLab {
  readonly cloud: TestCloud;
  readonly api: ApiClient;
  /** An EC2 client of the person at the keyboard. */
  readonly ec2: EC2Client;
  /** Any other client of that person; closed with the lab. */
  client<T extends { destroy(): void }>(Client: new (config: ClientConfig) => T): T;
  /** Ends instances from outside. */
  terminate(instanceIds: readonly string[]): Promise<unknown>;
  /** Whether no run of its loop is under way. */
  isSettled(cluster: LabCluster): boolean;
  /** Until the cluster lacks nothing and its loop has ended. */
  untilWhole(cluster: LabCluster, options?: WaitOptions): Promise<void>;
  /** DELETE of all at the same time; afterwards nothing is left of any. */
  removeAll(clusters: readonly LabCluster[], options?: WaitOptions): Promise<void>;
  create(size: ClusterSize, request?: Readonly<Record<string, unknown>>): Promise<LabCluster>;
  /** As a patient client: asks again after an error, unless the deployment is in the list all the same. */
  createRepeatedly(size: ClusterSize): Promise<LabCluster>;
  close(): Promise<void>;
}

export async function openFaultLab(seed: string): Promise<FaultLab> {
  const watch = createInvariants([password]);
  const cloud = await startTestCloud({ seed, invariants: [watch.invariant] });
  const api = watch.watch(await cloud.client({ subject: 'fault-lab', lifetimeSeconds: 30 * 24 * 3600 }));
  const config = { endpoint: cloud.awsEndpoint, region: cloud.region, credentials: cloud.credentials.user };
  const opened: { destroy(): void }[] = [];
  const client: FaultLab['client'] = (Client) => {
    const made = new Client(config);
    opened.push(made);
    return made;
  };
  const ec2 = client(EC2Client);
  const lab: FaultLab = {
    ...{ cloud, api, ec2, client },
    async create(size, request = {}) {
      const { status, json, text } = await api.post('/deployments', { template: templateOf(size), ...request });
      if (status !== 201) throw new Error(`POST answered ${status}: ${text}`);
      return clusterOf(cloud, api, json.uuid as string);
    },
    async createRepeatedly(size) {
      const idsOfAll = async () =>
        ((await api.get('/deployments')).json?.content ?? []).map(({ uuid }: { uuid: string }) => uuid);
      const before = new Set(await idsOfAll());
      let id: string | undefined;
      const isThere = async () => {
        const { status, json } = await api.post('/deployments', { template: templateOf(size) });
        id = status === 201 ? json.uuid : (await idsOfAll()).find((one: string) => !before.has(one));
        return id !== undefined;
      };
      await cloud.until(isThere, { what: 'an accepted POST' });
      return clusterOf(cloud, api, id ?? '');
    },
    terminate: (instanceIds) => ec2.send(new TerminateInstancesCommand({ InstanceIds: [...instanceIds] })),
    async removeAll(clusters, options) {
      for (const { id } of clusters) {
        const { status, text } = await api.delete(`/deployments/${id}`);
        if (status !== 204) throw new Error(`DELETE answered ${status}: ${text}`);
      }
      for (const cluster of clusters) await cluster.untilGone(options);
    },
    isSettled: ({ id }) =>
      cloud.services.states.inspect
        .executions()
        .every(({ name, status }) => !name.startsWith(id) || status !== 'RUNNING'),
    async untilWhole(cluster, options) {
      const isWhole = async () => lab.isSettled(cluster) && (await cluster.lacks()).length === 0;
      await cloud.until(isWhole, { what: `a whole and quiet cluster ${cluster.id}`, ...options });
    },
    close() {
      for (const one of opened) one.destroy();
      return cloud.close();
    },
  };
  return lab;
}

export function clusterOf(cloud: TestCloud, api: ApiClient, id: string): LabCluster {
  const { ec2 } = cloud.services;
  const show = async () => (await api.get(`/deployments/${id}`)).json;
  const status = async () => {
    const answer = await api.get(`/deployments/${id}`);
    return answer.status === 404 ? 'GONE' : String(answer.json.status);
  };
  /** Asks the API only when the records say so: each of its answers is two invocations. */
  const untilStatus = async (wanted: string, options: WaitOptions = {}) => {
    const isRecorded = async () => ((await viewOf(cloud)).clusters.get(id)?.status ?? 'GONE') === wanted;
    const what = `status ${wanted} of ${id}`;
    await cloud.until(async () => (await isRecorded()) && (await status()) === wanted, { what, ...options });
  };
  const requestDelete = () => api.delete(`/deployments/${id}`);
  const alive: LabCluster['alive'] = (role) =>
    ec2.inspect
      .instances()
      .filter(({ tags, state }) => tags[tagKeys.clusterId] === id && !['shutting-down', 'terminated'].includes(state))
      .filter(({ tags }) => role === undefined || tags[tagKeys.role] === role);
  const untilGone: LabCluster['untilGone'] = async (options) => {
    await untilStatus('GONE', options);
    await cloud.until(async () => (await leftoversOf(cloud, id)).every((name) => !name.startsWith('run ')), {
      what: `the end of the last run of ${id}`,
    });
    await expectNothingLeft(cloud, id);
  };
  return {
    ...{ id, show, status, untilStatus, untilGone, requestDelete },
    leftovers: () => leftoversOf(cloud, id),
    async lacks() {
      const view = (await viewOf(cloud)).clusters.get(id);
      return view ? findLies(cloud, view) : ['it is not there'];
    },
    log: async () => (await api.get(`/deployments/${id}/log`)).text,
    alive,
    launched: () => ec2.inspect.instances().filter(({ tags }) => tags[tagKeys.clusterId] === id).length,
    async remove(options) {
      const answer = await requestDelete();
      if (answer.status !== 204) throw new Error(`DELETE answered ${answer.status}: ${answer.text}`);
      await untilGone(options);
    },
  };
}
