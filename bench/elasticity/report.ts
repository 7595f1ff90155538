/** The comparison as Markdown. */
import { spreadOf } from '../statistics.ts';
import { cell, markdownTable, type Row } from '../tables.ts';
import { cluesDefaults } from './clues.ts';
import {
  type Comparison,
  costRatio,
  type EqualCost,
  rivals,
  type Setting,
  speedups,
  type TenAtOnce,
} from './compare.ts';
import { asBuilt, byMinute, throughApi } from './mesoscale.ts';
import { quantile } from './metrics.ts';
import { instant } from './oracles.ts';
import type { ScaleIns } from './scale-ins.ts';
import type { Run } from './simulate.ts';

const median = (numbers: readonly number[]): number => spreadOf(numbers).median;

interface Column {
  readonly name: string;
  readonly digits: number;
  readonly of: (run: Run) => number;
}

const columns: readonly Column[] = [
  { name: 'θU %', digits: 2, of: ({ elasticity }) => elasticity.underAccuracy },
  { name: 'θO %', digits: 1, of: ({ elasticity }) => elasticity.overAccuracy },
  { name: 'τU %', digits: 1, of: ({ elasticity }) => elasticity.underShare },
  { name: 'τO %', digits: 1, of: ({ elasticity }) => elasticity.overShare },
  { name: 'υ %', digits: 1, of: ({ elasticity }) => elasticity.instability },
  { name: 'slave-seconds', digits: 0, of: ({ slaveSeconds }) => slaveSeconds },
  { name: 'usable, median s', digits: 0, of: ({ scaleOuts }) => quantile(scaleOuts, 0.5) },
  { name: 'usable, p95 s', digits: 0, of: ({ scaleOuts }) => quantile(scaleOuts, 0.95) },
  { name: 'task waits, p95 s', digits: 0, of: ({ taskWaits }) => quantile(taskWaits, 0.95) },
  { name: 'busy killed', digits: 0, of: ({ tally }) => tally.busyKilled },
];

const heading = (title: string): Row => [title, ...columns.map(({ name }) => name)];

function valueTable({ workload, runs }: Comparison): string {
  const rows = [...runs].map(
    ([policy, own]): Row => [policy, ...columns.map(({ of, digits }) => median(own.map(of)).toFixed(digits))],
  );
  return markdownTable(heading(workload.title), rows);
}

/** Theirs divided by ours, of the same seed; where ours is 0 there is none. */
function ratios({ of }: Column, ours: readonly Run[], theirs: readonly Run[]): string {
  const found = ours.map((run, index) => of(theirs[index] as Run) / of(run)).filter(Number.isFinite);
  return found.length < ours.length ? '–' : cell(found, 2);
}

function ratioTable({ workload, runs }: Comparison): string {
  const ours = runs.get(asBuilt.name) ?? [];
  const others = [...runs].filter(([policy]) => policy !== asBuilt.name);
  const rows = others.map(([policy, own]): Row => [policy, ...columns.map((column) => ratios(column, ours, own))]);
  return markdownTable(heading(`${workload.title}: ratio to mesoscale`), rows);
}

/** As in "1.5 spare, 60 s". */
function describe({ targetAllocation, spareSlaves, scaleInSeconds }: Setting): string {
  const room = targetAllocation < 1 ? `target ${targetAllocation}` : `${spareSlaves} spare`;
  return `${room}, ${scaleInSeconds} s`;
}

const dearness = (ratio: number): string => `×${ratio.toFixed(2)}`;

function equalCell({ speedups: found, setting, costRatio: ratio }: EqualCost): string {
  return `${cell(found, 2)} ${dearness(ratio)} [${describe(setting)}]`;
}

/** ε of each rival and load, with how many times dearer ours is: with the defaults, and with what costs the same. */
function speedupTables(comparisons: readonly Comparison[]): string {
  const head = (title: string): Row => [title, ...comparisons.map(({ workload }) => workload.title)];
  const raw = rivals.map(({ name }): Row => {
    const cells = comparisons.map(({ runs }) => {
      const [own, theirs] = [runs.get(asBuilt.name) ?? [], runs.get(name) ?? []];
      return `${cell(speedups(own, theirs), 2)} ${dearness(costRatio(own, theirs))}`;
    });
    return [name, ...cells];
  });
  const equal = rivals.map(({ name }): Row => [name, ...comparisons.map((each) => equalCell(equalOf(each, name)))]);
  return [markdownTable(head('ε over, defaults'), raw), markdownTable(head('ε over, equal cost'), equal)].join('\n\n');
}

const equalOf = ({ equal }: Comparison, rival: string): EqualCost => equal.get(rival) as EqualCost;

function tenTable(tens: readonly TenAtOnce[]): string {
  const slowest = tens.find(({ policy }) => policy === cluesDefaults.name)?.seconds ?? [];
  const rows = tens.map(({ policy, seconds, reactions }): Row => {
    const sooner = seconds.map((own, index) => (slowest[index] ?? 0) / own);
    return [policy, cell(seconds, 1), cell(sooner, 1), reactions.length === 0 ? '–' : cell(reactions, 1)];
  });
  return markdownTable(
    ['ten slaves at once', 'demand to all usable, s', 'times sooner than CLUES, defaults', 'until woken, s'],
    rows,
  );
}

/** One line of the verdict. */
interface Goal {
  readonly text: string;
  readonly isMet: boolean;
  /** Met, though somewhere only at a higher cost. */
  readonly isDearer?: boolean;
  readonly found: string;
}

