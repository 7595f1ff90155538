/** The reconcile state machine. */
export interface Workflow {
  /** Starts run `run`. @returns `running` also if it runs already, `over` if a run of this number is over. */
  startRun(clusterId: string, run: number): Promise<'running' | 'over'>;
  /** Wakes a waiting run. @returns whether one waited; false: the token is used or timed out, or its run is over */
  wake(taskToken: string): Promise<boolean>;
}
