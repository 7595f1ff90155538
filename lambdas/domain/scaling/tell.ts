/** Changes of numbers, and what keeps tasks waiting, for people. Pure. */
import { clip } from '../tosca/fault.ts';
import type { UnhelpedTasks } from './demand.ts';
import { count, describe, isScarce } from './describe.ts';
import { isNothing } from './resources.ts';
import type { Resources } from './scaling.ts';
import type { Bounds } from './stabilize.ts';
import type { Reserve, WantedSlaves } from './wanted-slaves.ts';

export interface Change extends Reserve {
  readonly group: string;
  readonly from: number;
  readonly to: number;
  readonly bounds: Bounds;
  /** The template's count, if it is another one than before. */
  readonly asked?: number;
  readonly offer?: Resources;
  /** Absent: nobody could tell. */
  readonly wanted?: WantedSlaves;
  readonly scaleInSeconds: number;
}

/** As in "slaves: 3 → 7 slaves: 12 tasks need 24 cpu, a slave offers 3.5 cpu"; undefined: nothing changes. */
export function tellChange(change: Change): string | undefined {
  const { group, from, to } = change;
  if (from === to) return undefined;
  return `${group}: ${from} → ${count(to, 'slave')}: ${to > from ? whyMore(change) : whyFewer(change)}`;
}

function whyFewer({ from, to, bounds, asked, scaleInSeconds }: Change): string {
  if (from > bounds.max && to === bounds.max) return `${to} is the most`;
  if (asked !== undefined) return `the template asks for ${asked}${asked < to ? `, ${to} are needed` : ''}`;
  return `${from - to} of ${from} ${from - to === 1 ? 'has' : 'have'} not been needed for ${scaleInSeconds} s`;
}

function whyMore(change: Change): string {
  const { to, bounds, asked, wanted } = change;
  const level = wanted?.level ?? 0;
  if (level < to) return asked === undefined || asked < to ? `${to} is the least` : `the template asks for ${to}`;
  const limited = level > bounds.max ? ` (${level} would be needed, ${bounds.max} is the most)` : '';
  return `${wanted ? whyNeeded(wanted, change) : ''}${limited}`;
}

function whyNeeded(wanted: WantedSlaves, { offer, target, spare }: Change): string {
  if (wanted.by === 'target') return `at most ${Math.round(target * 100)} % of what slaves offer is to be held`;
  const needed = whyUsed(wanted, offer);
  return wanted.by === 'spare' ? `${needed}, and room of ${spare} is kept free` : needed;
}

function whyUsed(wanted: WantedSlaves, offer: Resources | undefined): string {
  const { fresh, used, tasks } = wanted;
  if (fresh === 0) return `${count(used, 'slave')} ${used === 1 ? 'is' : 'are'} in use`;
  const waiting = `${count(tasks, 'task')} ${tasks === 1 ? 'needs' : 'need'}`;
  if (offer === undefined) return `${waiting} a slave, and what one offers is known only when it is there`;
  return `${waiting} ${needText(wanted, offer)}`;
}

function needText({ need, isSpread }: WantedSlaves, offer: Resources): string {
  const told = isScarce(need, offer);
  const numbers = isNothing(need) ? 'a slave' : `${describe(need, told)}, a slave offers ${describe(offer, told)}`;
  return isSpread ? `${numbers}, and not all may share one` : numbers;
}

const mostTold = 5;

/** One sentence for each reason, most tasks first, a few at most. */
export function tellObstacles(unhelped: readonly UnhelpedTasks[]): readonly string[] {
  const byReason = Map.groupBy(unhelped, ({ reason }) => reason);
  return [...byReason]
    .map(([reason, of]) => ({ reason, of, tasks: of.reduce((sum, each) => sum + each.count, 0) }))
    .sort((a, b) => b.tasks - a.tasks || (a.reason < b.reason ? -1 : 1))
    .slice(0, mostTold)
    .map(
      ({ reason, of, tasks }) => `${count(tasks, 'task')} of ${whose(of)} ${tasks === 1 ? 'waits' : 'wait'}: ${reason}`,
    );
}

function whose(of: readonly UnhelpedTasks[]): string {
  const ids = [...new Set(of.map(({ id }) => clip(id)))].sort();
  const [first = '', ...others] = ids;
  return others.length === 0 ? first : `${first} and ${count(others.length, 'other')}`;
}
