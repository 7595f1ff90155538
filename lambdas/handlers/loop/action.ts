/** What all actions share: their input, narrowed to one kind of decision, and how they answer. */
import * as z from 'zod';
import type { Decision } from '../../contracts/decision.ts';
import { ControlPlaneError, type ErrorName, retryableErrorNames } from '../../contracts/error-names.ts';
import { ActionInput, type ActionResult } from '../../contracts/reconcile.ts';
import { WorkloadActionInput, type WorkloadDecision } from '../../contracts/workload.ts';

export function actionInput<S extends z.ZodType<Decision>>(decision: S) {
  return z.object({ ...ActionInput.shape, decision });
}

export interface ActionOf<D extends Decision> {
  readonly clusterId: string;
  readonly decision: D;
}

type Keyed = Pick<Decision, 'key'>;

export function done({ key }: Keyed): ActionResult {
  return { key, outcome: 'done' };
}

export function failed({ key }: Keyed, error: ErrorName, message: string): ActionResult {
  return { key, outcome: 'failed', error, message };
}

const retryable: ReadonlySet<string> = new Set(retryableErrorNames);

export function isPermanent(error: unknown): error is ControlPlaneError {
  return error instanceof ControlPlaneError && !retryable.has(error.name);
}

/** Carries out an action: known permanent failures are its result, anything else is thrown for the state machine to retry. */
export async function carryOut(decision: Keyed, act: () => Promise<ActionResult | undefined>): Promise<ActionResult> {
  try {
    return (await act()) ?? done(decision);
  } catch (error) {
    if (isPermanent(error)) return failed(decision, error.name, error.message);
    throw error;
  }
}

export function action<D extends Decision>(
  act: (input: ActionOf<D>) => Promise<ActionResult | undefined>,
): (input: ActionOf<D>) => Promise<ActionResult> {
  return (input) => carryOut(input.decision, () => act(input));
}

export interface WorkloadActionOf<D extends WorkloadDecision> {
  readonly workloadId: string;
  readonly decision: D;
}

export function workloadActionInput<S extends z.ZodType<WorkloadDecision>>(decision: S) {
  return z.object({ ...WorkloadActionInput.shape, decision });
}

export function workloadAction<D extends WorkloadDecision>(
  act: (input: WorkloadActionOf<D>) => Promise<ActionResult | undefined>,
): (input: WorkloadActionOf<D>) => Promise<ActionResult> {
  return (input) => carryOut(input.decision, () => act(input));
}
