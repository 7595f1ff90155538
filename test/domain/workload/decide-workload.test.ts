import type { GroupView, JobView } from '../../../lambdas/contracts/gateway.ts';
import type { DeploymentStatus } from '../../../lambdas/domain/cluster/records.ts';
import { jobNameOf } from '../../../lambdas/domain/workload/chronos.ts';
import { groupIdOf } from '../../../lambdas/domain/workload/marathon.ts';
import type { HostView } from '../../../lambdas/domain/workload/situation.ts';
import { at, clusterId } from '../../support/clusters.ts';
import { groupView, jobSpec, jobs, jobView, workloadId } from '../../support/workloads.ts';
import { answering, failure, kindsOf, Play, textsOf } from './decide-support.ts';

const group = (of: Partial<GroupView> = {}): HostView =>
  answering({ group: { id: groupIdOf(workloadId), found: false, deployments: 0, apps: [], ...of } });
const runs = answering({ group: groupView() });
const silent: HostView = { state: 'silent' };
const gone: HostView = { state: 'gone' };
const leaving: HostView = { state: 'leaving' };
const absent = { presence: 'absent' as const, forget: true };
const secondsUntil = (play: Play) => (Date.parse(play.last?.nextCheckAt ?? '') - at(play.seconds).getTime()) / 1000;

describe('decideWorkload, while its cluster does not answer', () => {
  it('waits, tells so once, and goes on when it answers', () => {
    const play = new Play();
    expect(textsOf(play.pass(silent))).toEqual(['waiting: its cluster does not answer']);
    const second = play.pass(silent);
    expect(second).toMatchObject({ decisions: [], activity: [], watched: true, settled: false });
    for (let passes = 0; passes < 6; passes += 1) play.pass(silent);
    expect(secondsUntil(play)).toBe(300);
    expect(kindsOf(play.pass(group()))).toEqual(['submit-workload']);
  });

  it('fails at its deadline', () => {
    const play = new Play().after(3600);
    expect(play.pass(silent)).toMatchObject({
      giveUp: true,
      status: { reason: 'Timeout: Maximum execution time exceeded. its cluster does not answer' },
    });
  });
});

describe('decideWorkload, without its cluster', () => {
  it.each<[DeploymentStatus, HostView, DeploymentStatus, string]>([
    ['CREATE_IN_PROGRESS', gone, 'CREATE_FAILED', 'gone'],
    ['CREATE_COMPLETE', gone, 'UPDATE_FAILED', 'gone'],
    ['UPDATE_IN_PROGRESS', leaving, 'UPDATE_FAILED', 'being removed'],
  ])('makes of %s on one that is %j %s', (from, host, value, how) => {
    const play = new Play().becomes(from);
    const plan = play.pass(host);
    const reason = `its cluster ${clusterId} is ${how}`;
    expect(plan).toMatchObject({ giveUp: false, status: { value, from, reason }, settled: false });
    expect(play.pass(host)).toMatchObject({ decisions: [], settled: true });
    expect(play.last?.status).toBeUndefined();
  });
});

