/** How long it took, and how long it would have taken the slowest node alone. Seconds of simulated time. */
import type { LocalCloud } from '../local/cloud.ts';

export interface Durations {
  /** From the POST to CREATE_COMPLETE. */
  readonly complete: number;
  /**
   * The slowest node's own time: from EC2's acceptance of its launch until SSM reaches it, and its start script without the
   * script's waits for other nodes. Nothing that the control plane does is in it.
   */
  readonly slowestNode: number;
  /** `complete` / `slowestNode`. */
  readonly ratio: number;
  /** From the POST until EC2 had accepted the launch of the last master, and of the last node at all. */
  readonly lastMasterLaunched: number;
  readonly lastLaunched: number;
  /** From the POST until SSM reached the last node. */
  readonly lastOnline: number;
}

export function measureDurations(
  { services }: LocalCloud,
  { postedAt, completedAt }: { readonly postedAt: number; readonly completedAt: number },
): Durations {
  const timings = new Map(services.nodes.inspect.timings().map((timing) => [timing.instanceId, timing]));
  const nodes = services.ec2.inspect.instances().flatMap(({ instanceId, launchedAt }) => {
    const { role, onlineAt, startMs, waitedMs = 0 } = timings.get(instanceId) ?? {};
    if (onlineAt === undefined || startMs === undefined) return [];
    return [{ role, launchedAt, onlineAt, ownMs: onlineAt - launchedAt + startMs - waitedMs }];
  });
  const masters = nodes.filter(({ role }) => role === 'master');
  const latest = (times: readonly number[]) => (Math.max(...times) - postedAt) / 1000;
  const complete = (completedAt - postedAt) / 1000;
  const slowestNode = Math.max(...nodes.map(({ ownMs }) => ownMs)) / 1000;
  return {
    complete,
    slowestNode,
    ratio: complete / slowestNode,
    lastMasterLaunched: latest(masters.map(({ launchedAt }) => launchedAt)),
    lastLaunched: latest(nodes.map(({ launchedAt }) => launchedAt)),
    lastOnline: latest(nodes.map(({ onlineAt }) => onlineAt)),
  };
}
