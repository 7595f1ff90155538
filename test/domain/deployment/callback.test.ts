import { CallbackMessage, callbackAttempts, callbackDelay } from '../../../lambdas/contracts/callback.ts';
import {
  type Announcement,
  callbackMessage,
  deploymentThen,
  isOutdated,
  judgeDelivery,
  outcomeOf,
} from '../../../lambdas/domain/deployment/callback.ts';
import { deploymentRecord } from '../../support/deployments.ts';

const callback = 'https://hook.example.org/x';
const at = '2026-03-01T09:00:00.000Z';
const announcement = (status: Announcement['status'], generation = 1): Announcement => ({ generation, status, at });
const complete = deploymentRecord({ callback, status: 'CREATE_COMPLETE', outputs: { ips: ['198.51.100.7'] } });

describe('callbackMessage', () => {
  it("holds the deployment's own words while it is in that status", () => {
    const message = callbackMessage(announcement('CREATE_COMPLETE'), complete);
    expect(CallbackMessage.parse(JSON.parse(JSON.stringify(message)))).toEqual({
      deploymentId: complete.deploymentId,
      generation: 1,
      status: 'CREATE_COMPLETE',
      updatedAt: complete.updatedAt,
      outputs: complete.outputs,
    });
  });

  it('holds what the loop remembers of a status that the deployment has left', () => {
    const failed = { ...announcement('CREATE_FAILED'), statusReason: 'no room' };
    expect(callbackMessage(failed, complete)).toMatchObject({ statusReason: 'no room', updatedAt: at, outputs: {} });
    expect(callbackMessage(announcement('CREATE_IN_PROGRESS'), complete)).toMatchObject({ updatedAt: at, outputs: {} });
    const updating = deploymentRecord({ ...complete, generation: 2, status: 'UPDATE_IN_PROGRESS' });
    expect(callbackMessage(announcement('CREATE_COMPLETE'), updating)).toMatchObject({
      updatedAt: at,
      outputs: complete.outputs,
    });
  });

  it('leaves outputs out that are too large for the queue', () => {
    const large = deploymentRecord({ ...complete, outputs: { all: 'x'.repeat(200_001) } });
    const message = callbackMessage(announcement('CREATE_COMPLETE'), large);
    expect(message).not.toHaveProperty('outputs');
    expect(deploymentThen(message, large).outputs).toEqual(large.outputs);
  });

  it('brings the deployment back as it was then', () => {
    const message = callbackMessage(announcement('CREATE_COMPLETE'), complete);
    const now = deploymentRecord({ ...complete, status: 'UPDATE_FAILED', statusReason: 'later', outputs: {} });
    expect(deploymentThen(message, now)).toEqual({ ...complete, status: 'CREATE_COMPLETE' });
  });
});

describe('outcomeOf', () => {
  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [301, 'refused'],
    [307, 'refused'],
    [400, 'refused'],
    [404, 'refused'],
    [410, 'refused'],
    [408, 'failed'],
    [425, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
    [101, 'refused'],
  ])('takes %i as %s', (statusCode, kind) => {
    expect(outcomeOf(statusCode).kind).toBe(kind);
  });
});

describe('judgeDelivery', () => {
  const message = callbackMessage(announcement('CREATE_COMPLETE'), complete);
  const failed = { kind: 'failed' as const, reason: 'it answered 503' };
  const judge = (attempt: number, deployment: typeof complete | undefined = complete) =>
    judgeDelivery(failed, { attempt, message, deployment });

  it('waits twice as long after each failure, and then gives up', () => {
    const verdicts = Array.from({ length: callbackAttempts }, (_, index) => judge(index + 1));
    expect(verdicts).toEqual([
      ...[30, 60, 120, 240, 480].map((retryInSeconds) => ({ retryInSeconds })),
      { dropped: 'it answered 503, 6 times' },
    ]);
    // SQS hides a message for twelve hours at most.
    expect(callbackDelay(callbackAttempts)).toBeLessThan(12 * 3600);
  });

  it('does not repeat what is refused', () => {
    const refused = { kind: 'refused' as const, reason: 'it answered 404' };
    expect(judgeDelivery(refused, { attempt: 1, message, deployment: complete })).toEqual({
      dropped: 'it answered 404',
    });
  });

  it.each([
    ['another status', { status: 'UPDATE_IN_PROGRESS' as const }],
    ['another generation', { generation: 2 }],
  ])('does not repeat it once the deployment is in %s', (_, change) => {
    const moved = deploymentRecord({ ...complete, ...change });
    expect(judge(1, moved)).toEqual({ dropped: 'it answered 503, and the deployment has moved on' });
    expect([1, 2].map((attempt) => isOutdated(attempt, message, moved))).toEqual([false, true]);
    expect(isOutdated(2, message, complete)).toBe(false);
  });

  it('does not repeat it once the deployment is gone', () => {
    expect(judgeDelivery(failed, { attempt: 1, message, deployment: undefined })).toHaveProperty('dropped');
  });
});
