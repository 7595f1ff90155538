import { needsLook } from '../../../lambdas/domain/cluster/needs-look.ts';
import type { Progress } from '../../../lambdas/domain/cluster/records.ts';
import type { GroupScaling, Load, Scaling } from '../../../lambdas/domain/scaling/scaling.ts';
import { at } from '../../support/clusters.ts';

const nothing = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
const quiet: Load = {
  ...{ slaves: 3, idle: 0, offered: nothing, allocated: nothing, waiting: 0, pending: nothing, unhelped: 0 },
  ...{ missing: 0, spare: 0 },
};
/** @param level what the load asks for now, if it is less */
const group = (wanted: number, level?: number): GroupScaling => ({
  ...{ wanted, asked: 3, peaks: [], offers: {} },
  ...(level === undefined ? {} : { level }),
});
const seen = (
  groups: Scaling['groups'],
  load: Partial<Load> | undefined = {},
  rest: Partial<Scaling> = {},
): Scaling => ({
  ...{ groups, changes: [], obstacles: [] },
  ...(load && { load: { ...quiet, ...load } }),
  ...rest,
});
const recorded = (scaling: Progress['scaling'], nextCheckSeconds = 900) => ({
  progress: {
    ...{ launchSeq: 1, failures: {}, nextCheckAt: at(nextCheckSeconds).toISOString() },
    ...(scaling && { scaling }),
  },
});
const isNeeded = (record: ReturnType<typeof recorded>, look: Scaling) => needsLook(record, look, at(0));

describe('needsLook', () => {
  it('is needed when another number of slaves counts than the loop has recorded, more or fewer', () => {
    const record = recorded({ slaves: group(3), large: group(1) });
    expect(isNeeded(record, seen({ slaves: group(3), large: group(1) }))).toBe(false);
    expect(isNeeded(record, seen({ slaves: group(3), large: group(2) }))).toBe(true);
    expect(isNeeded(record, seen({ slaves: group(2), large: group(1) }))).toBe(true);
  });

  it('is needed when the loop has not concluded anything of a group yet', () => {
    expect(isNeeded(recorded(undefined), seen({ slaves: group(3) }))).toBe(true);
    expect(isNeeded(recorded({ large: group(1) }), seen({ slaves: group(3) }))).toBe(true);
  });

  it('is needed when the load asks for less, and no more once the loop knows since when', () => {
    const falling = seen({ slaves: group(5, 4) }, {}, { checkAt: at(300).toISOString() });
    expect(isNeeded(recorded({ slaves: group(5) }), falling)).toBe(true);
    expect(isNeeded(recorded({ slaves: group(5, 5) }), falling)).toBe(true);
    expect(isNeeded(recorded({ slaves: group(5, 4) }), falling)).toBe(false);
  });

  it('is needed when the load asks for more again before fewer are wanted: that puts it off', () => {
    const rising = seen({ slaves: group(5, 4) }, {}, { checkAt: at(300).toISOString() });
    expect(isNeeded(recorded({ slaves: group(5, 2) }), rising)).toBe(true);
  });

  it('is needed while slaves are missing, or spare for good, unless the loop tries again by itself within minutes', () => {
    const groups = { slaves: group(3) };
    for (const load of [{ missing: 1 }, { spare: 2 }]) {
      expect(isNeeded(recorded(groups), seen(groups, load))).toBe(true);
      expect(isNeeded(recorded(groups, 301), seen(groups, load))).toBe(true);
      expect(isNeeded(recorded(groups, 300), seen(groups, load))).toBe(false);
    }
  });

  it('is not needed for slaves that will be spare when a lower number counts', () => {
    const groups = { slaves: group(5, 3) };
    expect(isNeeded(recorded(groups), seen(groups, { spare: 2 }, { checkAt: at(200).toISOString() }))).toBe(false);
  });

  it('is not needed when nobody could tell, unless the bounds alone give another number', () => {
    const record = recorded({ slaves: group(3) });
    expect(isNeeded(record, seen({ slaves: group(3) }, undefined))).toBe(false);
    expect(isNeeded(record, seen({ slaves: group(2) }, undefined))).toBe(true);
  });
});
