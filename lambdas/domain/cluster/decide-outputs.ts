/** When a deployment's outputs are published. Pure. */
import type { Decision } from '../../contracts/decision.ts';
import { retryAt } from './failures.ts';
import { isComplete } from './status.ts';
import { info, type Situation, type Step, step } from './step.ts';

/** What the outputs are known to be published for: deciding to publish is not yet having published. */
export function publishedFingerprint({ record, results }: Situation): string | undefined {
  const done = results.some(({ key, outcome }) => key === 'publish-outputs' && outcome === 'done');
  return done ? record.progress.publishing : record.progress.publishedFor;
}

/** Publishes when nothing lacks and the outputs are not those of the nodes' present addresses. */
export function decideOutputs(situation: Situation, lacks: readonly string[], fingerprint: string): Step {
  const { status, failures, now } = situation;
  const published = isComplete(status) && publishedFingerprint(situation) === fingerprint;
  if (lacks.length > 0 || published) return step({});
  const wait = retryAt(failures, 'publish-outputs', now);
  if (wait !== undefined) return step({ checks: [wait] });
  const reason = isComplete(status)
    ? 'addresses of nodes have changed'
    : 'all nodes are ready and the cluster is healthy';
  const { generation } = situation.record.desired;
  const decision: Decision = { kind: 'publish-outputs', key: 'publish-outputs', reason, generation };
  return step({ decisions: [decision], activity: [info(`publishing outputs: ${reason}`)] });
}
