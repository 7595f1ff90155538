/** The reconcile state machine. */
export interface Workflow {
  /** Starts run `run`. @returns `running` also if it runs already, `over` if a run of this number is over. */
  startRun(clusterId: string, run: number): Promise<'running' | 'over'>;
  /** Wakes a waiting run. A token that is used or timed out is no error. */
  wake(taskToken: string): Promise<void>;
}
