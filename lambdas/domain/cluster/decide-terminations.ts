/** Which instances are terminated while the cluster is wanted: failed nodes and orphans. Pure. */

import { retryAt } from './failures.ts';
import { holdsState } from './majority.ts';
import type { NodeRecord } from './records.ts';
import { info, type Situation, type Step, step } from './step.ts';

const aliveStates: ReadonlySet<string> = new Set(['pending', 'running', 'stopping', 'stopped']);

/** Instances that cost money. */
export function aliveInstances({ actual }: Pick<Situation, 'actual'>): readonly string[] {
  return actual.instances.filter(({ state }) => aliveStates.has(state)).map(({ instanceId }) => instanceId);
}

/**
 * Instances with the cluster's tag that no record names and no pending launch will. (EC2 was read before the records, and a
 * launch records its nodes before it is closed, so a newborn is never among them.)
 */
export function findOrphans({ actual, nodes, record }: Situation): readonly string[] {
  const known = new Set(nodes.map((node) => node.instanceId));
  const pending = new Set(record.launches.map((launch) => launch.token));
  return actual.instances
    .filter(({ state }) => aliveStates.has(state))
    .filter(({ instanceId, launchToken }) => !known.has(instanceId) && !pending.has(launchToken))
    .map(({ instanceId }) => instanceId);
}

/** Whether the loop may take this node away; of masters, one that holds state never without a quorum of the others. */
export function mayTerminate(node: NodeRecord, { nodes, record }: Situation): boolean {
  if (node.role !== 'master' || record.progress.completedAt === undefined || !holdsState(node)) return true;
  const others = nodes.filter((other) => other.role === 'master' && other.instanceId !== node.instanceId);
  const ready = others.filter((other) => other.status === 'ready' && other.missingSince === undefined).length;
  const { count } = record.desired.spec.masters;
  return count === 1 || ready >= Math.floor(count / 2) + 1;
}

/** @returns the decision, and the nodes that it makes `terminating` */
export function decideTerminations(situation: Situation): { step: Step; terminating: readonly NodeRecord[] } {
  const wait = retryAt(situation.failures, 'terminate', situation.now);
  if (wait !== undefined) return { step: step({ checks: [wait] }), terminating: [] };
  const alive = new Set(aliveInstances(situation));
  const failed = situation.nodes.filter(
    (node) => (node.status === 'failed' || node.status === 'terminating') && alive.has(node.instanceId),
  );
  const doomed = failed.filter((node) => mayTerminate(node, situation));
  const orphans = findOrphans(situation);
  const instanceIds = [...doomed.map((node) => node.instanceId), ...orphans];
  if (instanceIds.length === 0) return { step: step({}), terminating: [] };
  const reason = [
    ...doomed.map((node) => `${node.group} ${node.ordinal}: ${node.reason ?? 'failed'}`).slice(0, 3),
    ...(doomed.length > 3 ? [`and ${doomed.length - 3} more`] : []),
    ...(orphans.length > 0 ? [`${orphans.length} that no record names`] : []),
  ].join('; ');
  return {
    step: step({
      decisions: [{ kind: 'terminate-nodes', key: 'terminate', reason, instanceIds }],
      activity: [info(`terminating ${instanceIds.length} of the cluster's instances: ${reason}`)],
    }),
    terminating: doomed.map((node) => ({ ...node, status: 'terminating' })),
  };
}
