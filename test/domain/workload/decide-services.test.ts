import type { AppView, GroupView } from '../../../lambdas/contracts/gateway.ts';
import { groupIdOf } from '../../../lambdas/domain/workload/marathon.ts';
import { at } from '../../support/clusters.ts';
import { groupView, serviceSpec, services, workloadId } from '../../support/workloads.ts';
import { answering, done, failure, kindsOf, Play, textsOf } from './decide-support.ts';

const empty: GroupView = { id: groupIdOf(workloadId), found: false, deployments: 0, apps: [] };
const nothing = answering({ group: empty });
const shows = (app: Partial<AppView> = {}, group: Partial<GroupView> = {}) =>
  answering({ group: { ...groupView(workloadId, [app]), ...group } });
const runs = shows();
const pulling = shows({ running: 0, staged: 1 }, { deployments: 1 });
const refused = failure('submit', 'InvalidInput', 'Marathon refuses with 422: bad image');

/** It was submitted, runs, and its outputs are published. */
function complete(play = new Play()): Play {
  play.pass(nothing);
  play.pass(runs);
  play.becomes('CREATE_COMPLETE').pass(runs);
  return play;
}
const second = { generation: 2, spec: services(serviceSpec({ image: 'acme/web:2' })) };

describe('decideWorkload, for services', () => {
  it('submits, waits, publishes, and is settled', () => {
    const play = new Play();
    expect(kindsOf(play.pass(nothing))).toEqual(['submit-workload']);
    const waiting = play.pass(pulling);
    expect(waiting).toMatchObject({ decisions: [], watched: true, settled: false });
    expect(textsOf(waiting)).toEqual([
      'waiting: web: 0 of 1 running; a task is being started, its image may still be pulled',
    ]);
    expect(play.pass(runs).decisions).toEqual([
      { kind: 'publish-workload', key: 'publish', reason: 'all services run', generation: 1 },
    ]);
    const last = play.becomes('CREATE_COMPLETE').pass(runs);
    expect(last).toMatchObject({ decisions: [], settled: true, watched: false });
    expect(last.progress.stable).toEqual({ generation: 1, spec: play.record.desired.spec });
    expect(play.pass(runs)).toMatchObject({ decisions: [], settled: true });
  });

  it('publishes again until it is known that the deployment is complete', () => {
    const play = new Play();
    play.pass(nothing);
    play.pass(runs);
    expect(kindsOf(play.pass(runs))).toEqual(['publish-workload']);
    expect(kindsOf(play.pass(runs, failure('publish')))).toEqual([]);
    expect(kindsOf(play.after(5).pass(runs, []))).toEqual(['publish-workload']);
  });

  it('is given up at its deadline if its outputs cannot be published, but tries it once', () => {
    const play = new Play({ deadlineAt: at(100).toISOString() });
    play.pass(nothing);
    expect(kindsOf(play.after(200).pass(runs))).toEqual(['publish-workload']);
    const late = play.pass(runs, failure('publish'));
    expect(late).toMatchObject({ decisions: [], giveUp: true, status: { value: 'CREATE_FAILED' } });
    expect(late.status?.reason).toBe('Timeout: Maximum execution time exceeded. outputs are not published: no answer');
  });

  it('tells what it waits for once, whatever ticks in it', () => {
    const play = new Play();
    play.pass(nothing);
    const lastFailure = { state: 'TASK_FAILED', message: 'exited with 1', host: '10.0.0.9', at: at(1).toISOString() };
    const crashing = (delaySeconds: number) =>
      shows({ running: 0, lastFailure, queue: { count: 1, delaySeconds, reasons: [] } });
    expect(textsOf(play.pass(crashing(12)))).toEqual([
      'waiting: web: 0 of 1 running; tasks fail and are tried again in 12 s; its last task ended as TASK_FAILED: exited with 1',
    ]);
    expect(textsOf(play.pass(crashing(11)))).toEqual([]);
    expect(textsOf(play.pass(pulling))).toHaveLength(1);
  });

  it('looks often in the first minute after anything was new, and then seldom', () => {
    const play = new Play({ deadlineAt: at(99_999).toISOString() });
    play.pass(nothing);
    const waits = Array.from({ length: 8 }, () => {
      const { nextCheckAt } = play.pass(pulling);
      return (Date.parse(nextCheckAt) - at(play.seconds).getTime()) / 1000;
    });
    expect(waits).toEqual([2, 3, 5, 8, 13, 21, 1800, 1800]);
    expect(play.pass(shows({ running: 0, staged: 1 })).nextCheckAt).toBe(at(play.seconds + 2).toISOString());
  });

  it('never looks later than its deadline', () => {
    const play = new Play({ deadlineAt: at(100).toISOString() });
    play.pass(nothing);
    for (let passes = 0; passes < 8; passes += 1) play.pass(pulling);
    expect(play.last?.nextCheckAt).toBe(at(100).toISOString());
  });

  it('tries again what failed for a while, a little later each time', () => {
    const play = new Play();
    play.pass(nothing);
    const failed = play.pass(nothing, failure('submit'));
    expect(textsOf(failed)).toEqual([
      'submit failed: DependencyUnavailable: no answer',
      'waiting: it is not submitted: no answer',
    ]);
    expect(kindsOf(failed)).toEqual([]);
    expect(kindsOf(play.after(5).pass(nothing, []))).toEqual(['submit-workload']);
  });

  it('is given up at once when Marathon refuses it, and taken down', () => {
    const play = new Play();
    play.pass(nothing);
    expect(play.pass(nothing, refused)).toMatchObject({
      giveUp: true,
      status: {
        value: 'CREATE_FAILED',
        reason: 'Marathon refuses with 422: bad image',
        generation: 1,
        from: 'CREATE_IN_PROGRESS',
      },
    });
    expect(kindsOf(play.pass(runs))).toEqual(['withdraw-workload']);
  });

  it('is given up at its deadline, with what it lacks', () => {
    const play = new Play();
    play.pass(nothing);
    const late = play.after(3600).pass(pulling);
    expect(late).toMatchObject({ giveUp: true, decisions: [] });
    expect(late.status?.reason).toMatch(/^Timeout: Maximum execution time exceeded\. web: 0 of 1 running; a task is/);
  });

  it('is given up at its deadline even if it was never submitted', () => {
    const play = new Play();
    play.pass(nothing);
    const late = play.after(3600).pass(nothing, failure('submit'));
    expect(late.status?.reason).toContain('it is not submitted: no answer');
    expect(late.decisions).toEqual([]);
  });

  it('submits again what Marathon has lost', () => {
    const play = complete();
    const plan = play.pass(nothing);
    expect(plan.decisions).toMatchObject([{ reason: 'its group is not in Marathon any more' }]);
    expect(play.pass(pulling)).toMatchObject({ settled: true, watched: false });
  });

  it('publishes new ports of a complete workload', () => {
    const play = complete();
    const moved = shows({ servicePorts: [10_007] });
    expect(play.pass(moved).decisions).toMatchObject([{ reason: 'ports of services have changed' }]);
    expect(play.pass(moved)).toMatchObject({ decisions: [], settled: true });
  });

  it('leaves a complete workload to Marathon if Marathon refuses it later', () => {
    const play = complete();
    play.pass(nothing);
    expect(play.pass(nothing, refused)).toMatchObject({ decisions: [], settled: true });
  });
});

