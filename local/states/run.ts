/** What the states of one execution share, and what one state is given while it runs. */
import type { AwsError, FunctionHost, Random, SimClock } from '../types.ts';
import type { Branch, MapItem } from './branch.ts';
import type { Conclusion, State, StateGraph } from './definition.ts';
import { checkSize } from './errors.ts';
import { evaluate, type Variables } from './expressions.ts';
import type { History } from './history.ts';
import type { TaskTokens } from './task-tokens.ts';

export interface Run {
  readonly clock: SimClock;
  readonly random: Random;
  readonly functions: () => FunctionHost;
  readonly tokens: TaskTokens;
  readonly history: History;
  readonly region: string;
  /** `$states.context` as far as it is the same for the whole execution. */
  readonly context: Readonly<Record<string, unknown>>;
  /** Functions bound in every expression. */
  readonly queryFunctions: Readonly<Record<string, unknown>>;
  /** Whether the machine's role may do this. @returns the error to fail with */
  authorize(action: string, resource: string): AwsError | undefined;
  /** Counts what AWS charges. */
  countTransition(): void;
  runGraph: (graph: StateGraph, scope: GraphScope) => Promise<unknown>;
}

/** Where a graph of states runs: input, branch and variables. */
export interface GraphScope {
  readonly run: Run;
  readonly branch: Branch;
  readonly input: unknown;
  readonly variables: Variables;
}

export interface Frame<S extends State = State> extends GraphScope {
  readonly name: string;
  readonly state: S;
  readonly enteredTime: string;
  retryCount: number;
}

/** How a state ended: its output, and the state after it; undefined if it is the last one. */
export interface Step {
  readonly output: unknown;
  readonly next: string | undefined;
}

export interface QueryExtras {
  readonly result?: unknown;
  readonly errorOutput?: unknown;
  readonly taskToken?: string;
  readonly mapItem?: MapItem;
}

/** Evaluates what a field of the state holds. @throws StateError States.QueryEvaluationError */
export function query(frame: Frame, value: unknown, field: string, extras: QueryExtras = {}): Promise<unknown> {
  const { run, branch, variables, input } = frame;
  const mapItem = extras.mapItem ?? branch.mapItem;
  const context = {
    ...run.context,
    State: { Name: frame.name, EnteredTime: frame.enteredTime, RetryCount: frame.retryCount },
    ...(mapItem && { Map: { Item: mapItem } }),
    ...(extras.taskToken !== undefined && { Task: { Token: extras.taskToken } }),
  };
  const { result, errorOutput } = extras;
  const states = {
    input,
    context,
    ...(result !== undefined && { result }),
    ...(errorOutput !== undefined && { errorOutput }),
  };
  return evaluate(value, field, { ...run.queryFunctions, ...variables.all(), states });
}

/** Ends a state: evaluates `Output` and `Assign`, both with the variables as they were before. */
export async function conclude(
  frame: Frame,
  conclusion: Conclusion,
  fallback: unknown,
  extras: QueryExtras = {},
): Promise<Step> {
  const { Output, Assign, Next } = conclusion;
  const output = Output === undefined ? fallback : await query(frame, Output, 'Output', extras);
  const assigned = Assign === undefined ? {} : await query(frame, Assign, 'Assign', extras);
  checkSize(output, `output of the state/task '${frame.name}'`);
  for (const [name, value] of Object.entries(assigned as Record<string, unknown>))
    checkSize(value, `variable '${name}'`);
  frame.variables.assign(assigned as Record<string, unknown>);
  return { output, next: Next };
}
