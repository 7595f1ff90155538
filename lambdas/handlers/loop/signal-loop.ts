/** Signals: how the loop of a cluster, or of a workload, is woken or started. */
import { Conflict } from '../../contracts/error-names.ts';
import { idOf, type Subject } from '../../contracts/reconcile.ts';
import type { LoopStore } from '../../ports/loop-store.ts';
import type { Workflow } from '../../ports/workflow.ts';

/** The records and the state machine of one kind of loop. */
export interface Loop {
  readonly store: LoopStore;
  readonly workflow: Workflow;
}

export interface Loops {
  readonly cluster: Loop;
  readonly workload: Loop;
}

/** The loop that looks after the subject, and the id that it goes by. */
export function loopOf(loops: Loops, subject: Subject): { readonly loop: Loop; readonly id: string } {
  return { loop: 'clusterId' in subject ? loops.cluster : loops.workload, id: idOf(subject) };
}

/** Runs that may have died one after the other without having recorded it. */
const runsToSkip = 25;

/**
 * Signals a loop: counts the signal, then wakes the run that waits, or else makes sure that a run is there. A run that is over
 * without having said so (it failed or was aborted) is recorded as ended, and the next one is started.
 *
 * @returns false if there is no such record
 * @throws Conflict if very many runs in a row are over; another signal goes on from there
 */
export async function signalLoop(
  { store, workflow }: { readonly store: Pick<LoopStore, 'addSignal' | 'endRun'>; readonly workflow: Workflow },
  id: string,
): Promise<boolean> {
  const state = await store.addSignal(id);
  if (state === undefined) return false;
  if (state.waitToken !== undefined && (await workflow.wake(state.waitToken))) return true;
  const first = state.endedRun + 1;
  for (let run = first; run < first + runsToSkip; run += 1) {
    if ((await workflow.startRun(id, run)) === 'running') return true;
    await store.endRun(id, run, undefined);
  }
  throw new Conflict(`Runs ${first} to ${first + runsToSkip - 1} of ${id} are over.`);
}
