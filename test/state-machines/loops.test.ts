import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { functionSettings } from '../../constructs/function-settings.ts';
import { Decision } from '../../lambdas/contracts/decision.ts';
import { errorNames, retryableErrorNames } from '../../lambdas/contracts/error-names.ts';
import { type FunctionName, functionEnvs } from '../../lambdas/contracts/functions.ts';
import { WorkloadDecision } from '../../lambdas/contracts/workload.ts';

interface Catcher {
  readonly ErrorEquals: string[];
  readonly Next: string;
}
interface State {
  readonly Type: string;
  readonly TimeoutSeconds?: number | string;
  readonly Retry?: { readonly ErrorEquals: string[]; readonly MaxAttempts: number }[];
  readonly Catch?: Catcher[];
  readonly Arguments?: { readonly FunctionName: string };
  readonly Error?: string;
  readonly Choices?: { readonly Condition: string; readonly Next: string }[];
  readonly ItemProcessor?: { readonly States: Record<string, State> };
}
const pascal = (name: string) =>
  name
    .split('-')
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join('');

describe.each([
  ['reconcile-cluster', 'plan-cluster', Decision.options.map((option) => option.shape.kind.value)],
  ['run-workload', 'plan-workload', WorkloadDecision.options.map((option) => option.shape.kind.value)],
] as const)('%s', (name, planner, kinds: readonly string[]) => {
  const text = readFileSync(`state-machines/${name}.asl.json`, 'utf8');
  const machine = JSON.parse(text) as { QueryLanguage: string; TimeoutSeconds: number; States: Record<string, State> };
  const inner = machine.States.CarryOutDecisions?.ItemProcessor?.States ?? {};
  const all = { ...machine.States, ...inner };
  const tasks = Object.entries(all).filter(([, state]) => state.Type === 'Task');

  it('is valid in the states language', () => {
    const validate = createRequire(`${process.cwd()}/package.json`)('asl-validator') as (d: object) => object;
    expect(validate(machine)).toMatchObject({ isValid: true, errors: [] });
    expect(machine.QueryLanguage).toBe('JSONata');
    expect(machine.TimeoutSeconds).toBeGreaterThan(0);
  });

  it('has a task for every kind of decision, chosen by the kind', () => {
    const choices = inner.ChooseAction?.Choices?.map(({ Condition, Next }) => `${Condition} ${Next}`);
    expect(choices).toEqual(kinds.map((kind) => `{% $states.input.decision.kind = '${kind}' %} ${pascal(kind)}`));
    for (const kind of kinds) expect(inner[pascal(kind)]?.Type).toBe('Task');
  });

  it('names each function of the loop by one placeholder, and no other', () => {
    const placeholders = [...text.matchAll(/"\$\{(\w+)\}"/g)].map(([, name]) => name).sort();
    const functions = [planner, 'await-signal', 'end-run', ...kinds];
    expect(placeholders).toEqual(functions.map((name) => `${pascal(name)}FunctionArn`).sort());
    for (const name of functions) expect(Object.keys(functionEnvs)).toContain(name);
    expect(text.replace(/"\$\{\w+\}"/g, '')).not.toContain('${');
  });

  it('gives every task at least the time that its function has', () => {
    for (const kind of kinds) {
      const { timeoutSeconds } = functionSettings[kind as FunctionName];
      expect([kind, inner[pascal(kind)]?.TimeoutSeconds]).toEqual([kind, expect.any(Number)]);
      expect(inner[pascal(kind)]?.TimeoutSeconds).toBeGreaterThanOrEqual(timeoutSeconds);
    }
  });

  it('gives every task a timeout, retries and a catch for all the rest', () => {
    for (const [name, task] of tasks) {
      expect([name, task.TimeoutSeconds]).toEqual([name, expect.anything()]);
      expect([name, task.Retry?.[0]?.ErrorEquals]).toEqual([name, expect.arrayContaining(['Lambda.ServiceException'])]);
      expect([name, task.Catch?.at(-1)?.ErrorEquals]).toEqual([name, ['States.ALL']]);
    }
  });

  it('retries every retryable error of ours in every action', () => {
    for (const kind of kinds) {
      const retried = inner[pascal(kind)]?.Retry?.flatMap(({ ErrorEquals }) => ErrorEquals);
      expect(retried).toEqual(expect.arrayContaining([...retryableErrorNames]));
    }
  });

  it('matches only error names that somebody throws', () => {
    const known: readonly string[] = errorNames;
    const matched = tasks.flatMap(([, { Retry = [], Catch = [] }]) => [...Retry, ...Catch]);
    const foreign = matched
      .flatMap(({ ErrorEquals }) => ErrorEquals)
      .filter((name) => !known.includes(name) && !/^(States|Lambda)\./.test(name));
    expect(foreign).toEqual([]);
    for (const state of Object.values(all).filter(({ Type }) => Type === 'Fail')) expect(known).toContain(state.Error);
  });

  it('turns every failed action into a result for the next pass', () => {
    for (const kind of kinds)
      expect(inner[pascal(kind)]?.Catch).toEqual([expect.objectContaining({ Next: 'ReportFailure' })]);
  });

  it('pauses before a run fails, because its failure starts the next one', () => {
    const leading = Object.entries(all).filter(([, state]) => JSON.stringify(state).includes('"FailRun"'));
    expect(leading.map(([name]) => name)).toEqual(['CoolDown']);
  });
});
