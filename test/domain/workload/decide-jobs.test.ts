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

  it('fails when a job is not in Chronos any more before it has succeeded', () => {
    const play = pipeline();
    play.pass(none);
    const plan = play.pass(shows({ fetch: ok, crunch: absent, report: {} }));
    expect(plan.status?.reason).toBe(
      `Chronos job ${name('crunch')} (crunch) is not in Chronos any more; after it these do not run: report`,
    );
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
    const lost = play.pass(shows({ step: absent, next: absent }));
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
