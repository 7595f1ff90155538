/**
 * How long things take, in seconds. Boot, pulling images and starting processes are drawn as on the local cloud; the n-th slave that a
 * policy launches gets the same draw whatever the policy is.
 */
import { createDurations } from '../../local/nodes/durations.ts';
import type { Random } from '../../local/types.ts';

/** A slave's own way from the launch that EC2 has accepted until Mesos can use it. No decision is in it. */
export interface Way {
  /** EC2: pending to running. */
  readonly pending: number;
  /** Until the host is prepared and SSM reaches it. */
  readonly boot: number;
  /** Its hello on its way through SQS, whose batches are a second long. */
  readonly hello: number;
  /** SSM hands over the start command. */
  readonly delivery: number;
  /** Pulling the image, starting the agent. */
  readonly start: number;
  /** The agent registers with the leading master. */
  readonly registration: number;
}

export function drawWay(random: Random, serial: number): Way {
  const draws = random.fork(`slave-${serial}`);
  const durations = createDurations(draws);
  return {
    pending: draws.between(3.5, 7.5),
    boot: durations.boot() / 1000,
    hello: draws.between(0.1, 1.1),
    delivery: draws.between(0.3, 2.5),
    start: (durations.pull() + durations.process('quick') + durations.moment()) / 1000,
    registration: draws.between(0.2, 1.2),
  };
}

export function secondsOf(way: Way): number {
  return Object.values(way).reduce((sum: number, seconds: number) => sum + seconds, 0);
}

/** What the control plane's own steps take, lowest and highest. Seconds. */
export const steps = {
  /** From a signal's sending until the loop runs: SQS's batch of a second, wake-cluster, SendTaskSuccess or StartExecution. */
  signal: [0.3, 1.5],
  /** PlanCluster: EC2, SSM and Mesos are asked. */
  pass: [0.3, 0.9],
  /** CreateFleet, and writing the records. */
  launch: [1.2, 2.5],
  /** Any other action: one or two calls. */
  action: [0.2, 0.6],
  /** SSM hands over a command to a node that runs. */
  delivery: [0.3, 2.5],
  /** A short script of upkeep on a node. */
  upkeep: [0.5, 2],
  /** Mesos reads its whitelist every 5 s. */
  whitelist: [0, 5],
  /** EC2: shutting-down to terminated. */
  shutdown: [20, 40],
  /** collect-load: from the minute until its signal is sent. */
  collect: [0.5, 2],
  /** CloudWatch takes a datum, and tells of an alarm through EventBridge. */
  alarm: [1, 2],
  /** From a workload's submission until its loop has seen that Marathon has no room for it, when it goes through the API. */
  submission: [1, 2],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

/** How often collect-load looks, and how often CloudWatch evaluates high-resolution alarms. */
export const collectSeconds = 60;
export const alarmSeconds = 10;

export type DrawStep = (step: keyof typeof steps) => number;
export const drawSteps =
  (random: Random): DrawStep =>
  (step) =>
    random.between(steps[step][0], steps[step][1]);
