/** What a pass tells in the activity log besides its decisions. Pure. */
import type { ActionResult } from '../../contracts/reconcile.ts';
import { listed } from './node-decisions.ts';
import type { ActivityEntry } from './plan.ts';
import type { ClusterRecord, NodeRecord } from './records.ts';
import { info, warning } from './step.ts';
import type { TrackedNodes } from './track-nodes.ts';

export function lossReason(node: NodeRecord): string {
  return `${node.group} ${node.ordinal} (${node.instanceId}) is lost: ${node.reason ?? 'its instance is gone'}`;
}

export function tellResults(results: readonly ActionResult[]): readonly ActivityEntry[] {
  return results
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ key, error, message }) => warning(`${key} failed: ${[error, message].filter(Boolean).join(': ')}`));
}

/** Nodes that end while the cluster is being removed are no loss. */
export function tellNodes(
  { lost, becameReady, interrupted }: TrackedNodes,
  { desired }: ClusterRecord,
): readonly ActivityEntry[] {
  if (desired.presence === 'absent') return [];
  const groups = [...new Set(becameReady.map((node) => node.group))];
  return [
    ...lost.map((node) => warning(lossReason(node))),
    ...(interrupted.length === 0 ? [] : [warning(`EC2 takes spot instances back: ${listed(interrupted)}`)]),
    ...groups.map((group) => {
      const count = becameReady.filter((node) => node.group === group).length;
      return info(`${count} ${count === 1 ? 'node' : 'nodes'} of ${group} became ready`);
    }),
  ];
}
