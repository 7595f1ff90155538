/** Seeded load shapes: the same seed gives the same tasks. */
import type { Random } from '../../local/types.ts';
import { slaveOffer, type TaskPlan, type Workload } from './workload.ts';

type Arrival = Omit<TaskPlan, 'id'>;
const minutes = (count: number): number => count * 60;
const hours = (count: number): number => count * 3600;

/** Kinds of tasks, small ones most often. */
const kinds = [
  { cpus: 0.5, mem: 1000 },
  { cpus: 0.5, mem: 1500 },
  { cpus: 1, mem: 2000 },
  { cpus: 1, mem: 3500 },
  { cpus: 2, mem: 6000 },
] as const;
const oneCpu = { cpus: 1, mem: 3000 } as const;
/** One of them fills a slave's part of this size. */
const perSlave = slaveOffer.cpus / oneCpu.cpus;

function workload(name: string, title: string, seconds: number, arrivals: readonly Arrival[]): Workload {
  const inOrder = arrivals.filter(({ at }) => at < seconds).toSorted((a, b) => a.at - b.at);
  return { name, title, seconds, tasks: inOrder.map((arrival, id) => ({ ...arrival, id })) };
}

const exponential = (random: Random, mean: number): number => -Math.log(1 - random.next()) * mean;
const lognormal = (random: Random, median: number, spread: number): number =>
  median * Math.exp(random.normal(0, spread, -3));

/** Random arrivals at a rate that changes, by thinning. `rate` per second, at most `most`. */
function arrivalsAt(random: Random, seconds: number, most: number, rate: (at: number) => number): readonly number[] {
  const found: number[] = [];
  for (let at = exponential(random, 1 / most); at < seconds; at += exponential(random, 1 / most)) {
    if (random.next() * most < rate(at)) found.push(at);
  }
  return found;
}

/** A day: quiet by night, some twenty slaves by day, with tasks of all kinds that last about half an hour. */
export function diurnal(random: Random): Workload {
  const seconds = hours(24);
  const meanSeconds = minutes(30);
  const most = 80 / meanSeconds;
  const level = (at: number): number => 0.08 + 0.92 * ((1 - Math.cos((2 * Math.PI * at) / hours(24))) / 2) ** 1.5;
  const times = arrivalsAt(random, seconds, most, (at) => most * level(at));
  const arrivals = times.map((at) => ({ at, ...random.pick(kinds), seconds: lognormal(random, meanSeconds, 0.5) }));
  return workload('diurnal', 'Diurnal, 24 h', seconds, arrivals);
}

/** `count` services that begin between `from` and `from + within` and end between `to` and `to + within`. */
function services(
  random: Random,
  count: number,
  span: { from: number; to: number; within: number },
): readonly Arrival[] {
  return Array.from({ length: count }, () => ({
    at: span.from + random.between(0, span.within),
    until: span.to + random.between(0, span.within),
    ...oneCpu,
  }));
}

/** Three slaves' worth of services, ten times as many within 60 s, and back after 25 minutes. */
export function flashCrowd(random: Random): Workload {
  const seconds = hours(2);
  const base = 3 * perSlave;
  const from = minutes(30) + random.between(0, minutes(10));
  return workload('flash-crowd', 'Flash crowd: ×10 within 60 s, 2 h', seconds, [
    ...services(random, base, { from: 0, to: seconds, within: 1 }),
    ...services(random, 9 * base, { from, to: from + minutes(25), within: 60 }),
  ]);
}

/** From two slaves' worth of services to twenty in 40 minutes, and down at once; again and again. */
export function sawtooth(random: Random): Workload {
  const seconds = hours(4);
  const period = minutes(50);
  const rise = minutes(40);
  const base = services(random, 2 * perSlave, { from: 0, to: seconds, within: 1 });
  const offset = random.between(0, minutes(5));
  const teeth = Array.from({ length: Math.ceil(seconds / period) }, (_, tooth) => {
    const start = offset + tooth * period;
    return Array.from({ length: 18 * perSlave }, () => ({
      at: start + random.between(0, rise),
      until: start + rise + random.between(0, 30),
      ...oneCpu,
    }));
  });
  return workload('sawtooth', 'Sawtooth, 4 h', seconds, [...base, ...teeth.flat()]);
}

/** Nothing, then at some moment of every hour a burst of jobs of some minutes. */
export function burstThenIdle(random: Random): Workload {
  const seconds = hours(4);
  const bursts = Array.from({ length: 4 }, (_, index) => {
    const at = hours(index) + random.between(minutes(2), minutes(15));
    const count = Math.round(random.between(40, 80));
    return Array.from({ length: count }, () => ({
      at: at + random.between(0, 20),
      ...random.pick(kinds),
      seconds: lognormal(random, 240, 0.4),
    }));
  });
  return workload('burst-then-idle', 'Burst then idle, 4 h', seconds, bursts.flat());
}

/** Widths of the stages of a graph of jobs; each stage waits for all of the one before. */
const stages = [1, 40, 10, 80, 1] as const;

/** A graph of jobs every 40 minutes or so: one, forty, ten, eighty, one. */
export function batchGraph(random: Random): Workload {
  const seconds = hours(4);
  const arrivals: TaskPlan[] = [];
  for (let index = 0; index < 6; index += 1) {
    const at = minutes(40) * index + random.between(minutes(1), minutes(10));
    let before: readonly number[] = [];
    for (const width of stages) {
      const first = arrivals.length;
      for (let left = width; left > 0; left -= 1) {
        const job = { ...random.pick(kinds), seconds: lognormal(random, 150, 0.5) };
        arrivals.push({ id: arrivals.length, at, ...job, ...(before.length > 0 ? { after: before } : {}) });
      }
      before = arrivals.slice(first).map(({ id }) => id);
    }
  }
  return { name: 'batch-graph', title: 'Graphs of batch jobs, 4 h', seconds, tasks: arrivals };
}

/** Four tasks on one slave, and at one moment forty more: ten slaves are missing at once. */
export function tenAtOnce(random: Random): Workload {
  const seconds = hours(2);
  const at = minutes(10) + random.between(0, 60);
  const long = { seconds: seconds * 2, ...oneCpu };
  return workload('ten-at-once', 'Ten slaves at once', seconds, [
    ...Array.from({ length: perSlave }, () => ({ at: 0, ...long })),
    ...Array.from({ length: 10 * perSlave }, () => ({ at, ...long })),
  ]);
}

export const shapes: readonly ((random: Random) => Workload)[] = [
  diurnal,
  flashCrowd,
  sawtooth,
  burstThenIdle,
  batchGraph,
];
