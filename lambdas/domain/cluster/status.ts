/** What the statuses of a deployment mean to its loop. */
import type { DeploymentStatus } from './records.ts';

export function isComplete(status: DeploymentStatus): boolean {
  return status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE';
}

/** An update that has failed is not given up: the loop goes on, and when it gets there the update is complete. */
export function isInProgress(status: DeploymentStatus): boolean {
  return status.endsWith('_IN_PROGRESS');
}

/** An update that is not complete, whether it has failed or not. */
export function isUpdating(status: DeploymentStatus): boolean {
  return status === 'UPDATE_IN_PROGRESS' || status === 'UPDATE_FAILED';
}
