/**
 * This control plane as a policy. It is woken as it is built: by masters on which work waits, by what `collect-load` finds each minute, by
 * alarms, by nodes, by its own checks, and, where load comes through the API, by the workload's loop seconds after the submission.
 */
import type { ControlRules } from '../../lambdas/contracts/functions.ts';
import { scale } from '../../lambdas/domain/scaling/scale.ts';
import { dateOf, defaultRules } from './cluster.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import type { Point } from './metrics.ts';
import { type Context, minutePhase, type Policy } from './policy.ts';
import { snapshotOf } from './snapshot.ts';
import { alarmSeconds, collectSeconds, type DrawStep, drawSteps } from './ways.ts';
import { bounds } from './workload.ts';

/** How often masters look for work that waits, and how far apart they tell of it at least. */
const watchSeconds = 5;
const leastBetweenTold = 60;

/** Who wakes the loop, besides nodes, its own checks, and alarms on what `collect-load` publishes. */
export interface Wiring {
  readonly name: string;
  /** Masters tell of work that waits. */
  readonly isWatched: boolean;
  /** `collect-load` signals the loop itself. */
  readonly isTold: boolean;
  /** The load is submitted through the API. */
  readonly isThroughApi: boolean;
  readonly rules?: Partial<ControlRules>;
}

export const asBuilt: Wiring = { name: 'mesoscale', isWatched: true, isTold: true, isThroughApi: false };
/** With every signal of masters lost. */
export const byMinute: Wiring = { ...asBuilt, name: 'mesoscale, each minute', isWatched: false };
/** With `collect-load`'s own signals lost, too. */
export const byAlarms: Wiring = { ...byMinute, name: 'mesoscale, alarms only', isTold: false };
export const throughApi: Wiring = { ...asBuilt, name: 'mesoscale, through the API', isThroughApi: true };

export function mesoscale(wiring: Wiring): Policy {
  return {
    name: wiring.name,
    start: (context) => {
      const { world, queue, random } = context;
      const rules = { ...defaultRules, ...wiring.rules };
      const draw = drawSteps(random.fork('steps'));
      const fidelity = { looksBeforeStop: true, stopGapSeconds: 1 };
      const plane = startControlPlane({
        world,
        queue,
        draw,
        way: context.way,
        size: { masters: 3, bounds },
        rules,
        fidelity,
      });
      const clock = createReactionClock(context, plane);
      const wakes = { ...context, plane, rules, draw, signal: clock.signal };
      collectLoad(wakes, wiring);
      if (wiring.isWatched) watchDemand(wakes);
      if (wiring.isThroughApi) tellSubmissions(wakes);
      return () => ({ reactions: clock.reactions });
    },
  };
}

interface Wakes extends Context {
  readonly plane: ControlPlane;
  readonly rules: ControlRules;
  readonly draw: DrawStep;
  readonly signal: () => void;
}

/** `collect-load` and the alarms on what it publishes; the phases of minute and grid are drawn. */
function collectLoad({ queue, random, plane, rules, draw, signal, world }: Wakes, { isTold }: Wiring): void {
  const gridPhase = random.fork('grid').next() * alarmSeconds;
  const states = { missing: false, spare: false };
  const evaluate = (kind: keyof typeof states, isOn: boolean): void => {
    const published = queue.now() + draw('alarm');
    const evaluated = gridPhase + Math.ceil((published - gridPhase) / alarmSeconds) * alarmSeconds;
    queue.at(evaluated + draw('alarm'), () => {
      if (states[kind] !== isOn) signal();
      states[kind] = isOn;
    });
  };
  queue.every(collectSeconds, minutePhase(random), () => {
    const record = plane.record();
    const snapshot = snapshotOf(plane.machines, world);
    const scaling = scale({ record, nodes: plane.nodes(), snapshot, now: dateOf(queue.now()), rules });
    queue.after(draw('collect'), () => {
      if (scaling.load) {
        evaluate('missing', scaling.load.missing > 0);
        evaluate('spare', scaling.load.spare > 0);
      }
      if (isTold && scaling.changes.length > 0) signal();
    });
  });
}

/**
 * The service on the master whose Marathon leads (`documents/master/watch-demand.sh`): tells of what waits at two looks in a row, once
 * until nothing waits, and at most once a minute.
 */
function watchDemand({ queue, world, random, signal }: Wakes): void {
  let waited = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  queue.every(watchSeconds, random.fork('watch').next() * watchSeconds, () => {
    waited = world.waiting().length > 0 ? waited + 1 : 0;
    if (waited !== 2) return;
    if (queue.now() - toldAt < leastBetweenTold) {
      waited = 1;
      return;
    }
    toldAt = queue.now();
    signal();
  });
}

/** Each workload's loop finds that Marathon has no room for it. Those of the same moment make one signal. */
function tellSubmissions({ world, queue, draw, signal }: Wakes): void {
  let isPlanned = false;
  world.onSubmission(() => {
    if (isPlanned) return;
    isPlanned = true;
    queue.after(draw('submission'), () => {
      isPlanned = false;
      if (world.waiting().length > 0) signal();
    });
  });
}

/** Measures how long after demand is first short of slaves the loop is woken for it; once for each such time. */
function createReactionClock({ world, queue }: Context, plane: ControlPlane) {
  const reactions: number[] = [];
  let counted: number | undefined;
  const signal = (): void =>
    plane.signal(() => {
      const since = shortSince(world.series);
      if (since !== undefined && since !== counted) reactions.push(queue.now() - since);
      counted = since;
    });
  return { reactions, signal };
}

/** Since when demand has been more than supply; undefined: it is not. */
export function shortSince(series: readonly Point[]): number | undefined {
  const last = series.findLastIndex(({ demand, supply }) => demand <= supply);
  return series[last + 1]?.at;
}
