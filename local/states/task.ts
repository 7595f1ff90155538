/** Task states: functions called directly, through `lambda:invoke`, or with a task token that the state waits for. */
import type { InvokeResult } from '../types.ts';
import type { Waiter } from './branch.ts';
import { invokeFields, invokeResource, type TaskState } from './definition.ts';
import { asStateError, checkSize, StateError } from './errors.ts';
import { querySeconds } from './plain-states.ts';
import { conclude, type Frame, query, type Step } from './run.ts';
import { recordFailure, recordScheduled, recordSubmitted, recordSuccess, type TaskCall } from './task-history.ts';

/** Seconds that a task may take when nothing is said: no timer is set for that. */
const longest = 99_999_999;

export async function runTask(frame: Frame<TaskState>): Promise<Step> {
  const call = await prepareCall(frame);
  recordScheduled(frame, call);
  const result = await attempt(frame, call);
  checkSize(result, `result of the task '${frame.name}'`);
  recordSuccess(frame, call, result);
  return conclude(frame, frame.state, result, { result });
}

async function prepareCall(frame: Frame<TaskState>): Promise<TaskCall> {
  const { state, run } = frame;
  const resource = invokeResource.exec(state.Resource);
  const token = resource?.[1] === undefined ? undefined : run.tokens.draw();
  const given = await query(frame, state.Arguments ?? frame.input, 'Arguments', token ? { taskToken: token } : {});
  checkSize(given, `arguments of the task '${frame.name}'`);
  const timeoutSeconds = await querySeconds(frame, state.TimeoutSeconds ?? longest, 'TimeoutSeconds', 1);
  const heartbeatSeconds = await querySeconds(frame, state.HeartbeatSeconds ?? longest, 'HeartbeatSeconds', 1);
  const limits = { given, timeoutSeconds, heartbeatSeconds, ...(token && { token }) };
  return resource === null
    ? { functionName: state.Resource, payload: given, integrated: false, ...limits }
    : { ...invokeArguments(given), integrated: true, ...limits };
}

function invokeArguments(given: unknown): { functionName: string; payload: unknown } {
  const fields = (typeof given === 'object' ? given : undefined) as Record<string, unknown> | undefined;
  const unknown = Object.keys(fields ?? {}).filter((field) => !invokeFields.includes(field));
  if (typeof fields?.FunctionName !== 'string' || unknown.length > 0) {
    const why = `lambda:invoke takes FunctionName and Payload here, not ${JSON.stringify(Object.keys(fields ?? {}))}`;
    throw new StateError('States.Runtime', why);
  }
  return { functionName: fields.FunctionName, payload: fields.Payload ?? {} };
}

function attempt(frame: Frame<TaskState>, call: TaskCall): Promise<unknown> {
  const { branch } = frame;
  const done = branch.wait<unknown>((waiter) => {
    const stopTimers = startTimers(frame, call, waiter);
    const closeToken = call.token === undefined ? undefined : openToken(frame, call.token, waiter, stopTimers.restart);
    let over = false;
    void invoke(frame, call)
      .then((result) => over || answered(frame, call, result, waiter))
      .catch((error: unknown) => waiter.reject(asStateError(error)));
    return () => {
      over = true;
      stopTimers.stop();
      closeToken?.();
    };
  });
  return done.catch((error: unknown) => {
    if (error instanceof StateError) recordFailure(frame, call, error);
    throw error;
  });
}

/** Starts the call in this very turn, so that the clock does not move in between. */
async function invoke(frame: Frame<TaskState>, call: TaskCall): Promise<InvokeResult> {
  const refused = frame.run.authorize('lambda:InvokeFunction', call.functionName);
  if (refused !== undefined) throw new StateError('Lambda.AWSLambdaException', refused.message);
  return await frame.run.functions().invoke(call.functionName, call.payload);
}

function answered(frame: Frame<TaskState>, call: TaskCall, result: InvokeResult, waiter: Waiter<unknown>): void {
  if (result.functionError !== undefined) waiter.reject(functionError(result));
  else if (call.token !== undefined) recordSubmitted(frame, result.payload);
  else waiter.resolve(call.integrated ? invokeAnswer(result.payload) : (result.payload ?? null));
}

function functionError({ payload }: InvokeResult): StateError {
  const { errorType } = (payload ?? {}) as { errorType?: unknown };
  const name = typeof errorType === 'string' && errorType !== '' ? errorType : 'Lambda.Unknown';
  return new StateError(name, JSON.stringify(payload));
}

/** What the Lambda integration answers. */
export function invokeAnswer(payload: unknown): Record<string, unknown> {
  return {
    ExecutedVersion: '$LATEST',
    Payload: payload ?? null,
    SdkHttpMetadata: { HttpStatusCode: 200 },
    SdkResponseMetadata: {},
    StatusCode: 200,
  };
}

function startTimers(frame: Frame, call: TaskCall, waiter: Waiter<unknown>) {
  const { clock } = frame.run;
  const timeout = new StateError('States.Timeout', `The task ran longer than ${call.timeoutSeconds} s.`);
  const silence = new StateError('States.HeartbeatTimeout', `No heartbeat for ${call.heartbeatSeconds} s.`);
  const startTimer = (seconds: number, error: StateError) =>
    seconds === longest ? () => undefined : clock.after(seconds * 1000, () => waiter.reject(error));
  const stopTimeout = startTimer(call.timeoutSeconds, timeout);
  const startBeat = () => startTimer(call.heartbeatSeconds, silence);
  let stopBeat = startBeat();
  return {
    restart() {
      stopBeat();
      stopBeat = startBeat();
    },
    stop() {
      stopTimeout();
      stopBeat();
    },
  };
}

function openToken(frame: Frame, token: string, waiter: Waiter<unknown>, heartbeat: () => void): () => void {
  return frame.run.tokens.open(token, {
    succeed: (output) => waiter.resolve(output),
    fail: (error) => waiter.reject(error),
    heartbeat,
  });
}
