/** Small fakes that handlers' tests share. */
import type { Clock } from '../../lambdas/ports/clock.ts';
import type { Workflow } from '../../lambdas/ports/workflow.ts';
import type { Log } from '../../lambdas/runtime/logger.ts';

export const clockAt = (now: Date): Clock => ({ now: () => now });

export interface RecordedLog extends Log {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: object }[];
}
export function recordedLog(): RecordedLog {
  const lines: RecordedLog['lines'] = [];
  const write = (level: string) => (message: string, fields: object) => {
    lines.push({ level, message, fields });
  };
  return { lines, info: write('info'), warn: write('warn'), error: write('error') };
}

/** Runs and tokens as Step Functions keeps them. */
export class FakeWorkflow implements Workflow {
  readonly runs = new Map<string, 'running' | 'over'>();
  readonly openTokens = new Set<string>();
  readonly woken: string[] = [];

  async startRun(clusterId: string, run: number) {
    const name = `${clusterId}-${run}`;
    const state = this.runs.get(name) ?? 'running';
    this.runs.set(name, state);
    return state;
  }
  async wake(taskToken: string) {
    if (!this.openTokens.delete(taskToken)) return false;
    this.woken.push(taskToken);
    return true;
  }
}

/**
 * An SDK client that answers each command by its name. Unanswered commands fail the test; what was sent is kept.
 */
export interface StubClient {
  readonly sent: { readonly name: string; readonly input: Record<string, unknown> }[];
  inputsOf(name: string): Record<string, unknown>[];
}
export function stubClient<C>(
  answers: Readonly<Record<string, (input: never, call: number) => unknown>>,
): C & StubClient {
  const sent: StubClient['sent'] = [];
  const inputsOf = (name: string) => sent.filter((one) => one.name === name).map((one) => one.input);
  const client = {
    sent,
    inputsOf,
    send: async (command: { input: Record<string, unknown>; constructor: { name: string } }) => {
      const name = command.constructor.name.replace(/Command$/, '');
      const answer = answers[name];
      if (!answer) throw new Error(`unexpected ${name}`);
      sent.push({ name, input: command.input });
      return answer(command.input as never, inputsOf(name).length);
    },
  };
  return client as unknown as C & StubClient;
}

/** An error as an SDK client throws it. */
export function sdkError(name: string, rest: { fault?: 'client' | 'server'; status?: number } = {}): Error {
  const { fault = 'client', status = 400 } = rest;
  return Object.assign(new Error(`${name} happened`), {
    name,
    $fault: fault,
    $metadata: { httpStatusCode: status },
  });
}
