import { Decision } from '../../../lambdas/contracts/decision.ts';
import type { ActionResult } from '../../../lambdas/contracts/reconcile.ts';
import { type DecideInput, decide } from '../../../lambdas/domain/cluster/decide.ts';
import type { Plan } from '../../../lambdas/domain/cluster/plan.ts';
import type { ClusterRecord, DeploymentStatus } from '../../../lambdas/domain/cluster/records.ts';
import { at, desired, healthy, input, readyNodes, record } from '../../support/clusters.ts';
import { complete } from './decide-support.ts';

const told = ({ decisions }: Plan) =>
  decisions.flatMap((each) => (each.kind === 'send-callback' ? [`${each.generation} ${each.status}`] : []));
const keysOf = ({ decisions }: Plan) => decisions.filter(({ kind }) => kind === 'send-callback').map(({ key }) => key);
const open = ({ progress }: Plan) => progress.announcements?.open.map(({ status }) => status);

/** A loop whose passes only tell: its cluster is as it should be. */
class Loop {
  readonly nodes = readyNodes();
  record: ClusterRecord = complete(this.nodes);
  status: DeploymentStatus = 'CREATE_IN_PROGRESS';
  results: readonly ActionResult[] = [];
  seconds = 0;
  readonly told: string[] = [];

  pass(change: Partial<DecideInput> = {}): Plan {
    const { nodes, status, results } = this;
    this.seconds += 1;
    const now = at(this.seconds);
    const base = { record: this.record, nodes, status, results, now, actual: healthy(nodes), hasCallback: true };
    const plan = decide(input({ ...base, ...change }));
    this.record = { ...this.record, progress: plan.progress };
    this.results = keysOf(plan).map((key) => ({ key, outcome: 'done' }));
    this.told.push(...told(plan));
    return plan;
  }

  /** What PUT and what actions write. */
  becomes(status: DeploymentStatus, generation = this.record.desired.generation): this {
    this.status = status;
    this.record = { ...this.record, desired: { ...this.record.desired, generation } };
    return this;
  }
}

