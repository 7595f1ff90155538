import { type Claim, judgeKey } from '../../../lambdas/domain/deployment/claim.ts';
import { type Bucket, takeToken } from '../../../lambdas/domain/deployment/pace.ts';

describe('judgeKey', () => {
  const claimedAt = '2026-03-01T09:00:00.000Z';
  const claim: Claim = { fingerprint: 'f', deploymentId: 'd', claimedAt, isMade: false };
  const judge = (
    change: Partial<Claim> | undefined,
    { exists = false, after = 0, fingerprint = 'f' }: { exists?: boolean; after?: number; fingerprint?: string } = {},
  ) => {
    const now = new Date(Date.parse(claimedAt) + after * 1000);
    return judgeKey(change && { ...claim, ...change }, { fingerprint, exists, now });
  };

  it('makes what nobody has asked for', () => {
    expect(judge(undefined)).toEqual({ kind: 'make' });
  });

  it('tells a finished request what became of it, whether or not its end was written down', () => {
    expect(judge({}, { exists: true })).toEqual({ kind: 'replay' });
    expect(judge({ isMade: true }, { exists: true, after: 7200 })).toEqual({ kind: 'replay' });
  });

  it('takes a request that has not ended as in progress, until it must have stopped', () => {
    expect(judge({}, { after: 0.5 })).toEqual({ kind: 'in-progress', retryInSeconds: 60 });
    expect(judge({}, { after: 59 })).toEqual({ kind: 'in-progress', retryInSeconds: 1 });
    expect(judge({}, { after: 60 })).toEqual({ kind: 'make' });
  });

  it('never makes again what was deleted', () => {
    expect(judge({ isMade: true }, { after: 7200 })).toEqual({ kind: 'deleted' });
  });

  it('refuses another body whatever became of the first', () => {
    expect(judge({ isMade: true }, { exists: true, fingerprint: 'g' })).toEqual({ kind: 'other-body' });
    expect(judge({}, { after: 7200, fingerprint: 'g' })).toEqual({ kind: 'other-body' });
  });
});

describe('takeToken', () => {
  const pace = { requestsPerSecond: 2, requestBurst: 3 };
  const run = (times: readonly number[]) => {
    let bucket: Bucket | undefined;
    return times.map((nowMs) => {
      const taken = takeToken(bucket, pace, nowMs);
      bucket = taken.bucket;
      return taken.waitSeconds;
    });
  };

  it('lets a burst pass and then what the rate brings', () => {
    expect(run([0, 0, 0, 0])).toEqual([undefined, undefined, undefined, 0.5]);
    expect(run([0, 0, 0, 500, 500])).toEqual([undefined, undefined, undefined, undefined, 0.5]);
    expect(run([0, 0, 0, 250])).toEqual([undefined, undefined, undefined, 0.25]);
  });

  it('holds no more than a burst, however long it waits', () => {
    expect(run([0, 60_000, 60_000, 60_000, 60_000])).toEqual([...Array(4).fill(undefined), 0.5]);
  });

  it('gives nothing for a clock that was set back', () => {
    expect(run([1000, 1000, 1000, 0])).toEqual([undefined, undefined, undefined, 0.5]);
  });
});
