/** Decisions about many nodes at once, and how they are told. Pure. */
import { retryAt } from './failures.ts';
import type { NodeRecord } from './records.ts';
import { info, type Situation, type Step, step } from './step.ts';

export const named = ({ group, ordinal }: NodeRecord): string => `${group} ${ordinal}`;

/** At most a few names, and how many more. */
export function listed(nodes: readonly NodeRecord[]): string {
  const names = nodes.slice(0, 3).map(named).join(', ');
  return nodes.length > 3 ? `${names} and ${nodes.length - 3} more` : names;
}

type Idempotent = 'stop-agents' | 'stop-instances' | 'start-instances';

/** One decision about all of the nodes, unless it failed a moment ago. */
export function decideFor(
  kind: Idempotent,
  nodes: readonly NodeRecord[],
  { failures, now }: Situation,
  verb: string,
): Step {
  if (nodes.length === 0) return step({});
  const wait = retryAt(failures, kind, now);
  if (wait !== undefined) return step({ checks: [wait] });
  const reason = `${verb} ${listed(nodes)}`;
  const instanceIds = nodes.map(({ instanceId }) => instanceId);
  return step({ decisions: [{ kind, key: kind, reason, instanceIds }], activity: [info(reason)] });
}
