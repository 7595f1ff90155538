/** Which clusters follow their load. Pure. */
import { hasAddOns } from './decide-add-ons.ts';
import type { ClusterRecord, DeploymentStatus } from './records.ts';
import { isElastic } from './spec.ts';

/**
 * Whether the number of its slaves follows the load: from when it was complete once, or was given its add-ons, which happens when
 * nothing else lacks, and whose tasks may have to wait for slaves. Until then it has as many as the template says.
 */
export function isLoadWatched({ desired, progress }: Pick<ClusterRecord, 'desired' | 'progress'>): boolean {
  const wasWhole = progress.completedAt !== undefined || hasAddOns(progress);
  return desired.presence === 'present' && wasWhole && isElastic(desired.spec);
}

/** Whether anything follows from the load: a cluster that is to go or has failed stays as it is. */
export function isLoadFollowed(record: ClusterRecord, status: DeploymentStatus | undefined): boolean {
  return isLoadWatched(record) && status !== undefined && status !== 'CREATE_FAILED';
}
