import type { Branch } from '../../../local/states/branch.ts';
import { History, historyLimit } from '../../../local/states/history.ts';

describe('a history', () => {
  it('links each event to the one before it in its branch', () => {
    const history = new History(() => 5);
    const [one, other] = [{ lastEventId: 0 } as Branch, { lastEventId: 0 } as Branch];
    history.record(one, 'A');
    history.record(other, 'B');
    history.record(one, 'C', { details: { name: 'x' } });
    expect(history.events).toEqual([
      { id: 1, previousEventId: 0, type: 'A', timestamp: 5 },
      { id: 2, previousEventId: 0, type: 'B', timestamp: 5 },
      { id: 3, previousEventId: 1, type: 'C', timestamp: 5, details: { details: { name: 'x' } } },
    ]);
  });

  it('takes 25,000 events, the last of which says how the execution ended', () => {
    const history = new History(() => 0);
    const branch = { lastEventId: 0 } as Branch;
    for (let n = 1; n < historyLimit; n += 1) history.record(branch, 'A');
    expect(() => history.record(branch, 'A')).toThrow(expect.objectContaining({ error: 'States.Runtime' }));
    expect(history.append('ExecutionFailed', branch.lastEventId)).toBe(25_000);
  });
});
