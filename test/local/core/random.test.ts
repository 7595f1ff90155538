import { createRandom } from '../../../local/random.ts';

const draw = (seed: string | number, count = 5) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('createRandom', () => {
  it('draws the same for the same seed and something else for another', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('gives forks a stream that draws elsewhere do not change', () => {
    const one = createRandom(1);
    const other = createRandom(1);
    other.next();
    expect(one.fork('boot').next()).toBe(other.fork('boot').next());
    expect(one.fork('boot').next()).not.toBe(one.fork('start').next());
  });

  it('keeps within bounds and near the mean', () => {
    const random = createRandom('bounds');
    const values = Array.from({ length: 2000 }, () => random.normal(50, 10, 30));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(30);
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length - 50)).toBeLessThan(1);
    const between = Array.from({ length: 1000 }, () => random.between(3, 4));
    expect(between.every((value) => value >= 3 && value < 4)).toBe(true);
    expect(random.hex(17)).toMatch(/^[0-9a-f]{17}$/);
    expect(['a', 'b']).toContain(random.pick(['a', 'b']));
    expect(() => random.pick([])).toThrow('empty list');
  });
});
