/** Publishing a workload's outputs, which makes its deployment complete. Pure. */
import { retryAt } from '../cluster/failures.ts';
import {
  failWith,
  findLateness,
  isDone,
  isInProgress,
  type WorkloadSituation,
  type WorkloadStep,
} from './situation.ts';

/** What the outputs are known to be published for: deciding to publish is not yet having published. */
function publishedFor(situation: WorkloadSituation): string | undefined {
  const { progress } = situation;
  return isDone(situation, 'publish') ? progress.publishing : progress.publishedFor;
}

/**
 * @param wanted what the outputs depend on, in short
 * @param isAwaited whether the deployment is to become complete by this
 * @returns the failure if it is tried in vain past the deadline; undefined if it is complete and they are published
 */
export function decidePublication(
  situation: WorkloadSituation,
  { wanted, reason, isAwaited }: { readonly wanted: string; readonly reason: string; readonly isAwaited: boolean },
): WorkloadStep | undefined {
  const { record, progress, now, status } = situation;
  const published = publishedFor(situation);
  if (published === wanted && !isAwaited) return undefined;
  const kept = published === undefined ? {} : { publishedFor: published };
  const failure = progress.failures.publish;
  const lacks = failure ? [`outputs are not published: ${failure.message ?? failure.error}`] : [];
  const late = failure && findLateness(situation, lacks);
  if (late !== undefined) return failWith(situation, late, { progress: kept });
  const wait = retryAt(progress.failures, 'publish', now);
  if (wait !== undefined) return { lacks, checks: [wait], progress: kept, watched: isInProgress(status) };
  const { generation } = record.desired;
  return {
    decisions: [{ kind: 'publish-workload', key: 'publish', reason, generation }],
    activity: [{ level: 'info', text: `publishing outputs: ${reason}` }],
    progress: { ...kept, publishing: wanted },
  };
}

/** What of the progress says what is published. */
export function publication(situation: WorkloadSituation): { readonly publishedFor?: string } {
  const published = publishedFor(situation);
  return published === undefined ? {} : { publishedFor: published };
}
