/** What all actions share: their input, narrowed to one kind of decision, and how they answer. */
import * as z from 'zod';
import type { Decision } from '../../contracts/decision.ts';
import { ControlPlaneError, type ErrorName, retryableErrorNames } from '../../contracts/error-names.ts';
import { ActionInput, type ActionResult } from '../../contracts/reconcile.ts';

export function actionInput<S extends z.ZodType<Decision>>(decision: S) {
  return z.object({ ...ActionInput.shape, decision });
}

export interface ActionOf<D extends Decision> {
  readonly clusterId: string;
  readonly decision: D;
}

export function done({ key }: Decision): ActionResult {
  return { key, outcome: 'done' };
}

export function failed({ key }: Decision, error: ErrorName, message: string): ActionResult {
  return { key, outcome: 'failed', error, message };
}

const retryable: ReadonlySet<string> = new Set(retryableErrorNames);

export function isPermanent(error: unknown): error is ControlPlaneError {
  return error instanceof ControlPlaneError && !retryable.has(error.name);
}

/** Carries out an action: known permanent failures are its result, anything else is thrown for the state machine to retry. */
export function action<D extends Decision>(
  act: (input: ActionOf<D>) => Promise<ActionResult | undefined>,
): (input: ActionOf<D>) => Promise<ActionResult> {
  return async (input) => {
    try {
      return (await act(input)) ?? done(input.decision);
    } catch (error) {
      if (isPermanent(error)) return failed(input.decision, error.name, error.message);
      throw error;
    }
  };
}
