/** The load of elastic groups in numbers. Pure. */
import type { Demand } from './demand.ts';
import { sumOf, times } from './resources.ts';
import type { Load } from './scaling.ts';
import type { Staff } from './slaves.ts';
import type { Steady } from './stabilize.ts';

/** @param groups with what is concluded of them */
export function loadOf(groups: readonly (Steady & { readonly staff: Staff })[], { helped, unhelped }: Demand): Load {
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const staffs = groups.map(({ staff }) => staff);
  return {
    slaves: sum(staffs.map(thereOf)),
    idle: sum(staffs.map(({ idle }) => idle)),
    offered: sumOf(staffs.map(({ offered }) => offered)),
    allocated: sumOf(staffs.map(({ allocated }) => allocated)),
    waiting: sum(helped.map(({ count }) => count)),
    pending: sumOf(helped.map(({ need, count }) => times(need, count))),
    unhelped: sum(unhelped.map(({ count }) => count)),
    missing: sum(groups.map(({ staff, level }) => Math.max(0, level - thereOf(staff)))),
    spare: sum(groups.map(({ staff, level }) => Math.max(0, thereOf(staff) - level))),
  };
}

/** Slaves that are there or on their way. */
function thereOf({ resting, busy, idle, untold, coming, launching }: Staff): number {
  return resting + busy + idle + untold + coming + launching;
}
