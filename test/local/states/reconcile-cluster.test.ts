/** The real reconcile machine, run whole with scripted functions. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ActionInput, AwaitSignalInput, PlanInput, PlanOutput } from '../../../lambdas/contracts/reconcile.ts';
import { type Answer, FunctionFails } from '../../support/scripted-functions.ts';
import { createHarness } from './machine-harness.ts';

const definition = readFileSync(path.join(__dirname, '../../../state-machines/reconcile-cluster.asl.json'), 'utf8');
const clusterId = '00000000-0000-4000-8000-000000000001';

/** `${PlanClusterFunctionArn}` is the function `plan-cluster`. */
function substitutions(): Record<string, string> {
  const names = [...definition.matchAll(/\$\{((\w+)FunctionArn)\}/g)].map(
    ([, key = '', name = '']) => [key, name] as const,
  );
  const kebab = (name: string) => name.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase();
  return Object.fromEntries(names.map(([key, name]) => [key, `arn:aws:lambda:r:1:function:${kebab(name)}`]));
}

type Next = Partial<PlanOutput> & { next: PlanOutput['next'] };

/** PlanCluster answers these one after the other, the last one for ever. */
function plans(...answers: (Next | FunctionFails)[]): Answer {
  return (input: PlanInput, call) => {
    const answer = answers[Math.min(call, answers.length) - 1]!;
    if (answer instanceof FunctionFails) return answer;
    const { run, steps } = input;
    return { clusterId, run, steps, decisions: [], seenSignalSeq: 7, waitSeconds: 60, ...answer };
  };
}
const prepare = {
  kind: 'prepare-cluster' as const,
  key: 'prepare',
  reason: 'it is new',
  masterZones: ['eu-central-1a'],
};
const terminate = { kind: 'terminate-nodes' as const, key: 'terminate/i-1', reason: 'it failed', instanceIds: ['i-1'] };
const done = ({ decision }: ActionInput) => ({ key: decision.key, outcome: 'done' });

async function startRun(answers: Readonly<Record<string, Answer>>) {
  const harness = createHarness(answers);
  const machineArn = await harness.create(definition, substitutions());
  const input = JSON.stringify({ clusterId, run: 1 });
  const execution = harness.states.startExecution({ machineArn, name: `${clusterId}-1`, input });
  const finish = () => harness.finish(execution, 7 * 86_400_000);
  const passes = () => harness.functions.callsOf('plan-cluster') as PlanInput[];
  return { ...harness, execution, finish, passes };
}

jest.setTimeout(30_000);

