/** Amazon States Language, as far as the local cloud implements it. Values that may hold `{% %}` expressions are `unknown`. */

export interface StateGraph {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}
export interface Definition extends StateGraph {
  readonly Comment?: string;
  readonly TimeoutSeconds?: number;
}

/** What a state, a choice rule or a catcher concludes with. */
export interface Conclusion {
  readonly Output?: unknown;
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Next?: string;
}
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}
export interface Catcher extends Conclusion {
  readonly ErrorEquals: readonly string[];
}
export interface Guarded {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}
export interface ChoiceRule extends Conclusion {
  readonly Condition: unknown;
}

export interface PassState extends Conclusion {
  readonly Type: 'Pass';
}
export interface TaskState extends Conclusion, Guarded {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: unknown;
  readonly TimeoutSeconds?: unknown;
  readonly HeartbeatSeconds?: unknown;
}
export interface ChoiceState extends Conclusion {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}
export interface WaitState extends Conclusion {
  readonly Type: 'Wait';
  readonly Seconds?: unknown;
  readonly Timestamp?: unknown;
}
export interface SucceedState extends Conclusion {
  readonly Type: 'Succeed';
}
export interface FailState {
  readonly Type: 'Fail';
  readonly Error?: unknown;
  readonly Cause?: unknown;
}
export interface ParallelState extends Conclusion, Guarded {
  readonly Type: 'Parallel';
  readonly Arguments?: unknown;
  readonly Branches: readonly StateGraph[];
}
export interface MapState extends Conclusion, Guarded {
  readonly Type: 'Map';
  readonly Items?: unknown;
  readonly ItemSelector?: unknown;
  readonly MaxConcurrency?: unknown;
  readonly ItemProcessor: StateGraph & { readonly ProcessorConfig?: { readonly Mode?: string } };
}
export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

const shared = ['Type', 'Comment', 'QueryLanguage'];
const conclusion = ['Output', 'Assign', 'Next'];
const guarded = [...shared, ...conclusion, 'End', 'Retry', 'Catch'];

/** Fields that each type of state may have. */
export const stateFields: Readonly<Record<State['Type'], readonly string[]>> = {
  Pass: [...shared, ...conclusion, 'End'],
  Task: [...guarded, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Choice: [...shared, 'Output', 'Assign', 'Choices', 'Default'],
  Wait: [...shared, ...conclusion, 'End', 'Seconds', 'Timestamp'],
  Succeed: [...shared, 'Output'],
  Fail: [...shared, 'Error', 'Cause'],
  Parallel: [...guarded, 'Arguments', 'Branches'],
  Map: [...guarded, 'Items', 'ItemSelector', 'MaxConcurrency', 'ItemProcessor'],
};
export const machineFields = ['Comment', 'StartAt', 'States', 'TimeoutSeconds', 'QueryLanguage', 'Version'];
export const graphFields = ['Comment', 'StartAt', 'States', 'ProcessorConfig'];
export const ruleFields = ['Condition', 'Comment', ...conclusion];
export const catcherFields = ['ErrorEquals', 'Comment', ...conclusion];
export const retrierFields = [
  'ErrorEquals',
  'Comment',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
];
/** Arguments of the Lambda integration. */
export const invokeFields = ['FunctionName', 'Payload'];

export const invokeResource = /^arn:aws[a-z-]*:states:::lambda:invoke(\.waitForTaskToken)?$/;
export const functionResource = /^arn:aws[a-z-]*:lambda:[a-z0-9-]*:[0-9]*:function:[^:]+(:[^:]+)?$/;
