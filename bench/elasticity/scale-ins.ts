/**
 * Scale-ins under everything that Mesos, SSM and the gateway may do to them: reports that are lost, old, partial, without leader or
 * without demand; masters that fail and are replaced; commands and passes that take long or fail; tasks that land on a slave at any
 * moment at which Mesos lets them. Counts slaves whose agent was stopped, or that were terminated, while tasks ran on them.
 */
import type { Snapshot } from '../../lambdas/contracts/gateway.ts';
import { patience } from '../../lambdas/domain/cluster/patience.ts';
import type { NodeRecord } from '../../lambdas/domain/cluster/records.ts';
import { addSeconds } from '../../lambdas/domain/cluster/time.ts';
import { createRandom } from '../../local/random.ts';
import type { Random } from '../../local/types.ts';
import { defaultRules } from './cluster.ts';
import { type ControlPlane, type Report, startControlPlane } from './control-plane.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import { type DrawStep, drawWay, steps, type Way } from './ways.ts';
import { slaveOffer, type TaskPlan } from './workload.ts';
import { createWorld, type Slave, type World } from './world.ts';

/**
 * What is broken on purpose, to see that the count can be other than 0. `no-hold`: slaves count as held back for long enough at once.
 * `blind`: every report says that all slaves are idle, and nobody looks on the slave.
 */
export type Mutation = 'no-hold' | 'blind';

export interface ScaleIns {
  /** Slaves that were let go. */
  readonly count: number;
  readonly busyKilled: number;
  readonly worlds: number;
  readonly passes: number;
  /** Tasks that landed on a slave on its way out. */
  readonly landed: number;
  readonly mastersLost: number;
}

/** How long one world is played. Seconds. */
const worldSeconds = 3600;
/** Mesos: offers of before may be used for so long (MESOS_OFFER_TIMEOUT). */
const offerTimeoutSeconds = 30;
/** What a report tells may be so much older than its look. */
const oldestReportSeconds = 5;

/** @param mutation @default nothing is broken */
export function playScaleIns(count: number, seed: number, mutation?: Mutation): ScaleIns {
  let sum: ScaleIns = { count: 0, busyKilled: 0, worlds: 0, passes: 0, landed: 0, mastersLost: 0 };
  while (sum.count < count) {
    const one = playWorld(createRandom(`scale-ins-${seed}-${sum.worlds}`), mutation);
    sum = {
      count: sum.count + one.count,
      busyKilled: sum.busyKilled + one.busyKilled,
      worlds: sum.worlds + 1,
      passes: sum.passes + one.passes,
      landed: sum.landed + one.landed,
      mastersLost: sum.mastersLost + one.mastersLost,
    };
  }
  return sum;
}

interface Play {
  readonly random: Random;
  readonly queue: EventQueue;
  readonly world: World;
  readonly plane: ControlPlane;
}

function playWorld(random: Random, mutation: Mutation | undefined): Omit<ScaleIns, 'worlds'> {
  const queue = createEventQueue();
  const most = Math.round(random.between(20, 60));
  const world = createWorld({ tasks: wavesOf(random.fork('waves'), most) }, queue, random.fork('offers'));
  const weather = createWeather(random.fork('weather'), queue);
  const plane = startControlPlane({
    world,
    queue,
    draw: roughly(random.fork('steps')),
    way: () => quick,
    masterWay: (serial) => drawWay(random, serial),
    size: { masters: random.pick([1, 3, 3]), bounds: { min: random.pick([0, 1, 2]), max: most } },
    rules: { ...defaultRules, scaleInSeconds: random.pick([0, 30, 120]) },
    fidelity: { looksBeforeStop: mutation !== 'blind', stopGapSeconds: 1 },
    distort: (snapshot) => weather(mutation === 'blind' ? allIdle(snapshot) : snapshot),
    ...(mutation === 'no-hold' ? { tamper: heldLongAgo } : {}),
  });
  const play = { random: random.fork('adversary'), queue, world, plane };
  queue.every(60, random.next() * 60, () => plane.signal());
  const landed = landTasks(play);
  const mastersLost = loseMasters(play);
  queue.runUntil(worldSeconds);
  const { terminations, busyKilled } = world.tally;
  return { count: terminations, busyKilled, passes: plane.passes(), landed: landed(), mastersLost: mastersLost() };
}

/** Waves of short jobs that fill up to so many slaves, with pauses in which all of them fall idle. */
function wavesOf(random: Random, slaves: number): readonly TaskPlan[] {
  const tasks: TaskPlan[] = [];
  for (let at = 60; at < worldSeconds; at += random.between(400, 600)) {
    const count = Math.round(slaves * random.between(0.5, 1));
    for (let left = count; left > 0; left -= 1) {
      tasks.push({ id: tasks.length, at, cpus: slaveOffer.cpus, mem: 1000, seconds: random.between(20, 60) });
    }
  }
  return tasks;
}

