import { nextRoundAt, pauseSeconds } from '../../../lambdas/domain/cluster/pacing.ts';
import type { NodeStatus } from '../../../lambdas/domain/cluster/records.ts';
import { at, node } from '../../support/clusters.ts';

const slaves = (count: number, status: NodeStatus, sentAt?: number) =>
  Array.from({ length: count }, (_, index) =>
    node({
      ...{ group: 'slaves', role: 'slave', ordinal: index + 1, status },
      ...(sentAt === undefined ? {} : { commandSentAt: at(sentAt).toISOString() }),
    }),
  );

describe('pauseSeconds', () => {
  it.each([
    ['nothing for a settled cluster', 'ready', 5000, 0],
    ['nothing for a small cluster', 'launched', 99, 0],
    ['a second for every hundred nodes that boot', 'launched', 250, 2],
    ['the same for those that go', 'terminating', 320, 3],
    ['four seconds at most', 'launched', 1000, 4],
    ['a second at most while all of them start, because a deployment waits for their end', 'starting', 1000, 1],
  ] as const)('is %s', (_, status, count, seconds) => {
    expect(pauseSeconds(slaves(count, status))).toBe(seconds);
  });
});

describe('nextRoundAt', () => {
  const group = (online: number, launched: number, sentAt?: number) => [
    ...slaves(online, 'online'),
    ...slaves(launched, 'launched'),
    ...slaves(40, 'starting', sentAt),
  ];

  it('lets the first round go at once', () => {
    expect(nextRoundAt(group(1, 200), at(10))).toBeUndefined();
  });

  it('keeps rounds of a large group a pause apart', () => {
    expect(nextRoundAt(group(3, 20, 9), at(10))).toBe(at(11).toISOString());
    expect(nextRoundAt(group(3, 400, 9), at(10))).toBe(at(13).toISOString());
    expect(nextRoundAt(group(3, 20, 9), at(11))).toBeUndefined();
  });

  it('does not hold up a full round, the last nodes, or a small group', () => {
    expect(nextRoundAt(group(50, 400, 9), at(10))).toBeUndefined();
    expect(nextRoundAt(group(20, 0, 9), at(10))).toBeUndefined();
    expect(nextRoundAt(group(2, 8, 9), at(10))).toBeUndefined();
  });
});
