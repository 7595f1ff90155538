/** Runs a graph of states from its start to its end, with retries and catchers. */
import type { Guarded, State, StateGraph } from './definition.ts';
import { asStateError, BranchEnded, checkSize, type StateError } from './errors.ts';
import { runMap, runParallel } from './nested-states.ts';
import { runChoice, runFail, runPass, runSucceed, runWait } from './plain-states.ts';
import { findCatcher, Retries } from './retry.ts';
import { conclude, type Frame, type GraphScope, type Step } from './run.ts';
import { runTask } from './task.ts';

/** What a transition takes on AWS, in milliseconds. */
const transitionDelay = { low: 20, high: 50 };

/** @throws StateError what no state handled; BranchEnded */
export async function runGraph(graph: StateGraph, scope: GraphScope): Promise<unknown> {
  let { input } = scope;
  let name: string | undefined = graph.StartAt;
  while (name !== undefined) {
    const step: Step = await runState(name, graph.States[name] as State, { ...scope, input });
    input = step.output;
    name = step.next;
  }
  return input;
}

async function runState(name: string, state: State, scope: GraphScope): Promise<Step> {
  const { run, branch, input } = scope;
  await branch.sleep(run.random.between(transitionDelay.low, transitionDelay.high));
  run.countTransition();
  checkSize(input, `input of the state '${name}'`);
  const details = { stateEnteredEventDetails: { name, input: JSON.stringify(input) } };
  run.history.record(branch, `${state.Type}StateEntered`, details);
  const enteredTime = new Date(run.clock.now()).toISOString();
  const frame: Frame = { ...scope, name, state, enteredTime, retryCount: 0 };
  const step = await runWithRetries(frame);
  const exit = { stateExitedEventDetails: { name, output: JSON.stringify(step.output) } };
  run.history.record(branch, `${state.Type}StateExited`, exit);
  return step;
}

async function runWithRetries(frame: Frame): Promise<Step> {
  const { run, branch } = frame;
  const guarded: Guarded = 'Retry' in frame.state || 'Catch' in frame.state ? (frame.state as Guarded) : {};
  const retries = new Retries(guarded);
  for (;;) {
    try {
      return await runOnce(frame);
    } catch (thrown) {
      if (thrown instanceof BranchEnded) throw thrown;
      const error = asStateError(thrown);
      recordEvaluationFailure(frame, error);
      const delay = retries.next(error, run.random);
      if (delay === undefined) return catchError(frame, guarded, error);
      await branch.sleep(delay);
      frame.retryCount += 1;
      run.countTransition();
    }
  }
}

function catchError(frame: Frame, guarded: Guarded, error: StateError): Promise<Step> {
  const catcher = findCatcher(guarded, error);
  if (catcher === undefined) throw error;
  const errorOutput = { Error: error.error, Cause: error.message };
  return conclude(frame, catcher, errorOutput, { errorOutput });
}

function recordEvaluationFailure({ run, branch, name }: Frame, error: StateError): void {
  if (error.error !== 'States.QueryEvaluationError') return;
  const details = { error: error.error, cause: error.message, state: name };
  run.history.record(branch, 'EvaluationFailed', { evaluationFailedEventDetails: details });
}

function runOnce(frame: Frame): Promise<Step> {
  switch (frame.state.Type) {
    case 'Pass':
      return runPass(frame as Frame<typeof frame.state>);
    case 'Task':
      return runTask(frame as Frame<typeof frame.state>);
    case 'Choice':
      return runChoice(frame as Frame<typeof frame.state>);
    case 'Wait':
      return runWait(frame as Frame<typeof frame.state>);
    case 'Succeed':
      return runSucceed(frame as Frame<typeof frame.state>);
    case 'Fail':
      return runFail(frame as Frame<typeof frame.state>);
    case 'Parallel':
      return runParallel(frame as Frame<typeof frame.state>);
    case 'Map':
      return runMap(frame as Frame<typeof frame.state>);
  }
}
