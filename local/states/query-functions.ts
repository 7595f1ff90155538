/** The functions that Step Functions adds to JSONata, and those whose results depend on the time. */
import { createHash } from 'node:crypto';
import jsonata from 'jsonata';
import type { Random, SimClock } from '../types.ts';
import { StateError } from './errors.ts';
import { drawUuid } from './uuid.ts';

type QueryFunction = (...values: never[]) => unknown;

const hashes: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
const formatTime = jsonata('$fromMillis(time, picture, timezone)');

function partition(items: readonly unknown[], size: number): unknown[][] {
  const chunks: unknown[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}

function range(first: number, last: number, step: number): number[] {
  const count = Math.floor((last - first) / step) + 1;
  if (!(count <= 1000)) throw new StateError('States.QueryEvaluationError', '$range yields at most 1000 numbers');
  return Array.from({ length: Math.max(0, count) }, (_, n) => first + n * step);
}

function hash(text: string, algorithm: string): string {
  const name = hashes[algorithm];
  if (name === undefined) throw new StateError('States.QueryEvaluationError', `$hash does not know "${algorithm}"`);
  return createHash(name).update(text).digest('hex');
}

/** Bindings of the functions. `$eval` is bound to nothing, as Step Functions does not have it. */
export function queryFunctions(clock: SimClock, random: Random): Readonly<Record<string, QueryFunction | undefined>> {
  return {
    partition,
    range,
    hash,
    random: (seed?: number) => (seed === undefined ? random.next() : random.fork(`seed ${seed}`).next()),
    uuid: () => drawUuid(random),
    parse: (text: string) => JSON.parse(text) as unknown,
    millis: () => clock.now(),
    now: (picture?: string, timezone?: string) => formatTime.evaluate({ time: clock.now(), picture, timezone }),
    eval: undefined,
  };
}
