/**
 * Evaluates metric alarms on their grid: each minute, or each 10 s if the period is below a minute. An alarm sleeps while
 * nothing can change its state: without values in its evaluation range it concludes the same at every tick, until the metric
 * gets a value or somebody sets the state. So a cloud at rest has no timers, and virtual time passes at a leap.
 *
 * An alarm's offset on the grid is its own and stays, as AWS spreads its alarms. At each tick it looks at the whole minutes
 * (or 10 s) that have passed: periods slide by that step, and end at its boundaries.
 */
import { type Datapoint, type MetricAlarm, reasonDataFor, reasonFor } from './alarm.ts';
import { evaluate, rangeOf } from './evaluate.ts';
import { metricKey } from './metrics.ts';
import { type State, setState } from './state.ts';
import { statisticOf } from './statistics.ts';

const MINUTE_MS = 60_000;
const HIGH_RESOLUTION_MS = 10_000;

/** How often an alarm is evaluated. */
const intervalOf = ({ period }: MetricAlarm): number => (period * 1000 < MINUTE_MS ? HIGH_RESOLUTION_MS : MINUTE_MS);

export class Evaluator {
  /** How often any alarm was evaluated. */
  evaluations = 0;
  private readonly state: State;
  private readonly byMetric = new Map<string, Set<MetricAlarm>>();
  /** Cancels the next evaluation, for alarms that are awake. */
  private readonly timers = new Map<MetricAlarm, () => void>();

  constructor(state: State) {
    this.state = state;
  }

  add(alarm: MetricAlarm): void {
    const key = metricKey(alarm.metric);
    this.byMetric.set(key, (this.byMetric.get(key) ?? new Set()).add(alarm));
    this.wake(alarm);
  }

  remove(alarm: MetricAlarm): void {
    const key = metricKey(alarm.metric);
    this.byMetric.get(key)?.delete(alarm);
    if (this.byMetric.get(key)?.size === 0) this.byMetric.delete(key);
    this.timers.get(alarm)?.();
    this.timers.delete(alarm);
  }

  /** A metric has got a value. @param key of `metricKey` */
  wakeAll(key: string): void {
    for (const alarm of this.byMetric.get(key) ?? []) this.wake(alarm);
  }

  /** The alarm is evaluated at its next tick. */
  wake(alarm: MetricAlarm): void {
    if (this.timers.has(alarm)) return;
    const { clock } = this.state;
    const run = () => {
      this.timers.delete(alarm);
      this.evaluate(alarm);
    };
    this.timers.set(alarm, clock.after(this.nextTick(alarm) - clock.now(), run));
  }

  /** The first tick after now. Offsets are whole seconds, so that many alarms share their ticks. */
  private nextTick(alarm: MetricAlarm): number {
    const { clock, random } = this.state;
    const interval = intervalOf(alarm);
    const offset = Math.floor(random.fork(alarm.name).between(0, interval / 1000)) * 1000;
    return (Math.floor((clock.now() - offset) / interval) + 1) * interval + offset;
  }

  private evaluate(alarm: MetricAlarm): void {
    this.evaluations += 1;
    const { clock, metrics } = this.state;
    const now = clock.now();
    const periodMs = alarm.period * 1000;
    const end = Math.floor(now / intervalOf(alarm)) * intervalOf(alarm);
    const start = end - rangeOf(alarm.rule) * periodMs;
    const newest = metrics.newest(alarm.metric)?.at;
    // What lies after the range is still to come into it.
    if (newest !== undefined && newest >= start) this.wake(alarm);
    const slots = this.readSlots(alarm, start, periodMs);
    const to = evaluate(
      alarm.rule,
      slots.map((slot) => slot?.value),
    );
    if (to === undefined || to === alarm.state.value) return;
    const datapoints = slots
      .filter((slot) => slot !== undefined)
      .slice(-alarm.rule.evaluationPeriods)
      .toReversed();
    const reasonData = reasonDataFor(alarm, datapoints, now);
    setState(this.state, alarm, { value: to, reason: reasonFor(alarm, to, datapoints), reasonData });
  }

  private readSlots(alarm: MetricAlarm, start: number, periodMs: number): readonly (Datapoint | undefined)[] {
    return Array.from({ length: rangeOf(alarm.rule) }, (_, index) => {
      const at = start + index * periodMs;
      const values = this.state.metrics.read(alarm.metric, { from: at, to: at + periodMs, unit: alarm.unit });
      return values && { at, value: statisticOf(values, alarm.statistic) };
    });
  }
}
