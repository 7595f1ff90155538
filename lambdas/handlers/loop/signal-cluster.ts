import { Conflict } from '../../contracts/error-names.ts';
import type { ClusterStore } from '../../ports/cluster-store.ts';
import type { Workflow } from '../../ports/workflow.ts';

export interface SignalDeps {
  readonly store: Pick<ClusterStore, 'addSignal' | 'endRun'>;
  readonly workflow: Workflow;
}

/** Runs that may have died one after the other without having recorded it. */
const runsToSkip = 25;

/**
 * Signals a cluster: counts the signal, then wakes the run that waits, or else makes sure that a run is there. A run that is
 * over without having said so (it failed or was aborted) is recorded as ended, and the next one is started.
 *
 * @returns false if the cluster does not exist
 * @throws Conflict if very many runs in a row are over; another signal goes on from there
 */
export async function signalCluster({ store, workflow }: SignalDeps, clusterId: string): Promise<boolean> {
  const state = await store.addSignal(clusterId);
  if (state === undefined) return false;
  if (state.waitToken !== undefined && (await workflow.wake(state.waitToken))) return true;
  const first = state.endedRun + 1;
  for (let run = first; run < first + runsToSkip; run += 1) {
    if ((await workflow.startRun(clusterId, run)) === 'running') return true;
    await store.endRun(clusterId, run, undefined);
  }
  throw new Conflict(`Runs ${first} to ${first + runsToSkip - 1} of cluster ${clusterId} are over.`);
}