/** Slaves boot all alike and soon: that is not what is looked at, and what happens at once costs one pass. */
const quick: Way = { pending: 2, boot: 5, hello: 0.5, delivery: 0, start: 3, registration: 1 };

/** Steps usually take what they take on average, so that what is alike happens in one pass. */
const average: DrawStep = (step) => (steps[step][0] + steps[step][1]) / 2;
/** What they take at most when they take long, now and then: retries, throttling, an agent of SSM that was away. */
const longest: Partial<Record<Parameters<DrawStep>[0], number>> = { pass: 30, action: 60, delivery: 110, signal: 20 };

function roughly(random: Random): DrawStep {
  return (step) => {
    const most = longest[step];
    if (step === 'whitelist') return random.between(...steps.whitelist);
    return most === undefined || random.next() > 0.02 ? average(step) : random.between(0, most);
  };
}

type Weather = 'clear' | 'lost' | 'flaky' | 'partial' | 'leaderless' | 'no-demand';
const weathers: readonly Weather[] = ['clear', 'clear', 'clear', 'lost', 'flaky', 'partial', 'leaderless', 'no-demand'];

/** What is wrong with reports changes every few minutes. */
function createWeather(random: Random, queue: EventQueue): (snapshot: Snapshot) => Report {
  let now: Weather = 'clear';
  let changesAt = 0;
  return (snapshot) => {
    if (queue.now() >= changesAt) {
      now = random.pick(weathers);
      changesAt = queue.now() + random.between(20, 150);
    }
    const ageSeconds = random.next() < 0.3 ? random.between(0, oldestReportSeconds) : 0;
    const seen = distort(snapshot, now, random);
    return seen === undefined ? { ageSeconds } : { snapshot: seen, ageSeconds };
  };
}

function distort(snapshot: Snapshot, weather: Weather, random: Random): Snapshot | undefined {
  switch (weather) {
    case 'clear':
      return snapshot;
    case 'lost':
      return undefined;
    case 'flaky':
      return random.next() < 0.5 ? undefined : snapshot;
    case 'partial':
      return { ...snapshot, agents: snapshot.agents.filter(() => random.next() < 0.8) };
    case 'leaderless': {
      const { leader: _, ...rest } = snapshot;
      return { ...rest, agents: [] };
    }
    case 'no-demand': {
      const { demand: _, ...rest } = snapshot;
      return rest;
    }
  }
}

function allIdle(snapshot: Snapshot): Snapshot {
  const agents = snapshot.agents.map((agent) => ({ ...agent, tasks: 0, used: { cpus: 0, mem: 0, disk: 0, gpus: 0 } }));
  return { ...snapshot, agents };
}

function heldLongAgo(nodes: readonly NodeRecord[]): readonly NodeRecord[] {
  return nodes.map((node) => {
    const { drain } = node;
    if (drain?.cordonedAt === undefined) return node;
    return { ...node, drain: { ...drain, cordonedAt: addSeconds(new Date(drain.since), -patience.offerHold) } };
  });
}

/** Somebody starts tasks on slaves that are on their way out, as long as an offer of theirs is good. @returns how many there were */
function landTasks({ random, queue, world, plane }: Play): () => number {
  let count = 0;
  const land = (instanceId: string): void => {
    count += world.land(instanceId, { cpus: 0.5, mem: 100 }, random.between(1, 90)) ? 1 : 0;
  };
  queue.every(1, 0.5, () => {
    for (const { instanceId, status } of plane.nodes()) {
      const goodFor = status === 'draining' ? offerGoodFor(world.slaves.get(instanceId), queue.now()) : 0;
      if (goodFor <= 0) continue;
      // Most likely just before the offer would time out.
      const chance = goodFor < 2 ? 0.05 : 0.02;
      if (random.next() < chance) queue.after(random.next() * Math.min(1, goodFor), () => land(instanceId));
    }
  });
  return () => count;
}

/** For how many seconds more somebody may use what was offered of the slave. */
function offerGoodFor(slave: Slave | undefined, now: number): number {
  if (slave === undefined || !slave.isRegistered) return 0;
  return slave.isOffered ? offerTimeoutSeconds : (slave.offeredUntil ?? 0) + offerTimeoutSeconds - now;
}

/** A master is lost now and then, never more than one at a time; and leadership changes for no reason. @returns how many were lost */
function loseMasters({ random, queue, plane }: Play): () => number {
  let count = 0;
  const { machines } = plane;
  queue.every(200, random.between(0, 200), () => {
    const masters = [...machines.all.values()].filter(
      ({ node, state }) => node.role === 'master' && state === 'running',
    );
    const all = plane.record().desired.spec.masters.count;
    const areWell = masters.length === all && masters.every(({ isServing }) => isServing);
    if (!areWell) return;
    if (random.next() < 0.3) machines.elect();
    else if (all > 1 && random.next() < 0.4) {
      machines.lose(random.pick(masters).node.instanceId);
      count += 1;
    }
  });
  return () => count;
}
