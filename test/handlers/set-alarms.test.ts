import { Forbidden, Throttled } from '../../lambdas/contracts/error-names.ts';
import { makeSetAlarms } from '../../lambdas/handlers/set-alarms.ts';
import { clusterId, desired } from '../support/clusters.ts';
import { FakeClusterStore } from '../support/fake-cluster-store.ts';

const decision = (present: boolean) => ({ kind: 'set-alarms' as const, key: 'alarms', reason: 'r', present });

function setUp(store: FakeClusterStore, failure?: Error) {
  const calls: string[] = [];
  const call = (name: string) => async (id: string) => {
    calls.push(`${name} ${id}`);
    if (failure) throw failure;
  };
  const alarms = { set: call('set'), remove: call('remove') };
  const act = makeSetAlarms({ store, alarms });
  return { calls, run: (present: boolean) => act({ clusterId, decision: decision(present) }) };
}

describe('set-alarms', () => {
  it('sets or removes the alarms, as was decided', async () => {
    const { calls, run } = setUp(new FakeClusterStore().add());
    expect([await run(true), await run(false)]).toEqual([
      { key: 'alarms', outcome: 'done' },
      { key: 'alarms', outcome: 'done' },
    ]);
    expect(calls).toEqual([`set ${clusterId}`, `remove ${clusterId}`]);
  });

  it('leaves those of a cluster alone that is to go, or is gone', async () => {
    for (const store of [
      new FakeClusterStore().add({ desired: desired({ presence: 'absent' }) }),
      new FakeClusterStore(),
    ]) {
      const { calls, run } = setUp(store);
      expect([(await run(true)).outcome, calls]).toEqual(['done', []]);
    }
  });

  it('reports what can never succeed and throws what may', async () => {
    const store = new FakeClusterStore().add();
    expect(await setUp(store, new Forbidden('no')).run(true)).toMatchObject({ outcome: 'failed', error: 'Forbidden' });
    await expect(setUp(store, new Throttled('slow down')).run(true)).rejects.toThrow(Throttled);
  });
});