describe('decideWorkload, for one that is to be removed', () => {
  it('takes it down, waits until Marathon is done, gives its claim back, and forgets it', () => {
    const play = new Play().wants(absent, 'DELETE_IN_PROGRESS');
    const first = play.pass(runs);
    expect(first.decisions).toEqual([{ kind: 'withdraw-workload', key: 'withdraw', reason: 'it is to be removed' }]);
    expect(textsOf(first)).toEqual(['taking it down: it is to be removed']);
    expect(play.pass(group({ deployments: 1 }))).toMatchObject({ decisions: [], settled: false });
    expect(play.pass(group()).decisions).toEqual([
      { kind: 'end-workload', key: 'end', reason: 'nothing of it runs any more', forget: true },
    ]);
  });

  it('asks again, and tells no more, if it still is there later', () => {
    const play = new Play().wants(absent, 'DELETE_IN_PROGRESS');
    play.pass(runs);
    expect(kindsOf(play.pass(runs))).toEqual([]);
    const again = play.pass(runs);
    expect([kindsOf(again), textsOf(again)]).toEqual([['withdraw-workload'], []]);
    for (let passes = 0; passes < 20; passes += 1) play.pass(group({ deployments: 1 }));
    expect(secondsUntil(play)).toBe(60);
  });

  it.each([0, 1])('asks even if nothing of it shows (deployments: %d), and until nobody refuses', (deployments) => {
    const play = new Play().wants(absent, 'DELETE_IN_PROGRESS');
    expect(kindsOf(play.pass(group({ deployments })))).toEqual(['withdraw-workload']);
    expect(kindsOf(play.pass(group(), failure('withdraw')))).toEqual([]);
    expect(kindsOf(play.after(5).pass(group(), []))).toEqual(['withdraw-workload']);
    expect(kindsOf(play.pass(group({ deployments: 1 })))).toEqual([]);
    expect(play.record.progress.withdrawn).toBe(true);
    expect(kindsOf(play.pass(silent))).toEqual([]);
    expect(kindsOf(play.pass(group()))).toEqual(['end-workload']);
  });

  it('takes jobs down as long as Chronos has one of them', () => {
    const spec = jobs(jobSpec({ node: 'a' }), jobSpec({ node: 'b', parents: ['a'] }));
    const shows = (...found: boolean[]) => {
      const views: JobView[] = found.map((each, n) =>
        jobView({ name: jobNameOf(workloadId, n === 0 ? 'a' : 'b'), found: each }),
      );
      return answering({ jobs: views });
    };
    const play = new Play({ spec }).wants(absent, 'DELETE_IN_PROGRESS');
    expect(kindsOf(play.pass(shows(true, false)))).toEqual(['withdraw-workload']);
    expect(kindsOf(play.pass(shows(false, false)))).toEqual(['end-workload']);
  });

  it.each(['withdraw', 'end'] as const)('tries to %s again later if that fails', (key) => {
    const host = key === 'end' ? group() : runs;
    const play = new Play().wants(absent, 'DELETE_IN_PROGRESS');
    play.pass(host);
    if (key === 'end') play.pass(host);
    expect(kindsOf(play.pass(host, failure(key)))).toEqual([]);
    expect(kindsOf(play.after(5).pass(host, []))).toEqual([`${key}-workload`]);
  });

  it('waits for a cluster that does not answer, and ends with one that is gone', () => {
    const play = new Play().wants(absent, 'DELETE_IN_PROGRESS');
    expect(play.pass(silent)).toMatchObject({ decisions: [], settled: false });
    expect(kindsOf(play.pass(gone))).toEqual(['end-workload']);
  });

  it('says so if nobody has', () => {
    const play = new Play().wants(absent, 'CREATE_COMPLETE');
    expect(play.pass(runs).status).toEqual({ value: 'DELETE_IN_PROGRESS', generation: 1, from: 'CREATE_COMPLETE' });
    expect(new Play().wants(absent, 'DELETE_FAILED').pass(runs).status).toBeUndefined();
  });
});

describe('decideWorkload, for one that has failed', () => {
  it('keeps its records, and leaves it alone when nothing else is left', () => {
    const play = new Play({ presence: 'absent' }).becomes('CREATE_FAILED');
    expect(textsOf(play.pass(runs))).toEqual(['taking it down: it has failed']);
    expect(play.pass(group()).decisions).toMatchObject([{ kind: 'end-workload', forget: false }]);
    expect(play.pass(group())).toMatchObject({ decisions: [], settled: true, progress: { ended: true } });
    expect(play.pass(silent)).toMatchObject({ decisions: [], settled: true });
    expect(kindsOf(play.wants({ forget: true }, 'DELETE_IN_PROGRESS').pass(group()))).toEqual(['end-workload']);
  });

  it('is left alone even if its cluster does not answer', () => {
    expect(new Play().becomes('CREATE_FAILED').pass(silent)).toMatchObject({ decisions: [], settled: true });
  });
});

describe('decideWorkload, without the deployment’s record', () => {
  it('waits for it, and then removes what was begun', () => {
    const play = new Play();
    play.status = undefined;
    expect(play.pass(group())).toMatchObject({ decisions: [], settled: false, nextCheckAt: at(121).toISOString() });
    const plan = play.after(120).pass(group());
    expect(plan.decisions).toMatchObject([{ kind: 'withdraw-workload' }]);
    expect(plan.status).toBeUndefined();
    expect(play.pass(group()).decisions).toMatchObject([{ kind: 'end-workload', forget: true }]);
  });
});

describe('decideWorkload, with a callback', () => {
  it('tells each status, and is not settled before', () => {
    const play = new Play();
    const told: string[] = [];
    const pass = (host: HostView) => {
      const plan = play.pass(host, undefined, { hasCallback: true });
      told.push(...plan.decisions.flatMap((each) => (each.kind === 'send-callback' ? [each.status] : [])));
      return plan;
    };
    pass(group());
    pass(runs);
    play.becomes('CREATE_COMPLETE');
    expect(pass(runs)).toMatchObject({ settled: false });
    expect(pass(runs)).toMatchObject({ settled: true, decisions: [] });
    expect(told).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
  });
});
