/**
 * What passes between the states of `state-machines/reconcile-cluster.asl.json`, and what `run-workload.asl.json` has in common
 * with it.
 *
 * A *run* is one execution of the state machine, numbered from 1 per cluster and named `<clusterId>-<run>`; a *pass* is one
 * turn of its loop. The cluster record holds `endedRun`, the number of the last run that is over: run `endedRun + 1` is the
 * only one that may act.
 */
import * as z from 'zod';
import { ClusterId } from './cluster.ts';
import { Decision } from './decision.ts';

/** A workload's id: the uuid of its deployment. */
export const WorkloadId = z.uuid();

export const RunInput = z.object({ clusterId: ClusterId, run: z.number().int().min(1) });
export type RunInput = z.infer<typeof RunInput>;

/** What became of a decision of the pass before. `error` is a name of ours, of AWS or of Step Functions. */
export const ActionResult = z.object({
  key: z.string(),
  outcome: z.enum(['done', 'failed']),
  error: z.string().optional(),
  message: z.string().optional(),
});
export type ActionResult = z.infer<typeof ActionResult>;

export const PlanInput = z.object({
  ...RunInput.shape,
  /** Passes and actions of this run so far; what its history's length goes by. */
  steps: z.number().int().min(0),
  results: z.array(ActionResult),
});
export type PlanInput = z.infer<typeof PlanInput>;

/**
 * `next`: `act` on the decisions, then plan again; `wait` for a signal, at most `waitSeconds`; `pause` for
 * `pauseSeconds`, because many signals are to be expected, and then wait; `end` the run because the
 * cluster is settled; `continue` in a fresh execution because this one's history grows long; `stop` because the cluster is
 * gone or another run has taken over.
 */
export const PlanNext = z.object({
  steps: z.number().int(),
  next: z.enum(['act', 'wait', 'pause', 'end', 'continue', 'stop']),
  seenSignalSeq: z.number().int(),
  waitSeconds: z.number().int().min(1),
  pauseSeconds: z.number().int().min(0).optional(),
});
export type PlanNext = z.infer<typeof PlanNext>;
export const PlanOutput = z.object({ ...RunInput.shape, ...PlanNext.shape, decisions: z.array(Decision) });
export type PlanOutput = z.infer<typeof PlanOutput>;

export const ActionInput = z.object({ clusterId: ClusterId, run: z.number().int(), decision: Decision });
export type ActionInput = z.infer<typeof ActionInput>;

/** Whose loop it is: the functions that every loop needs serve both. */
export const Subject = z.union([z.object({ clusterId: ClusterId }), z.object({ workloadId: WorkloadId })]);
export type Subject = z.infer<typeof Subject>;
export function idOf(subject: Subject): string {
  return 'clusterId' in subject ? subject.clusterId : subject.workloadId;
}

export const AwaitSignalInput = z.intersection(
  Subject,
  z.object({ run: z.number().int().min(1), seenSignalSeq: z.number().int(), taskToken: z.string().min(1) }),
);
export type AwaitSignalInput = z.infer<typeof AwaitSignalInput>;

export const EndRunInput = z.intersection(
  Subject,
  z.object({ run: z.number().int().min(1), seenSignalSeq: z.number().int(), mode: z.enum(['end', 'continue']) }),
);
export type EndRunInput = z.infer<typeof EndRunInput>;

/** `ended` is false if a signal came meanwhile: the run plans again. */
export const EndRunOutput = z.object({ ended: z.boolean() });
export type EndRunOutput = z.infer<typeof EndRunOutput>;
