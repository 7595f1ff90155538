/** What passes between the states of `state-machines/run-workload.asl.json`. */
import * as z from 'zod';
import { SendCallback } from './decision.ts';
import { ActionResult, PlanNext, WorkloadId } from './reconcile.ts';

/** As a cluster's decisions: a key, unique in a plan, under which failures are counted, and a reason for people. */
const base = { key: z.string().min(1), reason: z.string().min(1) };

/** Gives the services to Marathon as one group, or these jobs to Chronos, in their order. */
export const SubmitWorkload = z.object({
  kind: z.literal('submit-workload'),
  ...base,
  /** Node templates of jobs; absent for services. */
  jobs: z.array(z.string()).min(1).optional(),
});

/** Takes the group, or the jobs, leaves first, out of Marathon or Chronos. */
export const WithdrawWorkload = z.object({ kind: z.literal('withdraw-workload'), ...base });

/** Evaluates the outputs and records that the deployment is complete, if it still is of this generation. */
export const PublishWorkload = z.object({
  kind: z.literal('publish-workload'),
  ...base,
  generation: z.number().int().min(1),
});

/** Gives the claim on the cluster back; with `forget` removes the workload's secret and records too. */
export const EndWorkload = z.object({ kind: z.literal('end-workload'), ...base, forget: z.boolean() });

export const WorkloadDecision = z.discriminatedUnion('kind', [
  SubmitWorkload,
  WithdrawWorkload,
  PublishWorkload,
  EndWorkload,
  SendCallback,
]);
export type WorkloadDecision = z.infer<typeof WorkloadDecision>;
export type WorkloadDecisionOf<K extends WorkloadDecision['kind']> = Extract<WorkloadDecision, { kind: K }>;

export const WorkloadRunInput = z.object({ workloadId: WorkloadId, run: z.number().int().min(1) });
export type WorkloadRunInput = z.infer<typeof WorkloadRunInput>;

export const PlanWorkloadInput = z.object({
  ...WorkloadRunInput.shape,
  steps: z.number().int().min(0),
  results: z.array(ActionResult),
});
export type PlanWorkloadInput = z.infer<typeof PlanWorkloadInput>;

/** As a cluster's, without pauses. */
export const PlanWorkloadOutput = z.object({
  ...WorkloadRunInput.shape,
  ...PlanNext.shape,
  decisions: z.array(WorkloadDecision),
});
export type PlanWorkloadOutput = z.infer<typeof PlanWorkloadOutput>;

export const WorkloadActionInput = z.object({
  workloadId: WorkloadId,
  run: z.number().int(),
  decision: WorkloadDecision,
});
export type WorkloadActionInput = z.infer<typeof WorkloadActionInput>;
