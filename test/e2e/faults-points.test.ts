/**
 * Any single failure at any step: the calls of an undisturbed creation and deletion are counted, and for a sample of them the
 * life of a cluster is repeated with exactly that one call failing, before or after it took effect.
 * `FAULT_POINTS=all` tries every kind of call in every way.
 */
import type { RecordedCall } from '../../local/calls.ts';
import { createRandom } from '../../local/random.ts';
import { FAULT_TEST_TIMEOUT_MS, type FaultLab, openFaultLab } from '../support/fault-lab.ts';
import { countThings } from '../support/invariants.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS * 4);

/** Answers that the SDK tries again, and answers that end the function on the spot. */
const ways = [
  { when: 'before', code: 'InternalFailure', status: 500 },
  { when: 'after', code: 'InternalFailure', status: 500 },
  { when: 'before', code: 'InjectedFault', status: 400 },
  { when: 'after', code: 'InjectedFault', status: 400 },
] as const;
const sampleSize = 25;
const random = createRandom('fault points');

interface Point {
  readonly caller: 'function' | 'node';
  readonly service: string;
  readonly action: string;
  readonly skip: number;
}

let lab: FaultLab;
beforeAll(async () => {
  lab = await openFaultLab('points');
}, ASSEMBLY_TIMEOUT_MS);
afterEach(() => lab.cloud.faults.clear());
afterAll(() => lab.close());

/** Creation until complete, then deletion; whatever went wrong on the way, in the end all is as it should be. */
async function liveOnce(): Promise<void> {
  const rare = { everySeconds: 20 };
  const cluster = await lab.createRepeatedly({});
  await cluster.untilStatus('CREATE_COMPLETE', rare);
  expect(cluster.alive()).toHaveLength(3);
  await lab.cloud.until(async () => [204, 409].includes((await cluster.requestDelete()).status), { what: 'DELETE' });
  await cluster.untilGone(rare);
  expect(cluster.launched()).toBe(3);
}

/** One point for each kind of call, at a drawn one of them. */
function pointsOf(calls: readonly RecordedCall[]): readonly Point[] {
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
}

/** Faults that were switched on, and those that met their call: no run makes exactly as many calls as the one that was counted. */
let tried = 0;
let struck = 0;

const faultAt = (point: Point, way: (typeof ways)[number]) =>
  ({ kind: 'api-error', times: 1, ...point, ...way }) as const;
const nameOf = ({ caller, service, action, skip }: Point, { when, status }: (typeof ways)[number]) =>
  `${caller} ${service}:${action} #${skip}, ${when} it took effect, ${status}`;

async function surviving(faults: ReadonlyArray<Parameters<FaultLab['cloud']['faults']['add']>[0]>, what: string) {
  const { cloud } = lab;
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
}

describe('the life of a cluster', () => {
  let points: readonly Point[];
  beforeAll(async () => {
    await liveOnce();
    points = pointsOf(lab.cloud.calls.all());
  });

  it('makes calls of many kinds', () => {
    expect(new Set(points.map(({ service }) => service))).toEqual(
      new Set(['dynamodb', 'ec2', 'iam', 'lambda', 'secretsmanager', 'sqs', 'ssm', 'states']),
    );
    expect(points.length).toBeGreaterThan(40);
  });

  it('goes well although any one call fails', async () => {
    const all = points.flatMap((point) => ways.map((way) => ({ point, way })));
    const sample = process.env.FAULT_POINTS === 'all' ? all : drawn(all, sampleSize);
    for (const { point, way } of sample) await surviving([faultAt(point, way)], nameOf(point, way));
  });

  it.each(ways)('goes well although one call of each kind fails $when it takes effect, with $code', async (way) => {
    await surviving(
      points.map((point) => faultAt(point, way)),
      `one call of each kind, ${way.when}`,
    );
  });

  it.each(['not-run', 'answer-lost'] as const)('goes well although each function is once %s', async (effect) => {
    const functions = [...lab.cloud.services.functions.invocations.keys()].filter((name) => !/Api|Sweep/.test(name));
    await surviving(
      functions.map((name) => ({ kind: 'function', function: name, effect, times: 1 })),
      `each function once ${effect}`,
    );
  });

  it('met with most of these faults', () => {
    expect(struck / tried).toBeGreaterThan(0.8);
  });
});

function drawn<T>(items: readonly T[], count: number): readonly T[] {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(Math.floor(random.next() * left.length), 1),
  ).flat();
}