describe('the reconcile machine', () => {
  it('ends a settled run', async () => {
    const { finish, execution, passes, functions } = await startRun({
      'plan-cluster': plans({ next: 'end' }),
      'end-run': () => ({ ended: true }),
    });
    await finish();
    expect(execution.status).toBe('SUCCEEDED');
    expect(passes()).toEqual([{ clusterId, run: 1, steps: 0, results: [] }]);
    expect(functions.callsOf('end-run')).toEqual([{ clusterId, run: 1, seenSignalSeq: 7, mode: 'end' }]);
  });

  it('plans again when a signal came before the end', async () => {
    const { finish, execution, passes } = await startRun({
      'plan-cluster': plans({ next: 'end' }),
      'end-run': (_, call) => ({ ended: call === 2 }),
    });
    await finish();
    expect(execution.status).toBe('SUCCEEDED');
    expect(passes().map(({ steps }) => steps)).toEqual([0, 1]);
  });

  it('carries decisions out and plans again with their results', async () => {
    const { finish, functions, passes } = await startRun({
      'plan-cluster': plans({ next: 'act', decisions: [prepare, terminate] }, { next: 'stop' }),
      'prepare-cluster': done,
      'terminate-nodes': done,
    });
    await finish();
    expect(functions.callsOf('prepare-cluster')).toEqual([{ clusterId, run: 1, decision: prepare }]);
    expect(passes()[1]).toEqual({
      clusterId,
      run: 1,
      steps: 1,
      results: [
        { key: 'prepare', outcome: 'done' },
        { key: 'terminate/i-1', outcome: 'done' },
      ],
    });
  });

  it('reports a failed action beside the others as a result', async () => {
    const { finish, execution, functions, passes } = await startRun({
      'plan-cluster': plans({ next: 'act', decisions: [prepare, terminate] }, { next: 'stop' }),
      'prepare-cluster': () => new FunctionFails('InvariantBroken'),
      'terminate-nodes': done,
    });
    await finish();
    expect(execution.status).toBe('SUCCEEDED');
    expect(functions.callsOf('prepare-cluster')).toHaveLength(1);
    expect(passes()[1]?.results).toEqual([
      { key: 'prepare', outcome: 'failed', error: 'InvariantBroken' },
      { key: 'terminate/i-1', outcome: 'done' },
    ]);
  });

  it.each(['Throttled', 'NotYetVisible', 'DependencyUnavailable', 'Conflict'])(
    'retries an action that is %s',
    async (name) => {
      const { finish, functions, passes } = await startRun({
        'plan-cluster': plans({ next: 'act', decisions: [prepare] }, { next: 'stop' }),
        'prepare-cluster': (input: ActionInput, call) => (call < 3 ? new FunctionFails(name) : done(input)),
      });
      await finish();
      expect(functions.callsOf('prepare-cluster')).toHaveLength(3);
      expect(passes()[1]?.results).toEqual([{ key: 'prepare', outcome: 'done' }]);
    },
  );

  it('reports a decision of a kind that it does not know', async () => {
    const odd = { kind: 'odd', key: 'odd', reason: 'none' } as never;
    const { finish, passes } = await startRun({
      'plan-cluster': plans({ next: 'act', decisions: [odd] }, { next: 'stop' }),
    });
    await finish();
    expect(passes()[1]?.results).toEqual([{ key: 'odd', outcome: 'failed', error: 'InvariantBroken' }]);
  });

  it('waits for a signal and plans again when one comes', async () => {
    const { finish, clock, call, functions, passes } = await startRun({
      'plan-cluster': plans({ next: 'wait', waitSeconds: 600 }, { next: 'stop' }),
      'await-signal': () => null,
    });
    await clock.advance(300_000);
    expect(passes()).toHaveLength(1);
    const [asked] = functions.callsOf('await-signal') as AwaitSignalInput[];
    expect(asked).toEqual({ clusterId, run: 1, seenSignalSeq: 7, taskToken: expect.any(String) });
    call('SendTaskSuccess', { taskToken: asked?.taskToken, output: '{}' });
    await finish();
    expect(passes().map(({ steps }) => steps)).toEqual([0, 1]);
  });

  it('lets some time pass before it listens when many signals are to be expected', async () => {
    const { finish, clock, functions } = await startRun({
      'plan-cluster': plans({ next: 'pause', pauseSeconds: 4, waitSeconds: 600 }, { next: 'stop' }),
      'await-signal': () => null,
    });
    await clock.advance(3500);
    expect(functions.callsOf('await-signal')).toHaveLength(0);
    await clock.advance(2000);
    expect(functions.callsOf('await-signal')).toHaveLength(1);
    await finish();
  });

  it('plans again when the wait is over', async () => {
    const { finish, clock, passes } = await startRun({
      'plan-cluster': plans({ next: 'wait', waitSeconds: 600 }, { next: 'stop' }),
      'await-signal': () => null,
    });
    const before = clock.now();
    await finish();
    expect(passes().map(({ steps }) => steps)).toEqual([0, 1]);
    expect(clock.now() - before).toBeGreaterThanOrEqual(600_000);
  });

  it('ends for a fresh execution when its history grows long', async () => {
    const { finish, execution, functions } = await startRun({
      'plan-cluster': plans({ next: 'continue' }),
      'end-run': () => ({ ended: true }),
    });
    await finish();
    expect(execution.status).toBe('SUCCEEDED');
    expect(functions.callsOf('end-run')).toEqual([expect.objectContaining({ mode: 'continue' })]);
  });

  it('stops without a trace when the cluster is gone', async () => {
    const { finish, execution, functions } = await startRun({ 'plan-cluster': plans({ next: 'stop' }) });
    await finish();
    expect(execution.status).toBe('SUCCEEDED');
    expect(functions.calls.map(({ name }) => name)).toEqual(['plan-cluster']);
  });

  it('retries PlanCluster and goes on', async () => {
    const { finish, execution, passes } = await startRun({
      'plan-cluster': plans(new FunctionFails('Throttled'), new FunctionFails('TypeError'), { next: 'stop' }),
    });
    await finish();
    expect(execution.status).toBe('SUCCEEDED');
    expect(passes()).toHaveLength(3);
  });

  it('fails when PlanCluster keeps failing, and that is an event', async () => {
    const { finish, execution, events } = await startRun({ 'plan-cluster': plans(new FunctionFails('Misconfigured')) });
    await finish();
    expect(execution.ending).toMatchObject({ status: 'FAILED', error: 'DependencyUnavailable' });
    expect(events.at(-1)?.detail).toMatchObject({ status: 'FAILED', name: `${clusterId}-1` });
  });

  it('stays within the history limit for a hundred passes of ten actions each', async () => {
    const passes = 10;
    const decisions = Array.from({ length: 10 }, (_, n) => ({ ...prepare, key: `prepare/${n}` }));
    const { finish, execution } = await startRun({
      'plan-cluster': plans(...Array.from({ length: passes }, () => ({ next: 'act' as const, decisions })), {
        next: 'continue',
      }),
      'prepare-cluster': done,
      'end-run': () => ({ ended: true }),
    });
    await finish();
    expect(execution.status).toBe('SUCCEEDED');
    expect((execution.history.events.length / passes) * 100).toBeLessThan(25_000);
  });
});
