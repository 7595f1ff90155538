/** When a node may be powered off. Pure. */
import type { NodeRecord } from '../cluster/records.ts';
import type { DeploymentRecord } from './deployment.ts';

/**
 * Masters need a quorum of the others. A single master may be stopped: its disk keeps what it knows, and until it is started
 * again the cluster does not serve.
 *
 * @returns why it may not, in words; undefined: it may
 */
export function findStopObstacle(
  { instanceId, role, group, ordinal }: NodeRecord,
  nodes: readonly NodeRecord[],
  { topology, stopped = [] }: Pick<DeploymentRecord, 'topology' | 'stopped'>,
): string | undefined {
  const count = topology.find((node) => node.group === group)?.count ?? 1;
  if (role !== 'master' || count === 1) return undefined;
  const others = nodes.filter((node) => node.group === group && node.instanceId !== instanceId);
  const serving = others.filter(
    (node) => node.status === 'ready' && node.missingSince === undefined && !stopped.includes(node.instanceId),
  );
  const quorum = Math.floor(count / 2) + 1;
  if (serving.length >= quorum) return undefined;
  return `Cannot stop ${group} ${ordinal}: ${serving.length} other masters serve, and a quorum of ${count} is ${quorum}`;
}
