/** What a Task state leaves in the history. */
import type { TaskState } from './definition.ts';
import type { StateError } from './errors.ts';
import type { Frame } from './run.ts';

export interface TaskCall {
  readonly functionName: string;
  readonly payload: unknown;
  /** Through `lambda:invoke` rather than by the function's own ARN. */
  readonly integrated: boolean;
  /** The evaluated arguments. */
  readonly given: unknown;
  readonly timeoutSeconds: number;
  readonly heartbeatSeconds: number;
  readonly token?: string;
}

function record(frame: Frame<TaskState>, type: string, key: string, details: Record<string, unknown>): void {
  frame.run.history.record(frame.branch, type, { [key]: details });
}

function resourceOf(frame: Frame<TaskState>): { resourceType: string; resource: string } {
  return { resourceType: 'lambda', resource: frame.state.Resource.split(':').slice(6).join(':') };
}

export function recordScheduled(frame: Frame<TaskState>, call: TaskCall): void {
  if (!call.integrated) {
    const details = { resource: call.functionName, input: JSON.stringify(call.payload) };
    record(frame, 'LambdaFunctionScheduled', 'lambdaFunctionScheduledEventDetails', details);
    frame.run.history.record(frame.branch, 'LambdaFunctionStarted');
    return;
  }
  record(frame, 'TaskScheduled', 'taskScheduledEventDetails', {
    ...resourceOf(frame),
    region: frame.run.region,
    parameters: JSON.stringify(call.given),
    timeoutInSeconds: call.timeoutSeconds,
    heartbeatInSeconds: call.heartbeatSeconds,
  });
  record(frame, 'TaskStarted', 'taskStartedEventDetails', resourceOf(frame));
}

/** The function of a task with a token has answered. */
export function recordSubmitted(frame: Frame<TaskState>, payload: unknown): void {
  const details = { ...resourceOf(frame), output: JSON.stringify(payload ?? null) };
  record(frame, 'TaskSubmitted', 'taskSubmittedEventDetails', details);
}

export function recordSuccess(frame: Frame<TaskState>, call: TaskCall, result: unknown): void {
  const output = JSON.stringify(result);
  if (call.integrated) record(frame, 'TaskSucceeded', 'taskSucceededEventDetails', { ...resourceOf(frame), output });
  else record(frame, 'LambdaFunctionSucceeded', 'lambdaFunctionSucceededEventDetails', { output });
}

export function recordFailure(frame: Frame<TaskState>, call: TaskCall, failure: StateError): void {
  const ending =
    failure.error === 'States.Timeout' || failure.error === 'States.HeartbeatTimeout' ? 'TimedOut' : 'Failed';
  const details = { error: failure.error, cause: failure.message };
  if (call.integrated) {
    record(frame, `Task${ending}`, `task${ending}EventDetails`, { ...resourceOf(frame), ...details });
  } else {
    record(frame, `LambdaFunction${ending}`, `lambdaFunction${ending}EventDetails`, details);
  }
}
