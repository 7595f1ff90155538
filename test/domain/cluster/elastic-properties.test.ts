import * as fc from 'fast-check';
import { ElasticWorld, mesos, type Physics } from './elastic-world.ts';

const settings = { numRuns: 10, seed: 20260304 };
const steps = 120;

function played(seed: string, physics?: Physics): ElasticWorld {
  const world = new ElasticWorld(seed, physics);
  for (let step = 0; step < steps; step += 1) world.step();
  return world;
}

describe('an elastic group, over many looks that are stale, partial or lost', () => {
  it.each([
    ['never ends a slave under its tasks', mesos],
    ['does not rely on the node to refuse it', { ...mesos, refuses: false }],
  ])('%s', (_, physics) =>
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(played(`${seed}`, physics).killed).toBe(0);
      }),
      settings,
    ),
  );

  it('ends idle slaves, and would end others if offers were used for longer than they are', () => {
    const seeds = ['0', '1', '2'];
    expect(seeds.every((seed) => played(seed).ended > 0)).toBe(true);
    const careless = seeds.map((seed) => played(seed, { offerSeconds: 180, refuses: false }).killed);
    expect(Math.max(...careless)).toBeGreaterThan(0);
  });
});
