/** The real machine of workloads' loops, run whole: with scripted functions, and with the real planner. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { AwaitSignalInput } from '../../../lambdas/contracts/reconcile.ts';
import type {
  PlanWorkloadInput,
  PlanWorkloadOutput,
  WorkloadActionInput,
} from '../../../lambdas/contracts/workload.ts';
import { jobNameOf } from '../../../lambdas/domain/workload/chronos.ts';
import { makeAwaitSignal } from '../../../lambdas/handlers/await-signal.ts';
import { makeEndRun } from '../../../lambdas/handlers/end-run.ts';
import { signalLoop } from '../../../lambdas/handlers/loop/signal-loop.ts';
import { makePlanWorkload } from '../../../lambdas/handlers/plan-workload.ts';
import { at } from '../../support/clusters.ts';
import { FakeClusterStore } from '../../support/fake-cluster-store.ts';
import { FakeWorkloadStore } from '../../support/fake-workload-store.ts';
import { type Answer, FunctionFails } from '../../support/scripted-functions.ts';
import { desiredWorkload, jobs, jobView, workloadId } from '../../support/workloads.ts';
import { createHarness } from './machine-harness.ts';

const definition = readFileSync(path.join(__dirname, '../../../state-machines/run-workload.asl.json'), 'utf8');

function substitutions(): Record<string, string> {
  const names = [...definition.matchAll(/\$\{((\w+)FunctionArn)\}/g)];
  const kebab = (name: string) => name.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase();
  return Object.fromEntries(
    names.map(([, key = '', name = '']) => [key, `arn:aws:lambda:r:1:function:${kebab(name)}`]),
  );
}

const day = 86_400;
jest.setTimeout(30_000);

async function startRun(answers: Readonly<Record<string, Answer>>) {
  const harness = createHarness(answers);
  const machineArn = await harness.create(definition, substitutions());
  const start = (run: number) =>
    harness.states.startExecution({
      machineArn,
      name: `${workloadId}-${run}`,
      input: JSON.stringify({ workloadId, run }),
    });
  return { ...harness, start };
}

type Next = Partial<PlanWorkloadOutput> & { next: PlanWorkloadOutput['next'] };
function plans(...answers: Next[]): Answer {
  return ({ run, steps }: PlanWorkloadInput, call) => {
    const answer = answers[Math.min(call, answers.length) - 1];
    return { workloadId, run, steps, decisions: [], seenSignalSeq: 7, waitSeconds: 60, ...answer };
  };
}
const submit = { kind: 'submit-workload' as const, key: 'submit', reason: 'it is new' };

describe('the machine of workloads', () => {
  it('carries decisions out, plans again with their results, and ends when settled', async () => {
    const { start, finish, functions } = await startRun({
      'plan-workload': plans({ next: 'act', decisions: [submit] }, { next: 'end' }),
      'submit-workload': ({ decision }: WorkloadActionInput) => ({ key: decision.key, outcome: 'done' }),
      'end-run': () => ({ ended: true }),
    });
    const execution = start(1);
    await finish(execution, 7 * day * 1000);
    expect(execution.status).toBe('SUCCEEDED');
    expect(functions.callsOf('submit-workload')).toEqual([{ workloadId, run: 1, decision: submit }]);
    expect(functions.callsOf('plan-workload')).toEqual([
      { workloadId, run: 1, steps: 0, results: [] },
      { workloadId, run: 1, steps: 1, results: [{ key: 'submit', outcome: 'done' }] },
    ]);
    expect(functions.callsOf('end-run')).toEqual([{ workloadId, run: 1, seenSignalSeq: 7, mode: 'end' }]);
  });

  it('reports what failed, and a decision of a kind that it does not know, as results', async () => {
    const odd = { kind: 'odd', key: 'odd', reason: 'none' } as never;
    const { start, finish, functions } = await startRun({
      'plan-workload': plans({ next: 'act', decisions: [submit, odd] }, { next: 'stop' }),
      'submit-workload': () => new FunctionFails('InvariantBroken'),
    });
    await finish(start(1), 7 * day * 1000);
    expect((functions.callsOf('plan-workload')[1] as PlanWorkloadInput).results).toEqual([
      { key: 'submit', outcome: 'failed', error: 'InvariantBroken' },
      { key: 'odd', outcome: 'failed', error: 'InvariantBroken' },
    ]);
  });

  it('waits for a signal, which names the workload', async () => {
    const { start, finish, clock, call, functions } = await startRun({
      'plan-workload': plans({ next: 'wait', waitSeconds: 600 }, { next: 'stop' }),
      'await-signal': () => null,
    });
    const execution = start(1);
    await clock.advance(300_000);
    const [asked] = functions.callsOf('await-signal') as AwaitSignalInput[];
    expect(asked).toEqual({ workloadId, run: 1, seenSignalSeq: 7, taskToken: expect.any(String) });
    call('SendTaskSuccess', { taskToken: asked?.taskToken, output: '{}' });
    await finish(execution, 7 * day * 1000);
    expect(functions.callsOf('plan-workload')).toHaveLength(2);
  });
});

/** USD per state transition of a standard workflow: https://aws.amazon.com/step-functions/pricing/ */
const transitionPrice = 0.025 / 1000;
/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const historyLimit = 25_000;