describe('decideWorkload, for an update of services', () => {
  it('submits what is new and completes', () => {
    const play = complete().wants(second, 'UPDATE_IN_PROGRESS');
    expect(play.pass(runs).decisions).toMatchObject([{ kind: 'submit-workload', reason: 'it has changed' }]);
    expect(play.pass(runs).decisions).toMatchObject([{ kind: 'publish-workload', generation: 2 }]);
    const last = play.becomes('UPDATE_COMPLETE').pass(runs);
    expect(last).toMatchObject({ settled: true, progress: { stable: { generation: 2 } } });
  });

  it('goes back to what ran before when it fails, and stays failed', () => {
    const play = complete().wants({ ...second, deadlineAt: at(100).toISOString() }, 'UPDATE_IN_PROGRESS');
    play.pass(runs);
    const late = play.after(100).pass(pulling);
    expect(late).toMatchObject({ giveUp: false, status: { value: 'UPDATE_FAILED' }, progress: { rolledBack: 2 } });
    expect(textsOf(late)[0]).toContain('going back to what ran before');
    expect(kindsOf(play.pass(pulling))).toEqual(['submit-workload']);
    expect(play.pass(runs)).toMatchObject({ decisions: [], settled: true });
    expect(play.status).toBe('UPDATE_FAILED');
    expect(play.record.progress.stable?.generation).toBe(1);
  });

  it('has nothing to submit if Marathon never took what failed', () => {
    const play = complete().wants(second, 'UPDATE_IN_PROGRESS');
    play.pass(runs);
    expect(play.pass(runs, refused).status?.value).toBe('UPDATE_FAILED');
    expect(play.pass(runs)).toMatchObject({ decisions: [], settled: true });
  });

  it('wants what the next update asks for after one that failed', () => {
    const play = complete().wants(second, 'UPDATE_IN_PROGRESS');
    play.pass(runs);
    play.pass(runs, refused);
    play.wants({ generation: 3, spec: services(serviceSpec({ image: 'acme/web:3' })) }, 'UPDATE_IN_PROGRESS');
    expect(kindsOf(play.pass(runs))).toEqual(['submit-workload']);
    expect(kindsOf(play.pass(runs))).toEqual(['publish-workload']);
  });

  it('goes on towards what was asked for if nothing ever ran', () => {
    const play = new Play();
    play.pass(nothing);
    play.pass(runs);
    // As recorded before it was kept what to go back to.
    const { candidate: _, ...progress } = play.record.progress;
    play.record = { ...play.record, progress };
    play.wants({ ...second, deadlineAt: at(100).toISOString() }, 'UPDATE_IN_PROGRESS');
    play.pass(runs);
    const late = play.after(100).pass(pulling);
    expect(late.status?.value).toBe('UPDATE_FAILED');
    expect(textsOf(late)[0]).toContain('it stays as it is');
    expect(play.pass(pulling)).toMatchObject({ watched: true, settled: false });
    expect(kindsOf(play.pass(runs))).toEqual(['publish-workload']);
  });

  it('goes back to what became complete and was updated before a pass could see that', () => {
    const play = new Play();
    play.pass(nothing);
    play.pass(runs);
    play.wants(second, 'UPDATE_IN_PROGRESS').pass(runs);
    expect(play.record.progress).toMatchObject({ stable: { generation: 1 } });
    play.pass(runs);
    expect(play.record.progress).toMatchObject({ stable: { generation: 1 }, candidate: { generation: 2 } });
    play.wants({ generation: 3, spec: services(serviceSpec({ image: 'acme/web:3' })) }, 'UPDATE_IN_PROGRESS');
    play.pass(runs);
    expect(play.record.progress).toMatchObject({ stable: second });
    expect(play.record.progress).not.toHaveProperty('candidate');
    expect(play.pass(runs, refused)).toMatchObject({ progress: { rolledBack: 3, stable: second } });
  });

  it('does not go back to itself when its outputs cannot be published', () => {
    const play = complete().wants({ ...second, deadlineAt: at(100).toISOString() }, 'UPDATE_IN_PROGRESS');
    play.pass(runs);
    play.pass(runs);
    expect(play.record.progress.candidate?.generation).toBe(2);
    play.pass(runs, failure('publish'));
    const late = play.after(100).pass(runs, []);
    expect(late).toMatchObject({ status: { value: 'UPDATE_FAILED' }, progress: { rolledBack: 2 } });
    expect(late.status?.reason).toContain('outputs are not published: no answer');
    expect(late.progress).not.toHaveProperty('candidate');
    expect(kindsOf(play.pass(runs))).toEqual(['submit-workload']);
    play.wants({ generation: 3, spec: services(serviceSpec({ image: 'acme/web:3' })) }, 'UPDATE_IN_PROGRESS');
    expect(play.pass(runs).progress.stable?.generation).toBe(1);
  });

  it('does not take for what ran what is published after it has failed', () => {
    const play = complete().wants({ ...second, deadlineAt: at(100).toISOString() }, 'UPDATE_IN_PROGRESS');
    const { stable: _, ...progress } = play.record.progress;
    play.record = { ...play.record, progress };
    play.pass(runs);
    play.after(100).pass(pulling);
    expect(kindsOf(play.pass(runs))).toEqual(['publish-workload']);
    expect(play.record.progress).not.toHaveProperty('candidate');
    expect(play.becomes('UPDATE_COMPLETE').pass(runs).progress).toMatchObject({ stable: second });
  });

  it('is not blamed for failures from before', () => {
    const play = complete();
    play.pass(nothing);
    play.pass(nothing, refused);
    play.wants(second, 'UPDATE_IN_PROGRESS');
    expect(kindsOf(play.pass(nothing))).toEqual(['submit-workload']);
  });

  it('submits again if the update came between the decision and its result', () => {
    const play = complete();
    play.pass(nothing);
    play.wants(second, 'UPDATE_IN_PROGRESS');
    expect(kindsOf(play.pass(runs, done('submit')))).toEqual(['submit-workload']);
  });
});
