import type { JobView } from '../../../lambdas/contracts/gateway.ts';
import { jobNameOf } from '../../../lambdas/domain/workload/chronos.ts';
import type { JobSpec } from '../../../lambdas/domain/workload/spec.ts';
import { at } from '../../support/clusters.ts';
import { jobSpec, jobs, jobView, workloadId } from '../../support/workloads.ts';
import { answering, failure, kindsOf, Play, textsOf } from './decide-support.ts';

const name = (node: string) => jobNameOf(workloadId, node);
const shows = (views: Readonly<Record<string, Partial<JobView>>>) =>
  answering({ jobs: Object.entries(views).map(([node, view]) => jobView({ name: name(node), ...view })) });
const absent = { found: false };
const ok = { successCount: 1, lastSuccess: '2026-03-01T09:01:00.000Z' };
const bad = { errorCount: 1, lastError: '2026-03-01T09:02:00.000Z' };

const pipeline = () =>
  new Play({
    spec: jobs(
      jobSpec({ node: 'fetch' }),
      jobSpec({ node: 'crunch', parents: ['fetch'] }),
      jobSpec({ node: 'report', parents: ['crunch'] }),
    ),
  });
const none = shows({ fetch: absent, crunch: absent, report: absent });
const scheduled = (schedule: string, more: Partial<JobSpec> = {}) =>
  new Play({ spec: jobs(jobSpec({ schedule, ...more })) });

