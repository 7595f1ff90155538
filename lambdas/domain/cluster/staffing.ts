/**
 * Who of a group's nodes stays, who goes, and how many are missing: the one place where a group as it is asked for meets its
 * nodes. A node is *unfit* if it is outdated or the update names it for removal. Pure.
 */
import type { NodeRecord } from './records.ts';
import { isOutdated } from './shape.ts';
import type { NodeGroup } from './spec.ts';
import type { Situation } from './step.ts';
import { isLive, isResting, isStaying } from './track-nodes.ts';

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

/** Whether it serves, as far as the cluster's software has told. */
export function isServing({ status, missingSince }: NodeRecord): boolean {
  return status === 'ready' && missingSince === undefined;
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

/** One without its agent serves no more, unless it is only to rest. */
function isUsable(node: NodeRecord): boolean {
  return node.status !== 'drained' || isResting(node);
}

export function staffingOf(group: NodeGroup, situation: Situation): Staffing {
  const live = situation.nodes.filter((node) => node.group === group.name && isLive(node));
  const isUnfit = (node: NodeRecord): boolean => isOutdated(node, group) || isNamed(node, situation);
  const fit = live.filter((node) => !isUnfit(node)).sort(compareUse(situation));
  const usable = fit.filter(isUsable);
  return {
    kept: usable.slice(0, group.count),
    surplus: [...usable.slice(group.count), ...fit.filter((node) => !isUsable(node))],
    unfit: live.filter(isUnfit),
    launching: situation.record.launches
      .filter((launch) => launch.group === group.name)
      .reduce((sum, { ordinals }) => sum + ordinals.length, 0),
  };
}
