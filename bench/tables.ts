/** The measurements as Markdown tables: one column per size. */
import type { Durations } from './durations.ts';
import type { Measurement } from './measure.ts';
import { spreadOf } from './statistics.ts';

/** Measurements of one size, one per seed. */
export interface Size {
  readonly slaves: number;
  readonly measurements: readonly Measurement[];
}

export function groupBySize(measurements: readonly Measurement[]): readonly Size[] {
  const groups = Map.groupBy(measurements, ({ slaves }) => slaves);
  return [...groups].map(([slaves, found]) => ({ slaves, measurements: found }));
}

export type Row = readonly [name: string, ...cells: string[]];

export function markdownTable(head: Row, rows: readonly Row[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** Median, and smallest and largest where they differ. */
export function cell(numbers: readonly number[], digits: number): string {
  const { min, median, max } = spreadOf(numbers);
  const [low, middle, high] = [min, median, max].map((number) => number.toFixed(digits));
  return low === high ? `${middle}` : `${middle} (${low}–${high})`;
}

const heading = (name: string, sizes: readonly Size[]): Row => [name, ...sizes.map(({ slaves }) => `${slaves} slaves`)];

const durationRows: readonly (readonly [key: keyof Durations, name: string, digits: number])[] = [
  ['complete', 'POST to CREATE_COMPLETE, s', 1],
  ['slowestNode', 'slowest single node alone, s', 1],
  ['ratio', 'ratio', 3],
  ['lastMasterLaunched', 'POST to the last master’s launch, s', 1],
  ['lastLaunched', 'POST to the last node’s launch, s', 1],
  ['lastOnline', 'POST to the last node online, s', 1],
];

export function durationTable(sizes: readonly Size[]): string {
  const rows = durationRows.map(
    ([key, name, digits]): Row => [
      name,
      ...sizes.map(({ measurements }) =>
        cell(
          measurements.map(({ durations }) => durations[key]),
          digits,
        ),
      ),
    ],
  );
  return markdownTable(heading('time, simulated', sizes), rows);
}

type Counts = Readonly<Record<string, number>>;

/** One row per name that occurs anywhere; what does not occur counts as 0. */
export function countTable(
  title: string,
  sizes: readonly Size[],
  countsOf: (measurement: Measurement) => Counts,
): string {
  const names = [
    ...new Set(sizes.flatMap(({ measurements }) => measurements.flatMap((one) => Object.keys(countsOf(one))))),
  ];
  const rows = names.map(
    (name): Row => [
      name,
      ...sizes.map(({ measurements }) =>
        cell(
          measurements.map((one) => countsOf(one)[name] ?? 0),
          0,
        ),
      ),
    ],
  );
  return markdownTable(heading(title, sizes), rows);
}

export function costTable(sizes: readonly Size[]): string {
  const services = Object.keys(sizes[0]?.measurements[0]?.figures.cost ?? {});
  const dollars = (amount: number) => `$${amount.toFixed(4)}`;
  const medianOf = ({ measurements }: Size, pick: (cost: Counts) => number) =>
    dollars(spreadOf(measurements.map(({ figures }) => pick(figures.cost))).median);
  const total = (cost: Counts) => Object.values(cost).reduce((sum, amount) => sum + amount, 0);
  const rows: Row[] = [
    ...services.map((name): Row => [name, ...sizes.map((size) => medianOf(size, (cost) => cost[name] ?? 0))]),
    ['together', ...sizes.map((size) => medianOf(size, total))],
  ];
  return markdownTable(heading('cost of the control plane', sizes), rows);
}
