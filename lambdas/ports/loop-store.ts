/** The loop protocol on one record, whatever it is a record of: a cluster, or a workload. */

/** What a signal or a run's end sees of the record, read in the same atomic write. */
export interface LoopState {
  readonly signalSeq: number;
  readonly endedRun: number;
  readonly waitToken?: string;
}

/** The id is that of what the loop looks after. */
export interface LoopStore {
  /**
   * Takes the stored wait token away and reads `signalSeq`, in one write, on condition that `run` is the run that may act
   * (`endedRun` + 1). @returns undefined if the record does not exist or another run has taken over
   */
  claimPass(id: string, run: number): Promise<{ readonly signalSeq: number } | undefined>;
  /** Atomically adds 1 to `signalSeq`. @returns undefined if the record does not exist */
  addSignal(id: string): Promise<LoopState | undefined>;
  /** Stores the token if `signalSeq` still is `seen` and `run` may act. @returns whether it was stored */
  storeWaitToken(id: string, run: number, seen: number, token: string): Promise<boolean>;
  /** Sets `endedRun` to `run` if it is `run` - 1 and, unless `seen` is undefined, `signalSeq` is `seen`. @returns whether it did */
  endRun(id: string, run: number, seen: number | undefined): Promise<boolean>;
}
