/** Reads a user's own load from CSV: `time,tasks,cpus,mem,duration`, one line per submission. */
import type { TaskPlan, Workload } from './workload.ts';
import { slaveOffer } from './workload.ts';

const columns = ['time', 'tasks', 'cpus', 'mem', 'duration'] as const;
type Column = (typeof columns)[number];
/** What a number may be: seconds from the beginning, how many tasks, what each needs, how long each runs. */
const ranges: Readonly<Record<Column, { readonly least: number; readonly most: number; readonly whole?: true }>> = {
  time: { least: 0, most: 31 * 86_400 },
  tasks: { least: 1, most: 10_000, whole: true },
  cpus: { least: 0.001, most: slaveOffer.cpus },
  mem: { least: 1, most: slaveOffer.mem },
  duration: { least: 0.001, most: 31 * 86_400 },
};
const mostTasks = 1_000_000;

/**
 * @param text CSV with a head line; empty lines are skipped. Times and durations in seconds, memory in MB
 * @throws Error that names the line and says what would be right
 */
export function parseTrace(text: string, name: string): Workload {
  const lines = text.split(/\r?\n/);
  const head = lines[0]?.split(',').map((cell) => cell.trim());
  if (head?.join(',') !== columns.join(',')) {
    throw new Error(`${name}, line 1: the head line must be ${columns.join(',')}, not ${lines[0] || 'empty'}`);
  }
  const tasks: TaskPlan[] = [];
  lines.slice(1).forEach((line, index) => {
    if (line.trim() === '') return;
    const { time, tasks: count, cpus, mem, duration } = parseLine(line, `${name}, line ${index + 2}`);
    if (tasks.length + count > mostTasks) throw new Error(`${name}: at most ${mostTasks} tasks can be replayed`);
    for (let left = count; left > 0; left -= 1)
      tasks.push({ id: tasks.length, at: time, cpus, mem, seconds: duration });
  });
  if (tasks.length === 0) throw new Error(`${name}: there is no line besides the head line`);
  const inOrder = tasks.toSorted((a, b) => a.at - b.at).map((task, id) => ({ ...task, id }));
  const seconds = Math.ceil(inOrder.reduce((most, task) => Math.max(most, task.at + (task.seconds ?? 0)), 0)) + 1800;
  return { name: 'trace', title: name, seconds, tasks: inOrder };
}

function parseLine(line: string, where: string): Record<Column, number> {
  const cells = line.split(',').map((cell) => cell.trim());
  if (cells.length !== columns.length) {
    throw new Error(`${where}: ${cells.length} values, but there must be ${columns.length}: ${columns.join(',')}`);
  }
  const numbers = columns.map((column, index) => [column, parseCell(cells[index] ?? '', column, where)] as const);
  return Object.fromEntries(numbers) as Record<Column, number>;
}

function parseCell(cell: string, column: Column, where: string): number {
  const { least, most, whole } = ranges[column];
  const number = cell === '' ? Number.NaN : Number(cell);
  const isRight = number >= least && number <= most && (!whole || Number.isInteger(number));
  if (isRight) return number;
  throw new Error(
    `${where}: ${column} must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}, not "${cell}"`,
  );
}
