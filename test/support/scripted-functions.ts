/** Functions that answer what a test scripted, after a delay of simulated time, and remember what they were asked. */
import { AwsError, type FunctionHost, type InvokeResult, type SimClock } from '../../local/types.ts';

export type Answer = (payload: never, call: number) => unknown;

/** An answer that is an error of the function's own code. */
export class FunctionFails {
  readonly name: string;
  readonly message: string;
  constructor(name: string, message = 'scripted') {
    this.name = name;
    this.message = message;
  }
}

export interface ScriptedFunctions extends FunctionHost {
  readonly calls: { readonly name: string; readonly payload: unknown; readonly at: number }[];
  callsOf(name: string): unknown[];
}

/** Names are matched after the last colon of an ARN. */
export function scriptFunctions(
  clock: SimClock,
  answers: Readonly<Record<string, Answer>>,
  delayMs = 100,
): ScriptedFunctions {
  const calls: { name: string; payload: unknown; at: number }[] = [];
  const callsOf = (name: string) => calls.filter((call) => call.name === name).map((call) => call.payload);
  return {
    calls,
    callsOf,
    async invoke(functionName, payload): Promise<InvokeResult> {
      const name = functionName.split(':').at(-1) ?? functionName;
      const answer = answers[name];
      if (answer === undefined)
        throw new AwsError('ResourceNotFoundException', `Function not found: ${functionName}`, 404);
      calls.push({ name, payload: structuredClone(payload), at: clock.now() });
      const result = answer(payload as never, callsOf(name).length);
      await new Promise<void>((resolve) => clock.after(delayMs, resolve));
      if (result instanceof AwsError) throw result;
      if (!(result instanceof FunctionFails)) return { payload: (await result) ?? null };
      return { payload: { errorType: result.name, errorMessage: result.message }, functionError: 'Unhandled' };
    },
  };
}
