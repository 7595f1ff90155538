import type { AppView, GroupView, JobView } from '../../../lambdas/contracts/gateway.ts';
import { seenOf } from '../../../lambdas/domain/workload/seen.ts';
import { groupView, jobView } from '../../support/workloads.ts';

const queue: AppView['queue'] = {
  count: 1,
  delaySeconds: 0,
  reasons: [
    { reason: 'InsufficientCpus', declined: 3, processed: 9 },
    { reason: 'InsufficientMemory', declined: 1, processed: 9 },
  ],
};
const failure = { state: 'TASK_FAILED', message: 'exited with status 3', host: '10.0.0.9', at: '2026-03-01T09:00:00Z' };
const group = (app: Partial<AppView> = {}, of: Partial<GroupView> = {}) => ({
  group: { ...groupView('d', [app]), ...of },
});
const job = (of: Partial<JobView> = {}) => ({ jobs: [jobView({ name: 'a' }), jobView({ name: 'b', ...of })] });

describe('seenOf', () => {
  it.each<[string, Parameters<typeof seenOf>[0], Parameters<typeof seenOf>[0]]>([
    ['a group that is gone', group(), group({}, { found: false, apps: [] })],
    ['a deployment that has ended', group({}, { deployments: 1 }), group()],
    ['a task that runs', group({ running: 0, staged: 1 }), group()],
    ['a task that is healthy', group({ hasHealthChecks: true }), group({ hasHealthChecks: true, healthy: 1 })],
    ['a task that is ill', group(), group({ unhealthy: 1 })],
    ['other instances', group(), group({ instances: 2 })],
    ['ports that Marathon has assigned', group(), group({ servicePorts: [10_001] })],
    ['a failure', group(), group({ lastFailure: failure })],
    [
      'another failure',
      group({ lastFailure: failure }),
      group({ lastFailure: { ...failure, at: '2026-03-01T09:00:31Z' } }),
    ],
    ['a launch that is put off', group({ queue }), group({ queue: { ...queue, delaySeconds: 60 } })],
    ['an empty queue', group({ queue }), group()],
    ['another reason in the queue', group({ queue }), group({ queue: { ...queue, reasons: queue.reasons.slice(1) } })],
    ['a job that is gone', job(), job({ found: false })],
    ['a job that runs', job(), job({ running: 1 })],
    ['a job that waits', job(), job({ queued: true })],
    ['a success', job({ successCount: 1 }), job({ successCount: 2 })],
    ['a job’s failure', job(), job({ errorCount: 1 })],
    ['a job that Chronos has disabled', job(), job({ disabled: true })],
    ['that nothing is told', { jobs: [] }, {}],
  ])('tells %s', (_, before, after) => {
    expect(seenOf(after)).not.toBe(seenOf(before));
    expect(seenOf(after)).toBe(seenOf(structuredClone(after)));
  });

  it.each<[string, Parameters<typeof seenOf>[0], Parameters<typeof seenOf>[0]]>([
    [
      'seconds until the next try',
      group({ queue: { ...queue, delaySeconds: 60 } }),
      group({ queue: { ...queue, delaySeconds: 59 } }),
    ],
    [
      'counts of offers, and what comes first by them',
      group({ queue }),
      group({
        queue: {
          ...queue,
          reasons: queue.reasons.toReversed().map((each) => ({ ...each, declined: 70, processed: 90 })),
        },
      }),
    ],
    ['the order of jobs', job(), { jobs: job().jobs.toReversed() }],
    ['the order of apps', { group: groupView('d', [{}, {}]) }, reversed(groupView('d', [{}, {}]))],
    ['how many deployments there are', group({}, { deployments: 1 }), group({}, { deployments: 2 })],
    ['that a job runs again', job({ successCount: 1 }), job({ successCount: 1, queued: true, running: 1 })],
    ['how many tasks of a job run', job({ running: 1 }), job({ running: 2 })],
  ])('does not tell %s', (_, before, after) => {
    expect(seenOf(after)).toBe(seenOf(before));
  });
});

function reversed(view: GroupView) {
  return { group: { ...view, apps: view.apps.toReversed() } };
}
