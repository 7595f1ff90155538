/** What `/resources` shows: one resource per node template and ordinal, joined with what is known of the nodes. */
import type { ResourceState } from '../../contracts/api.ts';
import type { DeploymentStatus, NodeRecord, PendingLaunch, Timestamp } from '../cluster/records.ts';
import type { DeploymentRecord, TopologyNode } from './deployment.ts';
import { nameUuid } from './name-uuid.ts';
import { type VmInfo, vmInfoOf } from './vm-info.ts';

export interface Resource {
  /** Always the same for a node template and ordinal of a deployment, whichever instance serves it. */
  readonly resourceId: string;
  readonly nodeName: string;
  readonly nodeType: string;
  readonly ancestors: readonly string[];
  readonly state: ResourceState;
  readonly createdAt: Timestamp;
  readonly updatedAt: Timestamp;
  readonly instanceId?: string;
  readonly vmInfo?: VmInfo;
}

export interface KnownNodes {
  readonly nodes: readonly NodeRecord[];
  readonly launches: readonly PendingLaunch[];
}

type Subject = Pick<DeploymentRecord, 'deploymentId' | 'createdAt' | 'updatedAt' | 'status' | 'topology'>;

/** In the order of the topology, then of ordinals. */
export function listResources(deployment: Subject, known: KnownNodes): readonly Resource[] {
  return deployment.topology.flatMap((template) =>
    template.group === undefined
      ? softwareResources(deployment, template)
      : computeResources(deployment, template, groupOf(known, template.group)),
  );
}

function softwareResources(deployment: Subject, template: TopologyNode): readonly Resource[] {
  const state = stateByStatus[deployment.status];
  return range(template.count).map((ordinal) => ({ ...baseOf(deployment, template, ordinal), state }));
}

/** Ordinals beyond the template's count are shown too while nodes serve them. */
function computeResources(deployment: Subject, template: TopologyNode, group: KnownNodes): readonly Resource[] {
  const serving = serversOf(group.nodes);
  const launching = new Set(group.launches.flatMap((launch) => launch.ordinals));
  const extra = [...serving.keys()].filter((ordinal) => ordinal > template.count).sort((a, b) => a - b);
  return [...range(template.count), ...extra].map((ordinal) => {
    const node = serving.get(ordinal);
    const state = computeState(deployment.status, node, launching.has(ordinal));
    const base = { ...baseOf(deployment, template, ordinal), state };
    if (!node) return base;
    const updatedAt = latest(deployment.createdAt, node.launchedAt, node.onlineAt, node.readyAt);
    return { ...base, updatedAt, instanceId: node.instanceId, vmInfo: vmInfoOf(node, template.name) };
  });
}

/**
 * `createdAt` is the deployment's also for nodes that came later: a resource is a place in the topology, not an instance, and
 * CLUES takes the resources of the oldest minute for the masters.
 */
function baseOf(deployment: Subject, template: TopologyNode, ordinal: number): Omit<Resource, 'state'> {
  return {
    resourceId: nameUuid(deployment.deploymentId, `${template.name}/${ordinal}`),
    nodeName: template.name,
    nodeType: template.type,
    ancestors: template.ancestors,
    createdAt: deployment.createdAt,
    updatedAt: deployment.updatedAt,
  };
}

/** Software and storage have no life of their own: they follow the deployment. */
const stateByStatus: Record<DeploymentStatus, ResourceState> = {
  CREATE_IN_PROGRESS: 'CREATING',
  CREATE_COMPLETE: 'STARTED',
  CREATE_FAILED: 'ERROR',
  UPDATE_IN_PROGRESS: 'CONFIGURING',
  UPDATE_COMPLETE: 'STARTED',
  UPDATE_FAILED: 'ERROR',
  DELETE_IN_PROGRESS: 'DELETING',
  DELETE_COMPLETE: 'DELETING',
  DELETE_FAILED: 'ERROR',
  UNKNOWN: 'INITIAL',
};

function computeState(status: DeploymentStatus, node: NodeRecord | undefined, launching: boolean): ResourceState {
  if (stateByStatus[status] === 'DELETING') return 'DELETING';
  if (node?.status === 'ready') return 'STARTED';
  if (stateByStatus[status] === 'ERROR') return node?.status === 'terminating' ? 'DELETING' : 'ERROR';
  if (node?.status === 'failed' && !launching) return 'ERROR';
  return 'CREATING';
}

function groupOf(known: KnownNodes, group: string): KnownNodes {
  return {
    nodes: known.nodes.filter((node) => node.group === group),
    launches: known.launches.filter((launch) => launch.group === group),
  };
}

/** Per ordinal the node that serves it: the live one, or else the last one that was there. */
function serversOf(nodes: readonly NodeRecord[]): ReadonlyMap<number, NodeRecord> {
  const isLive = (node: NodeRecord) => node.status !== 'failed' && node.status !== 'terminating';
  const servers = new Map<number, NodeRecord>();
  for (const node of nodes) {
    const other = servers.get(node.ordinal);
    const isBetter = !other || (isLive(node) === isLive(other) ? node.launchedAt > other.launchedAt : isLive(node));
    if (isBetter) servers.set(node.ordinal, node);
  }
  return servers;
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

const latest = (first: Timestamp, ...others: readonly (Timestamp | undefined)[]) =>
  others.reduce<Timestamp>((best, time) => (time !== undefined && time > best ? time : best), first);