describe('decideWorkload, for jobs', () => {
  it('submits all, parents first, waits until each has succeeded, and publishes', () => {
    const play = pipeline();
    expect(play.pass(none).decisions).toEqual([
      {
        kind: 'submit-workload',
        key: 'submit',
        reason: 'jobs fetch, crunch, report',
        jobs: ['fetch', 'crunch', 'report'],
      },
    ]);
    const first = play.pass(shows({ fetch: { running: 1 }, crunch: {}, report: { queued: true } }));
    expect(first).toMatchObject({ decisions: [], watched: true, settled: false });
    expect(textsOf(first)).toEqual([
      'waiting: job fetch runs; job crunch has not run yet; job report waits for a slave with room for it',
    ]);
    expect(textsOf(play.pass(shows({ fetch: ok, crunch: {}, report: {} })))).toContain(
      'job fetch succeeded at 2026-03-01T09:01:00.000Z',
    );
    const all = shows({ fetch: ok, crunch: ok, report: ok });
    expect(play.pass(all).decisions).toMatchObject([{ kind: 'publish-workload', reason: 'all jobs have succeeded' }]);
    expect(play.becomes('CREATE_COMPLETE').pass(all)).toMatchObject({ decisions: [], settled: true, watched: false });
  });

  it('submits only what Chronos does not have yet', () => {
    const play = pipeline();
    play.pass(none);
    const some = shows({ fetch: {}, crunch: absent, report: absent });
    expect(kindsOf(play.pass(some, failure('submit')))).toEqual([]);
    expect(play.after(5).pass(some, []).decisions).toMatchObject([{ jobs: ['crunch', 'report'] }]);
  });

  it('fails with its first failed job, tells which do not run, and leaves all as it is', () => {
    const play = pipeline();
    play.pass(none);
    const plan = play.pass(shows({ fetch: bad, crunch: {}, report: {} }));
    expect(plan).toMatchObject({
      giveUp: false,
      status: {
        value: 'CREATE_FAILED',
        reason: `Chronos job ${name('fetch')} failed to execute (fetch); after it these do not run: crunch, report`,
      },
    });
    expect(textsOf(plan)[0]).toBe('job fetch failed at 2026-03-01T09:02:00.000Z');
    expect(play.pass(shows({ fetch: bad, crunch: {}, report: {} }))).toMatchObject({ decisions: [], settled: true });
  });

  it('is well with a job that fails after it has succeeded', () => {
    const play = scheduled('R3/2026-03-01T09:00:00Z/PT1H');
    play.pass(shows({ step: absent }));
    expect(kindsOf(play.pass(shows({ step: { ...ok, ...bad } })))).toEqual(['publish-workload']);
  });

  const without = shows({ fetch: ok, crunch: absent, report: {} });
  const all = shows({ fetch: ok, crunch: {}, report: {} });
  const silent = { state: 'silent' } as const;

  it('fails when a job stays away from Chronos for two minutes before it has succeeded', () => {
    const play = pipeline();
    play.pass(none);
    play.pass(all);
    const first = play.pass(without);
    expect(first).toMatchObject({ decisions: [], settled: false, watched: true });
    expect(first.status).toBeUndefined();
    expect(textsOf(first)).toEqual(['waiting: Chronos does not show job crunch; job report has not run yet']);
    for (let passes = 0; passes < 8; passes += 1) expect(play.pass(without).status).toBeUndefined();
    expect(play.last?.nextCheckAt).toBe(at(3 + 120).toISOString());
    play.seconds = 3 + 120 - 1;
    const plan = play.pass(without);
    expect(plan.status?.reason).toBe(
      `Chronos job ${name('crunch')} (crunch) is not in Chronos any more; after it these do not run: report`,
    );
  });

  it('forgets that a job was missing when it shows again, or when nobody answers', () => {
    const play = pipeline();
    play.pass(none);
    play.pass(all);
    for (const between of [all, silent]) {
      play.pass(without);
      expect(play.record.progress.jobs?.crunch).toHaveProperty('missingSince');
      play.after(119).pass(between);
      expect(play.record.progress.jobs?.crunch).toEqual({ state: 'submitted', successes: 0, errors: 0 });
      expect(play.pass(without).status).toBeUndefined();
      play.pass(all);
    }
  });

  it('believes that Chronos has what it has just accepted', () => {
    const play = pipeline();
    play.pass(none);
    expect(play.pass(none)).toMatchObject({ decisions: [], settled: false });
    expect(play.pass(none).status).toBeUndefined();
    expect(kindsOf(play.pass(shows({ fetch: ok, crunch: ok, report: ok })))).toEqual(['publish-workload']);
  });

  it('does not mind that one that has succeeded is gone', () => {
    const play = pipeline();
    play.pass(none);
    play.pass(shows({ fetch: ok, crunch: {}, report: {} }));
    expect(kindsOf(play.pass(shows({ fetch: absent, crunch: ok, report: ok })))).toEqual(['publish-workload']);
  });

  it('is given up and taken down when Chronos refuses, or at the deadline', () => {
    const refusing = pipeline();
    refusing.pass(none);
    const refused = refusing.pass(none, failure('submit', 'InvalidInput', 'Chronos refuses with 400: bad job'));
    expect(refused).toMatchObject({ giveUp: true, status: { reason: 'Chronos refuses with 400: bad job' } });
    const slow = pipeline();
    slow.pass(none);
    const late = slow.after(3600).pass(shows({ fetch: { running: 1 }, crunch: {}, report: {} }));
    expect(late).toMatchObject({ giveUp: true, decisions: [] });
    expect(late.status?.reason).toContain('job fetch runs');
  });

  it.each(['R/2026-03-01T09:00:00Z/PT1H', 'R0/2026-03-01T09:00:00Z/PT1H'])(
    'is complete with %s as soon as it is accepted, and goes on telling its runs',
    (schedule) => {
      const play = scheduled(schedule);
      play.pass(shows({ step: absent }));
      expect(play.pass(shows({ step: {} })).decisions).toMatchObject([{ reason: 'jobs are accepted' }]);
      play.becomes('CREATE_COMPLETE');
      expect(play.pass(shows({ step: {} }))).toMatchObject({ settled: true, watched: true });
      const ran = play.pass(shows({ step: { ...ok, successCount: 3, ...bad } }));
      expect(textsOf(ran)).toEqual([
        'job step succeeded 3 times at 2026-03-01T09:01:00.000Z',
        'job step failed at 2026-03-01T09:02:00.000Z',
      ]);
      expect(ran).toMatchObject({ decisions: [], settled: true, watched: true });
    },
  );

  it('gives Chronos an endless job again that it has lost, once, and what runs after it', () => {
    const spec = jobs(
      jobSpec({ node: 'step', schedule: 'R/2026-03-01T09:00:00Z/PT1H' }),
      jobSpec({ node: 'next', parents: ['step'] }),
    );
    const play = new Play({ spec });
    play.pass(shows({ step: absent, next: absent }));
    expect(play.pass(shows({ step: ok, next: {} })).decisions).toMatchObject([{ reason: 'jobs are accepted' }]);
    play.becomes('CREATE_COMPLETE');
    play.pass(shows({ step: ok, next: ok }));
    const missing = play.pass(shows({ step: absent, next: absent }));
    expect(missing).toMatchObject({ decisions: [], settled: false });
    const lost = play.after(120).pass(shows({ step: absent, next: absent }));
    expect(lost).toMatchObject({ decisions: [{ kind: 'submit-workload', jobs: ['step', 'next'] }], settled: false });
    expect(play.pass(shows({ step: absent, next: absent }))).toMatchObject({
      decisions: [],
      settled: true,
      watched: true,
    });
    expect(textsOf(play.pass(shows({ step: ok, next: {} })))).toEqual([
      'job step succeeded at 2026-03-01T09:01:00.000Z',
    ]);
  });

  it('leaves an endless job alone that shows again', () => {
    const play = scheduled('R/2026-03-01T09:00:00Z/PT1H');
    play.pass(shows({ step: absent }));
    play.pass(shows({ step: ok }));
    play.becomes('CREATE_COMPLETE').pass(shows({ step: absent }));
    expect(play.pass(shows({ step: ok }))).toMatchObject({ decisions: [], activity: [], settled: true });
  });

  it('submits an endless job ever more seldom that Chronos refuses for good', () => {
    const play = scheduled('R/2026-03-01T09:00:00Z/PT1H');
    const gone = shows({ step: absent });
    play.pass(gone);
    play.pass(shows({ step: ok }));
    play.becomes('CREATE_COMPLETE').pass(gone);
    play.after(120).pass(gone);
    const waits: number[] = [];
    for (let tries = 0; tries < 9; tries += 1) {
      play.pass(gone, failure('submit', 'InvalidInput', 'Chronos refuses with 400: bad job'));
      const { lastAt = '' } = play.record.progress.failures.submit ?? {};
      let passes = 0;
      while (kindsOf(play.last ?? play.pass(gone, [])).length === 0) {
        passes += 1;
        expect(passes).toBeLessThan(20);
        play.seconds = (Date.parse(play.last?.nextCheckAt ?? '') - at(0).getTime()) / 1000 - 1;
        play.pass(gone, []);
      }
      waits.push((at(play.seconds).getTime() - Date.parse(lastAt)) / 1000);
    }
    expect(waits).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  });

  it('fails at its deadline if its outputs cannot be published, and not before', () => {
    const play = scheduled('R1/2026-03-01T09:00:00Z/PT1H');
    play.pass(shows({ step: absent }));
    play.pass(shows({ step: ok }));
    expect(play.pass(shows({ step: ok }), failure('publish')).status).toBeUndefined();
    const late = play.after(3600).pass(shows({ step: ok }), []);
    expect(late).toMatchObject({ decisions: [], status: { value: 'CREATE_FAILED' } });
    expect(late.status?.reason).toBe('Timeout: Maximum execution time exceeded. outputs are not published: no answer');
  });

  it('is not failed by a run of an endless job', () => {
    const play = scheduled('R/2026-03-01T09:00:00Z/PT1H');
    play.pass(shows({ step: absent }));
    expect(kindsOf(play.pass(shows({ step: bad })))).toEqual(['publish-workload']);
  });

  it('waits no longer than its deadline to be told of again', () => {
    const play = pipeline();
    play.pass(none);
    expect(Date.parse(play.pass(none).nextCheckAt)).toBeLessThanOrEqual(at(3600).getTime());
  });
});
