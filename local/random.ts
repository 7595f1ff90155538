/** Seeded randomness: the same seed gives the same cloud, and every part draws from a stream of its own. */
import { createHash } from 'node:crypto';
import type { Random } from './types.ts';

/** @param seed any text or number; equal seeds give equal draws */
export function createRandom(seed: string | number): Random {
  const uniform = mulberry32(createHash('sha256').update(String(seed)).digest().readUInt32LE(0));
  const random: Random = {
    fork: (name) => createRandom(`${seed}/${name}`),
    next: uniform,
    between: (low, high) => low + (high - low) * uniform(),
    normal: (mean, deviation, min) => Math.max(min, mean + deviation * standardNormal(uniform)),
    pick: (items) => {
      const item = items[Math.floor(uniform() * items.length)];
      if (item === undefined) throw new Error('cannot pick from an empty list');
      return item;
    },
    hex: (digits) => Array.from({ length: digits }, () => Math.floor(uniform() * 16).toString(16)).join(''),
  };
  return random;
}

/** A small generator with 32 bits of state: plenty for drawing delays, useless for secrets. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
}

/** Box-Muller; `1 - u` keeps the logarithm finite. */
function standardNormal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
