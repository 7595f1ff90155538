/**
 * CLUES with INDIGO's plugin for the Orchestrator, emulated by what its code does: jobs are polled, a job that has waited for some time
 * becomes a request, requests that fit on nobody are packed on slaves that are to be powered on, one of these is begun at each tick, and
 * the Orchestrator carries out one update at a time. In its favour: what is not needed any more is not powered on, nothing fails, no
 * update is too slow for its time limits, and a slave is looked at once more before it is powered off, and not paid for meanwhile.
 */
import type { EventQueue } from './event-queue.ts';
import { createSimpleFleet, type Policy, roomsOf } from './policy.ts';
import { bounds, type Need, slavesBeyond } from './workload.ts';

export interface CluesSettings {
  readonly name: string;
  readonly jobPollSeconds: number;
  /** A waiting job becomes a request after this long. */
  readonly reconsiderSeconds: number;
  readonly scheduleSeconds: number;
  /** At each tick one pending power-on is begun. */
  readonly tickSeconds: number;
  /** What one update of the Orchestrator takes, and how often the plugin asks whether it is over. */
  readonly updateSeconds: readonly [number, number];
  readonly updatePollSeconds: number;
  readonly idleSeconds: number;
  /** Whether one update takes all that is pending. */
  readonly isBatched: boolean;
}

export const cluesDefaults: CluesSettings = {
  name: 'CLUES, defaults',
  jobPollSeconds: 5,
  reconsiderSeconds: 60,
  scheduleSeconds: 5,
  tickSeconds: 5,
  updateSeconds: [120, 300],
  updatePollSeconds: 30,
  idleSeconds: 1800,
  isBatched: false,
};
export const cluesBest: CluesSettings = {
  ...cluesDefaults,
  name: 'CLUES, best',
  reconsiderSeconds: 0,
  isBatched: true,
};

/** Jobs of one kind as the last poll saw them; each count since when. */
interface Seen {
  readonly need: Need;
  /** When each was first seen, oldest first. */
  readonly since: readonly number[];
}

/** What is waiting now, with when it was first seen. The oldest of a kind leave first, as they are placed first. */
export function poll(
  seen: readonly Seen[],
  waiting: readonly { need: Need; count: number }[],
  now: number,
): readonly Seen[] {
  return waiting.map(({ need, count }) => {
    const before = seen.find((one) => one.need.cpus === need.cpus && one.need.mem === need.mem)?.since ?? [];
    const kept = before.slice(Math.max(0, before.length - count));
    return { need, since: [...kept, ...Array.from({ length: count - kept.length }, () => now)] };
  });
}

export function clues(settings: CluesSettings): Policy {
  return {
    name: settings.name,
    start: (context) => {
      const { world, queue, random } = context;
      const fleet = createSimpleFleet(context);
      const update = createUpdates(queue, settings, () => random.between(...settings.updateSeconds));
      let seen: readonly Seen[] = [];
      let powerOns = 0;
      const powerOffs = new Set<string>();

      const schedule = (): void => {
        const due = queue.now() - settings.reconsiderSeconds;
        const requests = seen.map(({ need, since }) => ({ need, count: since.filter((at) => at <= due).length }));
        const missing = slavesBeyond(requests, roomsOf(world));
        powerOns = Math.min(missing, bounds.max - fleet.count());
        const idle = fleet.idleFirst().filter(({ idleSince }) => isIdle(idleSince));
        const most = fleet.count() - bounds.min;
        for (const { id } of idle.slice(0, Math.max(0, most))) powerOffs.add(id);
      };
      const isIdle = (since: number | undefined): boolean =>
        since !== undefined && queue.now() - since >= settings.idleSeconds;
      const powerOn = (count: number): void => {
        powerOns -= count;
        fleet.launch(count, update.begin());
      };
      const powerOff = (): void => {
        const ids = [...powerOffs].slice(0, settings.isBatched ? powerOffs.size : 1);
        for (const id of ids) powerOffs.delete(id);
        const still = ids.filter((id) => isIdle(world.slaves.get(id)?.idleSince));
        if (still.length === 0) return;
        update.begin();
        for (const id of still) world.terminate(id);
      };
      const tick = (): void => {
        if (!update.isFree()) return;
        if (powerOns === 0) powerOff();
        else powerOn(settings.isBatched ? powerOns : 1);
      };

      const phase = (period: number): number => random.next() * period;
      queue.every(settings.jobPollSeconds, phase(settings.jobPollSeconds), () => {
        seen = poll(seen, world.waiting(), queue.now());
      });
      queue.every(settings.scheduleSeconds, phase(settings.scheduleSeconds), schedule);
      queue.every(settings.tickSeconds, phase(settings.tickSeconds), tick);
      return () => ({});
    },
  };
}

interface Updates {
  isFree(): boolean;
  /** @returns seconds until the update is done; the plugin learns of it at its next poll */
  begin(): number;
}

function createUpdates(queue: EventQueue, { updatePollSeconds }: CluesSettings, draw: () => number): Updates {
  let freeAt = 0;
  return {
    isFree: () => queue.now() >= freeAt,
    begin: () => {
      const seconds = draw();
      freeAt = queue.now() + Math.ceil(seconds / updatePollSeconds) * updatePollSeconds;
      return seconds;
    },
  };
}
