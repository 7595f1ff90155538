import { createClock } from '../../../local/clock.ts';
import { createDemandWatch } from '../../../local/nodes/software/demand-watch.ts';
import { createRandom } from '../../../local/random.ts';

const clocks: ReturnType<typeof createClock>[] = [];
afterAll(() => {
  for (const clock of clocks) clock.stop();
});

function watched() {
  const clock = createClock({ speed: 'virtual' });
  clocks.push(clock);
  const start = clock.now();
  const told: number[] = [];
  const watch = createDemandWatch({ clock, random: createRandom(1) }, () => told.push(clock.now() - start));
  return { clock, watch, told };
}

describe('the simulated watch for demand', () => {
  it('tells within ten seconds of work that waits, once', async () => {
    const { clock, watch, told } = watched();
    watch.look(true);
    watch.look(true);
    await clock.advance(300_000);
    watch.look(true);
    await clock.advance(300_000);
    expect(told).toHaveLength(1);
    expect(told[0]).toBeGreaterThanOrEqual(5000);
    expect(told[0]).toBeLessThanOrEqual(10_000);
  });

  it('says nothing of what waits for a moment', async () => {
    const { clock, watch, told } = watched();
    watch.look(true);
    await clock.advance(1000);
    watch.look(false);
    await clock.advance(60_000);
    expect(told).toEqual([]);
  });

  it('tells of the next burst no sooner than a minute after the one before', async () => {
    const { clock, watch, told } = watched();
    watch.look(true);
    await clock.advance(11_000);
    watch.look(false);
    watch.look(true);
    await clock.advance(120_000);
    expect(told).toHaveLength(2);
    expect((told[1] ?? 0) - (told[0] ?? 0)).toBe(60_000);
  });
});
