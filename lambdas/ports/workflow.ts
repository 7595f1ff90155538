/** The state machine of one kind of loop. */
export interface Workflow {
  /** Starts run `run` of the cluster's, or the workload's, loop. @returns `running` also if it runs already, `over` if a run of this number is over. */
  startRun(id: string, run: number): Promise<'running' | 'over'>;
  /** Wakes a waiting run. @returns whether one waited; false: the token is used or timed out, or its run is over */
  wake(taskToken: string): Promise<boolean>;
}