describe('a job that runs for three days', () => {
  it('costs cents, even if nobody wakes its loop, and stays far from the history’s limit', async () => {
    const desired = desiredWorkload({ spec: jobs(), deadlineAt: at(10 * day).toISOString() });
    const store = new FakeWorkloadStore().add({ desired }, 'CREATE_IN_PROGRESS');
    const clusters = new FakeClusterStore().add();
    const name = jobNameOf(workloadId, 'step');
    let isSubmitted = false;
    const view = () => {
      const isOver = clock.now() - begun >= 3 * day * 1000;
      const isRunning = isSubmitted && !isOver;
      return jobView({ name, found: isSubmitted, running: isRunning ? 1 : 0, successCount: isOver ? 1 : 0 });
    };
    const account = { username: 'admin', password: 'pw' };
    const secrets = { mesos: account, marathon: account, chronos: account };
    const plan = makePlanWorkload({
      store,
      clusters,
      credentials: { get: async () => ({ ...secrets, consulGossipKey: '', templateLiterals: {}, parameters: {} }) },
      gateway: { viewGroups: async () => undefined, viewJobs: async () => [view()] },
      signals: { send: async () => {} },
      clock: { now: () => new Date(at(0).getTime() + clock.now() - begun) },
    });
    const loop = { store, workflow: { startRun: async () => 'running' as const, wake: async () => true } };
    const loops = { cluster: loop, workload: loop };
    const { start, finish, clock } = await startRun({
      'plan-workload': (input: PlanWorkloadInput) => plan(input),
      'await-signal': (input: AwaitSignalInput) => makeAwaitSignal(loops)(input),
      'submit-workload': ({ decision }: WorkloadActionInput) => {
        isSubmitted = true;
        return { key: decision.key, outcome: 'done' };
      },
      'publish-workload': ({ decision }: WorkloadActionInput) => {
        const kept = store.workloads.get(workloadId);
        if (kept) kept.status = 'CREATE_COMPLETE';
        return { key: decision.key, outcome: 'done' };
      },
      'end-run': (input: Parameters<ReturnType<typeof makeEndRun>>[0]) => makeEndRun(loops)(input),
    });
    const begun = clock.now();
    await signalLoop(loop, workloadId);
    const execution = start(1);
    await finish(execution, 7 * day * 1000);
    expect([execution.status, store.workloads.get(workloadId)?.status]).toEqual(['SUCCEEDED', 'CREATE_COMPLETE']);
    const events = execution.history.events.length;
    const transitions = execution.history.events.filter(({ type }) => type.endsWith('StateEntered')).length;
    // The figures of docs/workloads.md.
    expect(transitions).toBeLessThan(500);
    expect(transitions * transitionPrice).toBeLessThan(0.015);
    expect(events * 10).toBeLessThan(historyLimit);
  });
});
