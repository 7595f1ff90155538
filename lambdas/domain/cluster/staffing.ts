/**
 * Who of a group's nodes stays, who goes, and how many are missing: the one place where a group as it is asked for meets its
 * nodes. A node is *unfit* if it is outdated or the update names it for removal; one that EC2 takes back is none of its nodes
 * any more. Pure.
 */
import { inKeepingOrder } from './keeping-order.ts';
import type { NodeRecord } from './records.ts';
import { isOutdated } from './shape.ts';
import { boundsOf, type NodeGroup } from './spec.ts';
import type { Situation } from './step.ts';
import { isInterrupted, isLive, isResting, isServing, isStaying } from './track-nodes.ts';

export interface Staffing {
  /** Nodes that the group keeps, at most `count`; one that was draining may be among them, for it is wanted again. */
  readonly kept: readonly NodeRecord[];
  /** Fit nodes beyond the count, and those that can serve no more. */
  readonly surplus: readonly NodeRecord[];
  /** Nodes that are to be replaced, or removed although the group is not too large; they serve until others do. */
  readonly unfit: readonly NodeRecord[];
  /** Nodes that pending launches will bring. */
  readonly launching: number;
}

/** Whether the update names the node for removal. */
export function isNamed({ instanceId }: NodeRecord, { record }: Situation): boolean {
  return record.desired.removals?.includes(instanceId) ?? false;
}

/** Who is kept first: who serves, with the virtual address before all; then who may come to serve; then who was to go. */
function compareUse(situation: Situation): (a: NodeRecord, b: NodeRecord) => number {
  const rank = (node: NodeRecord): number => {
    if (node.instanceId === situation.actual.addressHolder && isServing(node)) return 0;
    if (isServing(node)) return 1;
    return isStaying(node) ? 2 : 3;
  };
  return (a, b) => rank(a) - rank(b) || a.ordinal - b.ordinal || a.instanceId.localeCompare(b.instanceId);
}

/** Whether its agent is being stopped. If that fails it may stay after all. */
export function isBeingStopped({ drain }: NodeRecord): boolean {
  return drain?.stopping !== undefined;
}

/**
 * One without its agent serves no more, unless it is only to rest. In an elastic group neither does one whose agent is being stopped:
 * the load does not wait until that has failed.
 */
function isUsable(node: NodeRecord, isElastic: boolean): boolean {
  return isResting(node) || !(node.status === 'drained' || (isElastic && isBeingStopped(node)));
}

export function staffingOf(group: NodeGroup, situation: Situation): Staffing {
  const isElastic = boundsOf(group, situation.record.desired.spec) !== undefined;
  const live = situation.nodes.filter((node) => node.group === group.name && isLive(node) && !isInterrupted(node));
  const isUnfit = (node: NodeRecord): boolean => isOutdated(node, group) || isNamed(node, situation);
  const fit = live.filter((node) => !isUnfit(node));
  const usable = fit.filter((node) => isUsable(node, isElastic));
  const ordered = isElastic ? inKeepingOrder(usable, situation) : usable.toSorted(compareUse(situation));
  return {
    kept: ordered.slice(0, group.count),
    surplus: [...ordered.slice(group.count), ...fit.filter((node) => !isUsable(node, isElastic))],
    unfit: live.filter(isUnfit),
    launching: situation.record.launches
      .filter((launch) => launch.group === group.name)
      .reduce((sum, { ordinals }) => sum + ordinals.length, 0),
  };
}
