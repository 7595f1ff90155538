/** One pass of a loop, whosever it is: claims the right to act for its run, then plans, again while others write the record. */
import { Conflict } from '../../contracts/error-names.ts';
import type { LoopStore } from '../../ports/loop-store.ts';
import { type Concluded, nextOf, type Output, type Pass, stop } from './plan-output.ts';

/** Looks at most this often within one invocation. */
const looks = 4;

interface Planner<P, D> {
  readonly id: string;
  readonly store: Pick<LoopStore, 'claimPass'>;
  readonly now: () => Date;
  /** Looks, decides and records. @throws Conflict if somebody else wrote the record meanwhile */
  readonly plan: (pass: P) => Promise<Concluded<D>>;
}

export async function planPass<P extends Pass, D>(
  pass: P,
  { id, store, now, plan }: Planner<P, D>,
): Promise<Output<P, D>> {
  const claimed = await store.claimPass(id, pass.run);
  if (claimed === undefined) return stop(pass);
  for (let look = 1; ; look += 1) {
    try {
      return nextOf(pass, { plan: await plan(pass), ...claimed, now: now() });
    } catch (error) {
      if (!(error instanceof Conflict) || look === looks) throw error;
    }
  }
}
