/** Small clusters in the local cloud, made to go wrong. One lab per test file; each test works with clusters of its own. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import type { InspectedInstance } from '../../local/ec2/inspect.ts';
import { type ApiClient, startTestCloud, type TestCloud, type WaitOptions } from './local-cloud.ts';

export interface ClusterSize {
  readonly masters?: number;
  readonly slaves?: number;
  /** 0: the template has none. */
  readonly loadBalancers?: number;
  readonly preemptible?: boolean;
}

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
        marathon_password: fault-lab
      requirements: [ host: balancer_server ]`;

/** A template with as many nodes of each role as asked for. */
export function templateOf({ masters = 1, slaves = 1, loadBalancers = 1, preemptible = false }: ClusterSize): string {
  return `tosca_definitions_version: tosca_simple_yaml_1_0
topology_template:
  node_templates:
    master:
      type: tosca.nodes.indigo.MesosMaster
      properties: { mesos_password: fault-lab, marathon_password: fault-lab }
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
  /** DELETE, and everything that came of it: afterwards nothing is left. */
  remove(options?: WaitOptions): Promise<void>;
  /** What still exists of the cluster, in any service. */
  leftovers(): Promise<readonly string[]>;
}

export interface FaultLab {
  readonly cloud: TestCloud;
  readonly api: ApiClient;
  /** An EC2 client of the person at the keyboard. */
  readonly ec2: EC2Client;
  create(size: ClusterSize, request?: Readonly<Record<string, unknown>>): Promise<LabCluster>;
  close(): Promise<void>;
}

export async function openFaultLab(seed: string): Promise<FaultLab> {
  const cloud = await startTestCloud({ seed });
  const api = await cloud.client({ subject: 'fault-lab', lifetimeSeconds: 30 * 24 * 3600 });
  const ec2 = new EC2Client({
    endpoint: cloud.awsEndpoint,
    region: cloud.region,
    credentials: cloud.credentials.user,
  });
  return {
    ...{ cloud, api, ec2 },
    async create(size, request = {}) {
      const { status, json, text } = await api.post('/deployments', { template: templateOf(size), ...request });
      if (status !== 201) throw new Error(`POST answered ${status}: ${text}`);
      return clusterOf(cloud, api, json.uuid as string);
    },
    close: () => cloud.close(),
  };
}

export function clusterOf(cloud: TestCloud, api: ApiClient, id: string): LabCluster {
  const { ec2, iam, secretsManager } = cloud.services;
  const show = async () => (await api.get(`/deployments/${id}`)).json;
  const status = async () => {
    const answer = await api.get(`/deployments/${id}`);
    return answer.status === 404 ? 'GONE' : String(answer.json.status);
  };
  const untilStatus = (wanted: string, options: WaitOptions = {}) =>
    cloud.until(async () => (await status()) === wanted, { what: `status ${wanted} of ${id}`, ...options });
  const leftovers = async () => [
    ...ec2.inspect.leftovers(tagKeys.clusterId, id),
    ...iam.inspect.leftovers(tagKeys.clusterId, id),
    ...secretsManager.inspect.leftovers(tagKeys.clusterId, id),
    ...((await status()) === 'GONE' ? [] : ['the deployment']),
  ];
  return {
    ...{ id, show, status, untilStatus, leftovers },
    log: async () => (await api.get(`/deployments/${id}/log`)).text,
    alive: (role) =>
      ec2.inspect
        .instances()
        .filter(({ tags, state }) => tags[tagKeys.clusterId] === id && !['shutting-down', 'terminated'].includes(state))
        .filter(({ tags }) => role === undefined || tags[tagKeys.role] === role),
    async remove(options) {
      const answer = await api.delete(`/deployments/${id}`);
      if (answer.status !== 204) throw new Error(`DELETE answered ${answer.status}: ${answer.text}`);
      await untilStatus('GONE', options);
      const left = await leftovers();
      if (left.length > 0) throw new Error(`left of ${id}: ${left.join(', ')}`);
    },
  };
}
