/** Everything about all clusters at one moment, read around the control plane: records, instances, software. */
import { clusterFrom } from '../../../lambdas/adapters/dynamo-cluster-items.ts';
import { workloadFrom } from '../../../lambdas/adapters/workload-items.ts';
import { table } from '../../../lambdas/contracts/table.ts';
import { tagKeys } from '../../../lambdas/contracts/tags.ts';
import type {
  ClusterRecord,
  DeploymentStatus,
  NodeRecord,
  PendingLaunch,
} from '../../../lambdas/domain/cluster/records.ts';
import type { WorkloadRecord } from '../../../lambdas/domain/workload/records.ts';
import type { LocalCloud } from '../../../local/cloud.ts';
import type { InspectedInstance } from '../../../local/ec2/inspect.ts';
import type { InspectedCluster, InspectedTask } from '../../../local/nodes/index.ts';

export type Item = Readonly<Record<string, unknown>>;

export interface ClusterView {
  readonly clusterId: string;
  /** Status of the deployment; absent: no such record. */
  readonly status?: DeploymentStatus;
  /** Outputs as they are recorded. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** With what an update asks for. Absent: no such record. */
  readonly record?: Omit<ClusterRecord, 'launches'>;
  /** The same of services or jobs, which have no record of a cluster. */
  readonly workload?: WorkloadRecord;
  /** Ids of workloads that have a claim on the cluster. */
  readonly claims: readonly string[];
  readonly launches: readonly PendingLaunch[];
  readonly nodes: readonly NodeRecord[];
  /** Every instance that it ever had. */
  readonly instances: readonly InspectedInstance[];
  /** Absent: no start command ever ran. */
  readonly software?: InspectedCluster;
  /** All that runs on its agents, and what has ended lately. Collected when it is asked for. */
  readonly tasks: () => readonly InspectedTask[];
}

export interface View {
  /** Epoch milliseconds of simulated time. */
  readonly now: number;
  readonly clusters: ReadonlyMap<string, ClusterView>;
}

const partitionPrefix = 'DEPLOYMENT#';

export async function viewOf(cloud: LocalCloud): Promise<View> {
  const all = (await cloud.services.dynamodb.scan()).map(plainItem);
  const items = all.filter((item) => String(item[table.partitionKey]).startsWith(partitionPrefix));
  const byCluster = Map.groupBy(items, (item) => String(item[table.partitionKey]).slice(partitionPrefix.length));
  const instances = Map.groupBy(cloud.services.ec2.inspect.instances(), ({ tags }) => tags[tagKeys.clusterId] ?? '');
  const ids = new Set([...byCluster.keys(), ...instances.keys()].filter((id) => id !== ''));
  const view = (clusterId: string) =>
    clusterView(cloud, clusterId, { items: byCluster.get(clusterId) ?? [], instances: instances.get(clusterId) ?? [] });
  return { now: cloud.clock.now(), clusters: new Map([...ids].map((id) => [id, view(id)])) };
}

interface Found {
  readonly items: readonly Item[];
  readonly instances: readonly InspectedInstance[];
}

function clusterView(cloud: LocalCloud, clusterId: string, { items, instances }: Found): ClusterView {
  const find = (name: string) => items.find((item) => item[table.sortKey] === name);
  const meta = find('META');
  const item = find('CLUSTER');
  const workload = find('WORKLOAD');
  const { nodes } = cloud.services;
  const software = nodes.inspect.cluster(clusterId);
  return {
    clusterId,
    ...(meta && {
      status: meta.status as DeploymentStatus,
      outputs: JSON.parse(String(meta.outputs)) as Record<string, unknown>,
    }),
    ...(item && { record: clusterFrom(item, meta) }),
    ...(workload && { workload: workloadFrom(workload, meta) }),
    claims: Object.keys((item?.workloads ?? {}) as Record<string, unknown>),
    launches: Object.values((item?.launches ?? {}) as Record<string, PendingLaunch>),
    nodes: items.filter((item) => String(item[table.sortKey]).startsWith('NODE#')) as unknown as NodeRecord[],
    instances,
    ...(software && { software }),
    tasks: () => [...nodes.inspect.tasks(clusterId), ...nodes.inspect.endedTasks(clusterId)],
  };
}

/** Instances that run or are about to. */
export function isUp({ state }: InspectedInstance): boolean {
  return state === 'pending' || state === 'running';
}

/** An item without DynamoDB's types. */
export function plainItem(item: Readonly<Record<string, unknown>>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  const [[type, content] = ['NULL', true]] = Object.entries(value as Record<string, unknown>);
  switch (type) {
    case 'N':
      return Number(content);
    case 'M':
      return plainItem(content as Record<string, unknown>);
    case 'L':
      return (content as unknown[]).map(plainValue);
    case 'NULL':
      return null;
    default:
      return content;
  }
}
