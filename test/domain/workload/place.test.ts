import fc from 'fast-check';
import { type Candidate, placeWorkload } from '../../../lambdas/domain/workload/place.ts';

const need = (cpus: number, mem = 100, gpus = 0) => ({ cpus, mem, gpus });
const cluster = (changes: Partial<Candidate> = {}): Candidate => ({
  clusterId: 'a',
  name: 'alpha',
  status: 'CREATE_COMPLETE',
  free: [need(4, 8000)],
  room: [],
  claimed: [],
  ...changes,
});

describe('a workload goes', () => {
  it('to the cluster with most left, of those that have room', () => {
    const placed = placeWorkload(
      [need(2)],
      [
        cluster(),
        cluster({ clusterId: 'b', name: 'beta', free: [need(8, 8000)] }),
        cluster({ clusterId: 'c', free: [need(1)] }),
      ],
    );
    expect(placed).toEqual({ clusterId: 'b', name: 'beta', reason: 'it has room, and 6 CPUs left after it' });
  });

  it('to one that may grow only if no other has room', () => {
    const elastic = cluster({ clusterId: 'e', free: [], room: [{ offer: need(8, 8000), more: 2 }] });
    expect(placeWorkload([need(2)], [elastic, cluster()])).toMatchObject({ clusterId: 'a' });
    expect(placeWorkload([need(6), need(6)], [elastic, cluster()])).toMatchObject({
      clusterId: 'e',
      reason: 'it may grow by the 2 slaves that this takes',
    });
  });

  it('nowhere if what others were promised leaves too little', () => {
    expect(placeWorkload([need(2)], [cluster({ claimed: [need(3)] })])).toEqual({
      reasons: [
        {
          clusterId: 'a',
          name: 'alpha',
          reason:
            'no slave has room for 2 CPUs, 100 MB, after what is running and promised; the most that one offers is 4 CPUs, 8000 MB',
        },
      ],
    });
  });

  it('the same way, whether tasks that are alike are counted or listed', () => {
    const amount = (max: number) => fc.integer({ min: 1, max });
    const needs = fc.record({ cpus: amount(4), mem: amount(500), gpus: fc.integer({ min: 0, max: 1 }) });
    const slaves = fc.record({ cpus: amount(16), mem: amount(2000), gpus: fc.integer({ min: 0, max: 4 }) });
    const counted = fc.array(
      fc.tuple(needs, fc.integer({ min: 1, max: 6 })).map(([each, count]) => ({ ...each, count })),
      { minLength: 1, maxLength: 3 },
    );
    const listed = (tasks: readonly { readonly count: number }[]) =>
      tasks.flatMap(({ count, ...each }) => Array<typeof each>(count).fill(each)) as ReturnType<typeof need>[];
    const room = fc.array(fc.record({ offer: slaves, more: fc.integer({ min: 0, max: 4 }) }), { maxLength: 2 });
    fc.assert(
      fc.property(counted, counted, fc.array(slaves, { maxLength: 6 }), room, (tasks, claimed, free, more) => {
        const offered = { free, room: more };
        expect(placeWorkload(tasks, [cluster({ ...offered, claimed })])).toEqual(
          placeWorkload(listed(tasks), [cluster({ ...offered, claimed: listed(claimed) })]),
        );
      }),
    );
  });

  it('nowhere if only some of the tasks that are alike have room', () => {
    const four = cluster({ free: [need(2), need(2)].map((slave) => ({ ...slave, mem: 8000 })) });
    expect(placeWorkload([{ ...need(1), count: 4 }], [four])).toMatchObject({ clusterId: 'a' });
    expect(placeWorkload([{ ...need(1), count: 5 }], [four])).toMatchObject({
      reasons: [{ reason: expect.stringContaining('no slave has room for 1 CPUs') }],
    });
  });

  it('nowhere if each cluster has a reason of its own', () => {
    const placed = placeWorkload(
      [need(1, 100, 1)],
      [
        cluster({ status: 'CREATE_IN_PROGRESS' }),
        cluster({ clusterId: 'b', unusable: 'its masters cannot be asked' }),
        cluster({ clusterId: 'c', unfit: 'it hands out no GPUs' }),
      ],
    );
    expect(placed).toMatchObject({
      reasons: [
        { reason: 'it is CREATE_IN_PROGRESS' },
        { reason: 'its masters cannot be asked' },
        { reason: 'it hands out no GPUs' },
      ],
    });
  });

  it('the same way, in whatever order the clusters are looked at', () => {
    const needs = fc.record({
      cpus: fc.integer({ min: 1, max: 8 }),
      mem: fc.integer({ min: 1, max: 8000 }),
      gpus: fc.integer({ min: 0, max: 1 }),
    });
    const candidates = fc
      .array(fc.array(needs, { maxLength: 3 }), { minLength: 1, maxLength: 4 })
      .map((lists) => lists.map((free, index) => cluster({ clusterId: `c${index}`, free })));
    fc.assert(
      fc.property(fc.array(needs, { minLength: 1, maxLength: 4 }), candidates, (tasks, list) => {
        const first = placeWorkload(tasks, list);
        const second = placeWorkload(tasks, [...list].reverse());
        if ('clusterId' in first) expect(second).toEqual(first);
        else expect('reasons' in second).toBe(true);
      }),
    );
  });
});
