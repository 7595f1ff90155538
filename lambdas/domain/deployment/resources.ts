/** What `/resources` shows: one resource per node template and ordinal, joined with what is known of the nodes. */
import type { ResourceState } from '../../contracts/api.ts';
import type { DeploymentStatus, NodeRecord, PendingLaunch, Progress, Timestamp } from '../cluster/records.ts';
import { isLive, isResting, isStaying } from '../cluster/track-nodes.ts';
import { workloadNodeTypes } from '../tosca/catalogue/classes.ts';
import { jobNameOf } from '../workload/chronos.ts';
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
  /** Name of the job in Chronos. */
  readonly jobName?: string;
}

export interface KnownNodes {
  readonly nodes: readonly NodeRecord[];
  readonly launches: readonly PendingLaunch[];
  /** By elastic group: how many nodes the load asks for now, see `wantedNow`. @default none */
  readonly wanted?: Readonly<Record<string, number>>;
}

/** What counts for elastic groups in the place of their template's count, once their load has been looked at. */
export function wantedNow({ scaling = {} }: Partial<Progress>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(scaling).map(([name, { wanted }]) => [name, wanted]));
}

type Subject = Pick<
  DeploymentRecord,
  'deploymentId' | 'type' | 'createdAt' | 'updatedAt' | 'status' | 'topology' | 'stopped'
>;

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
  const isJob = deployment.type === 'CHRONOS' && template.ancestors.includes(workloadNodeTypes.CHRONOS);
  const job = isJob ? { jobName: jobNameOf(deployment.deploymentId, template.name) } : {};
  return range(template.count).map((ordinal) => ({ ...baseOf(deployment, template, ordinal), state, ...job }));
}

/**
 * The places that are served or will be, and those that nodes are still leaving; what only shuts down is not shown any more when
 * the update is over.
 */
function computeResources(deployment: Subject, template: TopologyNode, group: KnownNodes): readonly Resource[] {
  const serving = serversOf(group.nodes);
  const launching = new Set(group.launches.flatMap((launch) => launch.ordinals));
  const count = group.wanted?.[template.group ?? ''] ?? template.count;
  const wanted = wantedPlaces(count, group.nodes, launching);
  const isOver = deployment.status.endsWith('_COMPLETE');
  const left = [...serving].filter(([, node]) => !isOver || isLive(node)).map(([ordinal]) => ordinal);
  const places = [...new Set([...wanted, ...left])].sort((a, b) => a - b);
  return places.map((ordinal) => {
    const node = serving.get(ordinal);
    const place = { isWanted: wanted.has(ordinal), isLaunching: launching.has(ordinal) };
    const base = {
      ...baseOf(deployment, template, ordinal),
      state: computeState(deployment, node, place),
      ...(ordinal > (template.countAtFirst ?? ordinal) ? { createdAt: node?.launchedAt ?? deployment.updatedAt } : {}),
    };
    if (!node) return base;
    const updatedAt = latest(deployment.createdAt, node.launchedAt, node.onlineAt, node.readyAt);
    return { ...base, updatedAt, instanceId: node.instanceId, vmInfo: vmInfoOf(node, template.name) };
  });
}

/** As many as are wanted: those with nodes that stay or are launched, and then the lowest that are free, which come next. */
function wantedPlaces(
  count: number,
  nodes: readonly NodeRecord[],
  launching: ReadonlySet<number>,
): ReadonlySet<number> {
  const places = new Set([...nodes.filter(isStaying).map((node) => node.ordinal), ...launching]);
  const taken = new Set([...places, ...nodes.filter(isLive).map((node) => node.ordinal)]);
  const missing = Math.max(0, count - places.size);
  const free = range(taken.size + missing).filter((ordinal) => !taken.has(ordinal));
  return new Set([...places, ...free.slice(0, missing)]);
}

/**
 * `createdAt` is the deployment's for all places that it was made with, whenever their instances came: a resource is a place in
 * the topology, and CLUES takes the resources of the oldest minute for the masters. Places that an update added are younger.
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

/** While a deployment is made, or when making or removing it has failed, its status tells for all; then each node for itself. */
function computeState(
  { status, stopped = [] }: Subject,
  node: NodeRecord | undefined,
  { isWanted, isLaunching }: { readonly isWanted: boolean; readonly isLaunching: boolean },
): ResourceState {
  if (statusTells.has(status)) return stateByStatus[status];
  const power = node && isWanted ? powerState(node, stopped.includes(node.instanceId)) : undefined;
  if (power) return power;
  if (node?.status === 'ready') return 'STARTED';
  if (node && !isWanted) return 'DELETING';
  if (stateByStatus[status] === 'ERROR') return node?.status === 'terminating' ? 'DELETING' : 'ERROR';
  if (node?.status === 'failed' && !isLaunching) return 'ERROR';
  return 'CREATING';
}

/** What was asked for shows at once. @returns undefined if the node is neither to be powered off nor was */
function powerState(node: NodeRecord, isToStop: boolean): ResourceState | undefined {
  if (node.status === 'stopped') return isToStop ? 'STOPPED' : 'STARTING';
  if (isResting(node) || (node.status === 'ready' && isToStop)) return 'STOPPING';
  return node.poweredOnAt === undefined || !isLive(node) ? undefined : 'STARTING';
}

const statusTells: ReadonlySet<DeploymentStatus> = new Set([
  'CREATE_IN_PROGRESS',
  'CREATE_FAILED',
  'DELETE_IN_PROGRESS',
  'DELETE_COMPLETE',
  'DELETE_FAILED',
]);

function groupOf(known: KnownNodes, group: string): KnownNodes {
  return {
    nodes: known.nodes.filter((node) => node.group === group),
    launches: known.launches.filter((launch) => launch.group === group),
    ...(known.wanted ? { wanted: known.wanted } : {}),
  };
}

/** Per ordinal the node that serves it: the live one, or else the last one that was there. */
function serversOf(nodes: readonly NodeRecord[]): ReadonlyMap<number, NodeRecord> {
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
