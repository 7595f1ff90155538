/** Everything about all clusters at one moment, read around the control plane: records, instances, software. */

import { table } from '../../../lambdas/contracts/table.ts';
import { tagKeys } from '../../../lambdas/contracts/tags.ts';
import type {
  ClusterRecord,
  DeploymentStatus,
  NodeRecord,
  PendingLaunch,
} from '../../../lambdas/domain/cluster/records.ts';
import type { LocalCloud } from '../../../local/cloud.ts';
import type { InspectedInstance } from '../../../local/ec2/inspect.ts';
import type { InspectedCluster } from '../../../local/nodes/index.ts';

export type Item = Readonly<Record<string, unknown>>;

export interface ClusterView {
  readonly clusterId: string;
  /** Status of the deployment; absent: no such record. */
  readonly status?: DeploymentStatus;
  /** Outputs as they are recorded. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Absent: no such record. */
  readonly record?: Omit<ClusterRecord, 'launches'>;
  readonly launches: readonly PendingLaunch[];
  readonly nodes: readonly NodeRecord[];
  /** Every instance that it ever had. */
  readonly instances: readonly InspectedInstance[];
  /** Absent: no start command ever ran. */
  readonly software?: InspectedCluster;
}

export interface View {
  /** Epoch milliseconds of simulated time. */
  readonly now: number;
  readonly clusters: ReadonlyMap<string, ClusterView>;
}

const partitionPrefix = 'DEPLOYMENT#';

export async function viewOf(cloud: LocalCloud): Promise<View> {
  const items = (await cloud.services.dynamodb.scan()).map(plainItem);
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
  const record = find('CLUSTER') as unknown as
    | (ClusterView['record'] & { launches: Record<string, PendingLaunch> })
    | undefined;
  const software = cloud.services.nodes.inspect.cluster(clusterId);
  return {
    clusterId,
    ...(meta && {
      status: meta.status as DeploymentStatus,
      outputs: JSON.parse(String(meta.outputs)) as Record<string, unknown>,
    }),
    ...(record && { record }),
    launches: Object.values(record?.launches ?? {}),
    nodes: items.filter((item) => String(item[table.sortKey]).startsWith('NODE#')) as unknown as NodeRecord[],
    instances,
    ...(software && { software }),
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