describe('decide, for a deployment with a callback', () => {
  it('tells each status once, in order, and then is settled', () => {
    const loop = new Loop();
    for (let passes = 0; passes < 3; passes += 1) loop.pass();
    loop.becomes('CREATE_COMPLETE');
    expect(loop.pass()).toMatchObject({ settled: false });
    expect(loop.pass()).toMatchObject({ settled: true, decisions: [] });
    loop.becomes('UPDATE_IN_PROGRESS', 2).pass();
    loop.becomes('UPDATE_COMPLETE').pass();
    loop.pass();
    expect(loop.told).toEqual([
      '1 CREATE_IN_PROGRESS',
      '1 CREATE_COMPLETE',
      '2 UPDATE_IN_PROGRESS',
      '2 UPDATE_COMPLETE',
    ]);
  });

  it('decides what the schema knows, and says so in the log', () => {
    const plan = new Loop().pass();
    const decision = plan.decisions.find(({ kind }) => kind === 'send-callback');
    expect(Decision.parse(decision)).toEqual({
      kind: 'send-callback',
      key: 'callback/1/CREATE_IN_PROGRESS',
      reason: 'the callback is to be told CREATE_IN_PROGRESS',
      generation: 1,
      status: 'CREATE_IN_PROGRESS',
      at: at(1).toISOString(),
    });
    expect(plan.activity).toContainEqual({ level: 'info', text: decision?.reason });
  });

  it('tells nothing where nobody listens', () => {
    const loop = new Loop();
    expect(loop.pass({ hasCallback: false })).not.toHaveProperty('progress.announcements');
    expect(loop.told).toEqual([]);
  });

  it('tells a completion that the next update followed before a pass saw it', () => {
    const loop = new Loop();
    loop.pass();
    loop.becomes('UPDATE_IN_PROGRESS', 2);
    for (let passes = 0; passes < 3; passes += 1) loop.pass();
    loop.becomes('UPDATE_IN_PROGRESS', 3);
    for (let passes = 0; passes < 3; passes += 1) loop.pass();
    expect(loop.told.slice(1)).toEqual([
      '1 CREATE_COMPLETE',
      '2 UPDATE_IN_PROGRESS',
      '2 UPDATE_COMPLETE',
      '3 UPDATE_IN_PROGRESS',
    ]);
  });

  it('invents no completion after a failure', () => {
    const loop = new Loop();
    loop.becomes('UPDATE_IN_PROGRESS', 2).pass();
    loop.becomes('UPDATE_FAILED').pass();
    loop.becomes('UPDATE_IN_PROGRESS', 3).pass();
    loop.pass();
    expect(loop.told).toEqual(['2 UPDATE_IN_PROGRESS', '2 UPDATE_FAILED', '3 UPDATE_IN_PROGRESS']);
  });

  it('tells a failure with its reason, although the cluster is being removed', () => {
    const failed = record({ desired: desired() });
    const plan = decide(input({ record: failed, now: at(3600), hasCallback: true }));
    expect([plan.status?.value, told(plan), open(plan)]).toEqual([
      'CREATE_FAILED',
      ['1 CREATE_IN_PROGRESS'],
      ['CREATE_IN_PROGRESS', 'CREATE_FAILED'],
    ]);
    const removing = desired({ presence: 'absent', forget: false });
    const results = keysOf(plan).map((key) => ({ key, outcome: 'done' as const }));
    const next = decide(
      input({
        record: record({ desired: removing, progress: plan.progress }),
        status: 'CREATE_FAILED',
        results,
        now: at(3601),
        hasCallback: true,
      }),
    );
    expect(next.decisions).toContainEqual(
      expect.objectContaining({
        status: 'CREATE_FAILED',
        statusReason: plan.status?.reason,
        at: at(3600).toISOString(),
      }),
    );
    expect(next.settled).toBe(false);
  });

  it('tells nothing of a deletion, and a deletion that failed once', () => {
    const loop = new Loop();
    loop.record = { ...loop.record, desired: desired({ presence: 'absent', forget: true }) };
    loop.becomes('DELETE_IN_PROGRESS');
    expect([told(loop.pass()), told(loop.pass())]).toEqual([[], []]);
    loop.becomes('DELETE_FAILED').pass();
    loop.pass();
    expect(loop.told).toEqual(['1 DELETE_FAILED']);
  });

  it('forgets what it had not told yet when the deployment is to be deleted', () => {
    const loop = new Loop();
    loop.pass();
    loop.results = [];
    loop.record = { ...loop.record, desired: desired({ presence: 'absent', forget: true }) };
    const plan = loop.becomes('DELETE_IN_PROGRESS').pass();
    expect([told(plan), open(plan)]).toEqual([[], []]);
  });

  it('tells again what is not known to have been sent', () => {
    const loop = new Loop();
    loop.pass();
    loop.results = [];
    loop.pass();
    expect(loop.told).toEqual(['1 CREATE_IN_PROGRESS', '1 CREATE_IN_PROGRESS']);
  });

  it('waits longer after each failure, and at last gives up; the deployment does not mind', () => {
    const loop = new Loop();
    let tried = 0;
    let plan = loop.pass();
    loop.becomes('CREATE_COMPLETE');
    for (; tried < 10 && open(plan)?.[0] === 'CREATE_IN_PROGRESS'; tried += 1) {
      loop.results = keysOf(plan).map((key) => ({ key, outcome: 'failed', error: 'InvariantBroken' }));
      plan = loop.pass();
      expect(plan.status).toBeUndefined();
      expect(plan.progress.failures).toEqual({});
      if (open(plan)?.[0] !== 'CREATE_IN_PROGRESS') break;
      expect(told(plan)).toEqual([]);
      expect(plan.nextCheckAt > at(loop.seconds).toISOString()).toBe(true);
      loop.seconds += 60;
      plan = loop.pass();
    }
    expect(tried).toBe(5);
    expect(plan.activity).toContainEqual({
      level: 'warning',
      text: 'the callback is not told CREATE_IN_PROGRESS: it could not be sent, 6 times',
    });
    expect(plan.settled).toBe(false);
    loop.pass();
    expect(loop.told.at(-1)).toBe('1 CREATE_COMPLETE');
    expect(loop.pass().settled).toBe(true);
  });
});
