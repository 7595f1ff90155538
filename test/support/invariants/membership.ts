/** Who may be there, and whom the loop may take away. */
import { tagKeys } from '../../../lambdas/contracts/tags.ts';
import type { NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import { groupsOf, type NodeGroup, type SlaveGroup } from '../../../lambdas/domain/cluster/spec.ts';
import type { InspectedInstance } from '../../../local/ec2/inspect.ts';
import { type ClusterView, isUp, type View } from './view.ts';

/** Never more than one live member per slot, nor more nodes of a group than are wanted, and those that are being replaced. */
export class CrowdWatch {
  /** By cluster and group: how many there were wanted when no update was under way. */
  private readonly atRest = new Map<string, number>();

  check({ clusters }: View): readonly string[] {
    return [...clusters.values()].flatMap((cluster) =>
      cluster.record ? groupsOf(cluster.record.desired.spec).flatMap((group) => this.checkGroup(cluster, group)) : [],
    );
  }

  /** Before an update has come through there may be as many as before it, and those that take the others' places. */
  private checkGroup(cluster: ClusterView, group: NodeGroup): string[] {
    const key = `${cluster.clusterId}/${group.name}`;
    const isUpdated = cluster.status === 'UPDATE_IN_PROGRESS' || cluster.status === 'UPDATE_FAILED';
    const most = Math.max(group.count, (group as SlaveGroup).bounds?.max ?? 0);
    if (!isUpdated) this.atRest.set(key, most);
    const surge = { slave: Math.max(5, Math.ceil(group.count / 4)), 'load-balancer': 1, master: 0 }[group.role];
    return crowdsOf(cluster, group, isUpdated ? Math.max(most + surge, this.atRest.get(key) ?? 0) : most);
  }
}

function crowdsOf(cluster: ClusterView, group: NodeGroup, limit: number): string[] {
  const { clusterId, nodes, instances } = cluster;
  const leaving = ['failed', 'terminating', 'draining', 'drained'];
  const failed = new Set(nodes.filter(({ status }) => leaving.includes(status)).map(({ instanceId }) => instanceId));
  const members = instances.filter((one) => one.tags[tagKeys.group] === group.name && isUp(one));
  const wanted = members.filter(({ instanceId }) => !failed.has(instanceId));
  const crowd =
    wanted.length > limit
      ? [`cluster ${clusterId} has ${wanted.length} live nodes of ${group.name}, wanted ${limit}`]
      : [];
  if (group.role !== 'master') return crowd;
  const bySlot = Map.groupBy(members, ({ tags }) => tags[tagKeys.slot]);
  const doubled = [...bySlot].filter(([, ones]) => ones.length > 1);
  return [
    ...crowd,
    ...doubled.map(
      ([slot, ones]) =>
        `slot ${slot} of cluster ${clusterId} has ${ones.map(({ instanceId }) => instanceId).join(' and ')}`,
    ),
  ];
}

/** What the look before saw, and which terminations were judged already. */
export class TerminationWatch {
  private readonly judged = new Set<string>();
  private before: View | undefined;

  /** Never below a healthy quorum, never below a group's minimum, and never a busy slave, by the loop's own doing. */
  check(view: View): readonly string[] {
    const faults = [...view.clusters.values()].flatMap((cluster) => this.checkCluster(cluster));
    this.before = view;
    return faults;
  }

  private checkCluster(cluster: ClusterView): string[] {
    const taken = cluster.instances.filter(
      ({ instanceId, terminatedBy }) => terminatedBy?.kind === 'function' && !this.judged.has(instanceId),
    );
    for (const { instanceId } of taken) this.judged.add(instanceId);
    const { record, clusterId } = cluster;
    if (taken.length === 0 || record?.desired.presence !== 'present' || !record.progress.completedAt) return [];
    const before = this.before?.clusters.get(clusterId);
    const views = before ? [before, cluster] : [cluster];
    return [...judgeMasters(views, taken), ...judgeSlaves(views, taken), ...judgeTasks(views, taken)];
  }
}

/** The health of the moment itself is not known, only that of the looks before and after it: either will do. */
function judgeMasters(views: readonly ClusterView[], taken: readonly InspectedInstance[]): string[] {
  const lost = new Set(taken.filter(({ tags }) => tags[tagKeys.role] === 'master').map(({ instanceId }) => instanceId));
  const count = views[0]?.record?.desired.spec.masters.count ?? 1;
  if (lost.size === 0 || count === 1) return [];
  const others = Math.max(...views.map((view) => healthyMasters(view).filter((id) => !lost.has(id)).length));
  if (others >= Math.floor(count / 2) + 1) return [];
  return [
    `the loop took ${[...lost].join(', ')} of cluster ${views[0]?.clusterId} and left ${others} of ${count} masters`,
  ];
}

function healthyMasters({ software, instances }: ClusterView): string[] {
  const up = new Set(instances.filter(isUp).map(({ instanceId }) => instanceId));
  return (software?.members ?? [])
    .filter(({ role, instanceId, processes }) => role === 'master' && up.has(instanceId) && processes.length > 0)
    .map(({ instanceId }) => instanceId);
}

function judgeSlaves(views: readonly ClusterView[], taken: readonly InspectedInstance[]): string[] {
  const [first] = views as [ClusterView];
  const active = new Set(
    first.software?.registeredAgents.filter((agent) => agent.active).map((agent) => agent.instanceId),
  );
  const gone = new Set(taken.map(({ instanceId }) => instanceId));
  return (first.record?.desired.spec.slaves ?? []).flatMap((group) => {
    const members = first.instances.filter((one) => one.tags[tagKeys.group] === group.name && isUp(one));
    const working = members.filter(({ instanceId }) => active.has(instanceId));
    const left = members.filter(({ instanceId }) => !gone.has(instanceId)).length;
    const min = Math.min(...views.map((view) => leastOf(view, group.name)));
    if (left >= min || !working.some(({ instanceId }) => gone.has(instanceId))) return [];
    return [
      `the loop took working slaves of ${group.name} of cluster ${first.clusterId} and left ${left}, at least ${min} wanted`,
    ];
  });
}

const whole: ReadonlySet<string> = new Set(['ready', 'draining', 'drained', 'stopping', 'stopped']);

/** How tasks end that were on an agent when it took leave. */
const takenWithAgent = /^Agent \S+ removed$/;

/** Of a slave that was in order nothing may have been running when its end was asked for, or when its agent was stopped before. */
function judgeTasks(views: readonly ClusterView[], taken: readonly InspectedInstance[]): string[] {
  const [first] = views as [ClusterView];
  const inOrder = new Set(first.nodes.filter(isInOrder).map(({ instanceId }) => instanceId));
  const slaves = taken.filter(({ tags, instanceId }) => tags[tagKeys.role] === 'slave' && inOrder.has(instanceId));
  if (slaves.length === 0) return [];
  const tasks = views.at(-1)?.tasks() ?? [];
  return slaves.flatMap(({ instanceId, privateIp, launchedAt, terminationAskedAt: at = 0 }) => {
    const own = tasks.filter(({ ip, stagedAt }) => ip === privateIp && stagedAt >= launchedAt && stagedAt < at);
    const harmed = own.filter(({ endedAt = at + 1, message }) => endedAt > at || takenWithAgent.test(message));
    return harmed.map(({ id }) => `the loop took ${instanceId} of cluster ${first.clusterId} while ${id} ran on it`);
  });
}

/** Spot instances that EC2 takes back are left in time, whatever still runs there. */
const isInOrder = ({ status, interrupted }: NodeRecord): boolean => whole.has(status) && interrupted === undefined;

/** Before and after an update. */
function leastOf({ record }: ClusterView, name: string): number {
  const group = record?.desired.spec.slaves.find((each) => each.name === name);
  return group ? (group.bounds?.min ?? group.count) : 0;
}

/** A sweep comes every 5 minutes and leaves things alone for 2; some seconds are for its work. */
const sweepSeconds = 300;
const youngSeconds = 120;
const slackSeconds = 20;

/** No instance without a record for more than one sweep. */
export class OrphanWatch {
  private readonly since = new Map<string, number>();

  check({ now, clusters }: View): readonly string[] {
    return [...clusters.values()].flatMap(({ clusterId, instances, nodes }) => {
      const recorded = new Set(nodes.map(({ instanceId }) => instanceId));
      return instances.filter(isUp).flatMap(({ instanceId, launchedAt }) => {
        if (recorded.has(instanceId)) {
          this.since.delete(instanceId);
          return [];
        }
        const first = this.since.get(instanceId) ?? now;
        this.since.set(instanceId, first);
        const limit = Math.max(first, launchedAt + youngSeconds * 1000) + (sweepSeconds + slackSeconds) * 1000;
        return now <= limit
          ? []
          : [`instance ${instanceId} of ${clusterId} has had no record for ${(now - first) / 1000} s`];
      });
    });
  }
}
