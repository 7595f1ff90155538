/**
 * Any single failure at any step of something: the calls of an undisturbed run of it are counted, and then it is run again with
 * exactly one of them failing, before or after it took effect.
 */
import type { RecordedCall } from '../../local/calls.ts';
import { createRandom } from '../../local/random.ts';
import { countThings } from './invariants.ts';
import type { TestCloud } from './local-cloud.ts';

/** Answers that the SDK tries again, and answers that end the function on the spot. */
const ways = [
  { when: 'before', code: 'InternalFailure', status: 500 },
  { when: 'after', code: 'InternalFailure', status: 500 },
  { when: 'before', code: 'InjectedFault', status: 400 },
  { when: 'after', code: 'InjectedFault', status: 400 },
] as const;
type Way = (typeof ways)[number];

export interface Point {
  readonly caller: 'function' | 'node';
  readonly service: string;
  readonly action: string;
  readonly skip: number;
}

const faultAt = (point: Point, way: Way) => ({ kind: 'api-error', times: 1, ...point, ...way }) as const;
const nameOf = ({ caller, service, action, skip }: Point, { when, status }: Way) =>
  `${caller} ${service}:${action} #${skip}, ${when} it took effect, ${status}`;

type Fault = Parameters<TestCloud['faults']['add']>[0];

export interface FaultPoints {
  /** One point for each kind of call, at a drawn one of them. */
  pointsOf(calls: readonly RecordedCall[]): readonly Point[];
  drawn<T>(items: readonly T[], count: number): readonly T[];
  /** Runs it with these faults. @throws Error with `what` if it does not end well, or anything is left afterwards */
  surviving(faults: readonly Fault[], what: string): Promise<void>;
  /** Of the faults that were switched on, the part that met their call: no run makes exactly as many calls as the one that was counted. */
  hitRate(): number;
}

/** @param liveOnce whatever goes wrong on the way, in the end all is as it should be */
export function faultPoints(cloud: TestCloud, liveOnce: () => Promise<void>): FaultPoints {
  const random = createRandom('fault points');
  let tried = 0;
  let struck = 0;
  return {
    pointsOf(calls) {
      const counts = new Map<string, number>();
      for (const { caller, service, action } of calls) {
        if (caller?.kind !== 'function' && caller?.kind !== 'node') continue;
        const key = `${caller.kind} ${service} ${action}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      return [...counts].map(([key, count]) => {
        const [caller, service, action] = key.split(' ') as [Point['caller'], string, string];
        return { caller, service, action, skip: Math.floor(random.next() * count) };
      });
    },
    drawn(items, count) {
      const left = [...items];
      return Array.from({ length: Math.min(count, left.length) }, () =>
        left.splice(Math.floor(random.next() * left.length), 1),
      ).flat();
    },
    async surviving(faults, what) {
      const before = countThings(cloud);
      for (const fault of faults) cloud.faults.add(fault);
      try {
        await liveOnce();
        struck += cloud.faults.list().filter(({ used }) => used > 0).length;
        tried += faults.length;
        const isEmpty = () => JSON.stringify(countThings(cloud)) === JSON.stringify(before);
        await cloud.until(isEmpty, { what: 'as much of everything as before', withinSeconds: 900 });
      } catch (error) {
        throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
      } finally {
        cloud.faults.clear();
      }
    },
    hitRate: () => struck / tried,
  };
}

interface Sampling {
  /** Of all points and ways; `FAULT_POINTS=all` tries each. */
  readonly sampleSize: number;
  /** Read when the tests run, because they are known only then. */
  readonly points: () => readonly Point[];
  readonly run: () => FaultPoints;
  readonly functions: () => readonly string[];
}

/** The tests that everything has to pass, whatever it is that is run again and again. */
export function itSurvivesAnyFailure({ sampleSize, points, run, functions }: Sampling): void {
  it('goes well although any one call fails', async () => {
    const all = points().flatMap((point) => ways.map((way) => ({ point, way })));
    const sample = process.env.FAULT_POINTS === 'all' ? all : run().drawn(all, sampleSize);
    for (const { point, way } of sample) await run().surviving([faultAt(point, way)], nameOf(point, way));
  });

  it.each(ways)('goes well although one call of each kind fails $when it takes effect, with $code', async (way) => {
    await run().surviving(
      points().map((point) => faultAt(point, way)),
      `one call of each kind, ${way.when}`,
    );
  });

  it.each(['not-run', 'answer-lost'] as const)('goes well although each function is once %s', async (effect) => {
    await run().surviving(
      functions().map((name) => ({ kind: 'function', function: name, effect, times: 1 })),
      `each function once ${effect}`,
    );
  });
}