const decisionSeconds = 2;
const timesSooner = 20;

/** Beyond the yardstick that decides at once, without the time until the loop was woken: seed by seed. */
function lagGoal(tens: readonly TenAtOnce[], policy: string): Goal {
  const own = tens.find((one) => one.policy === policy);
  const least = tens.find((one) => one.policy === instant.name);
  const lags = (own?.seconds ?? []).map(
    (seconds, index) => seconds - (least?.seconds[index] ?? 0) - (own?.reactions[index] ?? 0),
  );
  return {
    text: `${policy}: ten slaves usable at most ${decisionSeconds} s after the instant yardstick, plus the time until it was woken`,
    isMet: median(lags) <= decisionSeconds,
    found: `${cell(lags, 1)} s`,
  };
}

function soonerGoal(tens: readonly TenAtOnce[], name: string): Goal {
  const ours = tens.find(({ policy }) => policy === name)?.seconds ?? [];
  const theirs = tens.find(({ policy }) => policy === cluesDefaults.name)?.seconds ?? [];
  const sooner = ours.map((seconds, index) => (theirs[index] ?? 0) / seconds);
  return {
    text: `${name}: ten slaves at least ${timesSooner} times sooner than CLUES at its defaults`,
    isMet: median(sooner) >= timesSooner,
    found: cell(sooner, 1),
  };
}

/** Where nothing of ours is as cheap, ε has to make up for the cost as well. */
const isBetter = ({ speedups: found, costRatio: ratio, isEqual }: EqualCost): boolean =>
  median(found) / (isEqual ? 1 : ratio) > 1;

function speedupGoals(comparisons: readonly Comparison[]): readonly Goal[] {
  return rivals.map(({ name }) => {
    const worse = comparisons.filter((each) => !isBetter(equalOf(each, name)));
    const dearer = comparisons.filter((each) => isBetter(equalOf(each, name)) && !equalOf(each, name).isEqual);
    const told = [
      ...worse.map(({ workload }) => `not under ${workload.title}`),
      ...dearer.map((each) => `${each.workload.title}: only at ${dearness(equalOf(each, name).costRatio)}`),
    ];
    return {
      text: `ε above ${name} at equal cost`,
      isMet: worse.length === 0,
      isDearer: dearer.length > 0,
      found: told.length === 0 ? 'all loads' : told.join('; '),
    };
  });
}

function killedGoals(comparisons: readonly Comparison[], played: ScaleIns | undefined): readonly Goal[] {
  const own = comparisons.flatMap(({ runs }) => [asBuilt, byMinute].flatMap(({ name }) => runs.get(name) ?? []));
  const killed = own.reduce((sum, { tally }) => sum + tally.busyKilled, 0);
  const inRuns = { text: 'no busy slave killed in the runs above', isMet: killed === 0, found: String(killed) };
  if (played === undefined) return [inRuns];
  const { count, busyKilled } = played;
  const text = `no busy slave killed in ${count.toLocaleString('en')} scale-ins under bad reports`;
  return [inRuns, { text, isMet: busyKilled === 0, found: String(busyKilled) }];
}

/** What the command found. */
export interface Findings {
  readonly comparisons: readonly Comparison[];
  readonly tens: readonly TenAtOnce[];
  /** Absent: not played. */
  readonly scaleIns?: ScaleIns;
  /** With something broken on purpose, by what it is. */
  readonly broken: readonly (readonly [mutation: string, ScaleIns])[];
}

function goalTable({ comparisons, tens, scaleIns }: Findings): string {
  const goals = [
    ...[asBuilt, throughApi, byMinute].map(({ name }) => lagGoal(tens, name)),
    ...[asBuilt, byMinute].map(({ name }) => soonerGoal(tens, name)),
    ...speedupGoals(comparisons),
    ...killedGoals(comparisons, scaleIns),
  ];
  return markdownTable(
    ['goal', 'verdict', 'found'],
    goals.map((goal) => [goal.text, verdictOf(goal), goal.found]),
  );
}

function verdictOf({ isMet, isDearer = false }: Goal): string {
  if (!isMet) return 'missed';
  return isDearer ? 'met, dearer' : 'met';
}

function scaleInTable({ scaleIns, broken }: Findings): string {
  const all = [...(scaleIns ? [['as built', scaleIns] as const] : []), ...broken];
  return markdownTable(
    ['scale-ins', 'slaves let go', 'tasks that landed', 'masters lost', 'passes', 'busy killed'],
    all.map(([name, { count, landed, mastersLost, passes, busyKilled }]) => [
      name,
      ...[count, landed, mastersLost, passes, busyKilled].map((number) => number.toLocaleString('en')),
    ]),
  );
}

export function writeFindings(findings: Findings, link: (comparison: Comparison) => string): string {
  const { comparisons, tens, scaleIns } = findings;
  return [
    '### Goals',
    goalTable(findings),
    '### Ten slaves at once',
    tenTable(tens),
    '### Elastic speedup',
    speedupTables(comparisons),
    ...(scaleIns ? ['### Scale-ins under bad reports', scaleInTable(findings)] : []),
    ...comparisons.flatMap((each) => [`### ${each.workload.title}`, link(each), valueTable(each), ratioTable(each)]),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What is drawn, and how: the last on top. */
export const drawn = [
  { policy: cluesDefaults.name, colour: '#d9822b', width: 1.2 },
  { policy: 'React', colour: '#2da44e', width: 1.2 },
  { policy: asBuilt.name, colour: '#2f81f7', width: 2 },
] as const;
export const demandColour = '#8c959f';
