/** The states that call nothing: Pass, Choice, Wait, Succeed, Fail. */
import type { ChoiceState, FailState, PassState, SucceedState, WaitState } from './definition.ts';
import { StateError } from './errors.ts';
import { conclude, type Frame, query, type Step } from './run.ts';

export const runPass = (frame: Frame<PassState>): Promise<Step> => conclude(frame, frame.state, frame.input);

export const runSucceed = (frame: Frame<SucceedState>): Promise<Step> => conclude(frame, frame.state, frame.input);

export async function runChoice(frame: Frame<ChoiceState>): Promise<Step> {
  for (const [index, rule] of frame.state.Choices.entries()) {
    const field = `Choices[${index}]/Condition`;
    const holds = await query(frame, rule.Condition, field);
    if (typeof holds !== 'boolean') {
      throw new StateError('States.QueryEvaluationError', `The field '${field}' must evaluate to a boolean.`);
    }
    if (holds) return conclude(frame, rule, frame.input);
  }
  const { Default, Output, Assign } = frame.state;
  if (Default === undefined) throw new StateError('States.NoChoiceMatched', `No choice of '${frame.name}' matched.`);
  return conclude(frame, { Next: Default, Output, ...(Assign && { Assign }) }, frame.input);
}

export async function runWait(frame: Frame<WaitState>): Promise<Step> {
  const { state, branch, run } = frame;
  const delay =
    state.Timestamp === undefined
      ? 1000 * (await querySeconds(frame, state.Seconds, 'Seconds', 0))
      : (await queryTimestamp(frame)) - run.clock.now();
  await branch.sleep(Math.max(0, delay));
  return conclude(frame, state, frame.input);
}

export async function runFail(frame: Frame<FailState>): Promise<never> {
  const error = await query(frame, frame.state.Error ?? '', 'Error');
  const cause = await query(frame, frame.state.Cause ?? '', 'Cause');
  if (typeof error !== 'string' || typeof cause !== 'string') {
    throw new StateError('States.QueryEvaluationError', "The fields 'Error' and 'Cause' must evaluate to strings.");
  }
  throw new StateError(error, cause);
}

/** A number of whole seconds. @throws StateError States.QueryEvaluationError */
export async function querySeconds(frame: Frame, value: unknown, field: string, atLeast: number): Promise<number> {
  const seconds = await query(frame, value, field);
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= atLeast && seconds <= 99_999_999) {
    return seconds;
  }
  throw new StateError(
    'States.QueryEvaluationError',
    `The field '${field}' must evaluate to a whole number of seconds from ${atLeast} to 99999999, not ${JSON.stringify(seconds)}.`,
  );
}

async function queryTimestamp(frame: Frame<WaitState>): Promise<number> {
  const text = await query(frame, frame.state.Timestamp, 'Timestamp');
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new StateError('States.QueryEvaluationError', "The field 'Timestamp' must evaluate to an ISO 8601 timestamp.");
}
