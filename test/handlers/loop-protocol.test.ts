/**
 * The loop protocol under random interleavings: many signals, runs that wait, end, continue and die, answers that are lost, calls
 * that come late. Every call to the store and to Step Functions takes effect at one point between two others' and answers later.
 */
import fc from 'fast-check';
import { makeAwaitSignal } from '../../lambdas/handlers/await-signal.ts';
import { makeEndRun } from '../../lambdas/handlers/end-run.ts';
import { type Loops, signalLoop } from '../../lambdas/handlers/loop/signal-loop.ts';
import type { Workflow } from '../../lambdas/ports/workflow.ts';
import { clusterId } from '../support/clusters.ts';
import { FakeClusterStore } from '../support/fake-cluster-store.ts';

const fates = [
  'wait',
  'wait twice',
  'time out',
  'end',
  'end twice',
  'continue',
  'die planning',
  'die waiting',
] as const;
type Fate = (typeof fates)[number];

/** Lets one of the pending calls go on at a time, as drawn. */
class Interleaver {
  private readonly pending: (() => void)[] = [];
  private readonly draws: Iterator<number>;
  constructor(draws: readonly number[]) {
    this.draws = draws[Symbol.iterator]();
  }
  turn(): Promise<void> {
    return new Promise((resolve) => this.pending.push(resolve));
  }
  /** Wraps each method: a turn before its effect, and one before its answer. */
  around<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const method = Reflect.get(object, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          await this.turn();
          const result = await method.apply(object, args);
          await this.turn();
          return result;
        };
      },
    });
  }
  async drain(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.pending.length === 0) return;
      const { value = 0 } = this.draws.next();
      this.pending.splice(value % this.pending.length, 1)[0]?.();
    }
  }
}

/** Step Functions with the machine's states, driven by the draws. */
class Machine {
  readonly store = new FakeClusterStore().add({ signalSeq: 0 });
  readonly executions = new Map<number, 'running' | 'over'>();
  readonly waits = new Map<string, () => void>();
  readonly errors: unknown[] = [];
  acting = new Set<number>();
  plannedSeq = 0;
  passes = 0;
  private tokens = 0;
  private readonly fates: Iterator<Fate>;
  private readonly interleaver: Interleaver;
  private readonly loop: { store: FakeClusterStore; workflow: Workflow };
  private readonly loops: Loops;

  constructor(interleaver: Interleaver, drawn: readonly Fate[]) {
    this.interleaver = interleaver;
    this.fates = drawn[Symbol.iterator]();
    const workflow: Workflow = {
      startRun: async (_id, run) => {
        if (!this.executions.has(run)) {
          this.executions.set(run, 'running');
          this.spawn(this.execute(run));
        }
        return this.executions.get(run) ?? 'over';
      },
      wake: async (token) => {
        const resume = this.waits.get(token);
        this.waits.delete(token);
        resume?.();
        return resume !== undefined;
      },
    };
    this.loop = { store: interleaver.around(this.store), workflow: interleaver.around(workflow) };
    this.loops = { cluster: this.loop, workload: this.loop };
  }

  private spawn(work: Promise<unknown>): void {
    work.catch((error) => this.errors.push(error));
  }

  signal(): void {
    this.spawn(signalLoop(this.loop, clusterId));
  }

  private async execute(run: number): Promise<void> {
    for (;;) {
      const claimed = await this.loop.store.claimPass(clusterId, run);
      if (!claimed) break;
      // Between its claim and its wait or end a run acts on the cluster; nobody else may meanwhile.
      this.acting.add(run);
      expect([...this.acting]).toEqual([run]);
      this.passes += 1;
      if (this.passes > 2000) throw new Error('the loop goes round without end');
      await this.interleaver.turn();
      const { value: fate = 'end' } = this.fates.next();
      if (fate === 'die planning') return this.die(run);
      this.plannedSeq = Math.max(this.plannedSeq, claimed.signalSeq);
      this.acting.delete(run);
      if (await this.leave(run, claimed.signalSeq, fate)) break;
    }
    this.executions.set(run, 'over');
  }

  /** @returns whether the run is over */
  private async leave(run: number, seenSignalSeq: number, fate: Fate): Promise<boolean> {
    const mode = fate === 'continue' ? ('continue' as const) : ('end' as const);
    switch (fate) {
      case 'end':
      case 'continue':
        return (await makeEndRun(this.loops)({ clusterId, run, seenSignalSeq, mode })).ended;
      case 'end twice':
        await makeEndRun(this.loops)({ clusterId, run, seenSignalSeq, mode });
        return (await makeEndRun(this.loops)({ clusterId, run, seenSignalSeq, mode })).ended;
      case 'die waiting':
        await this.wait(run, seenSignalSeq).asked;
        this.die(run);
        return true;
      case 'time out':
        this.spawn(this.wait(run, seenSignalSeq).asked);
        await this.interleaver.turn();
        this.waits.clear();
        return false;
      case 'wait twice':
        await this.wait(run, seenSignalSeq).asked;
        this.waits.clear();
        await this.wait(run, seenSignalSeq).answered;
        return false;
      default:
        await this.wait(run, seenSignalSeq).answered;
        return false;
    }
  }

  private wait(run: number, seenSignalSeq: number): { asked: Promise<unknown>; answered: Promise<void> } {
    this.tokens += 1;
    const taskToken = `token-${this.tokens}`;
    const answered = new Promise<void>((resolve) => this.waits.set(taskToken, resolve));
    const asked = makeAwaitSignal(this.loops)({ clusterId, run, seenSignalSeq, taskToken });
    this.spawn(asked);
    return { asked, answered };
  }

  /** A failed execution is itself a signal. */
  private die(run: number): void {
    this.executions.set(run, 'over');
    this.acting.delete(run);
    this.waits.clear();
    this.signal();
  }
}

const draws = fc.array(fc.nat(1000), { minLength: 50, maxLength: 400 });

describe('the loop protocol', () => {
  it('never lets two runs act and never loses a signal', async () => {
    let passes = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.constantFrom(...fates), { maxLength: 14 }),
        draws,
        async (signals, drawn, order) => {
          const interleaver = new Interleaver(order);
          const machine = new Machine(interleaver, drawn);
          for (let n = 0; n < signals; n += 1) machine.signal();
          await interleaver.drain();
          expect(machine.errors).toEqual([]);
          const { record } = await machine.store.loadCluster(clusterId);
          expect(record.signalSeq).toBeGreaterThanOrEqual(signals);
          // What is left waiting has planned after the last signal.
          expect(machine.plannedSeq).toBe(record.signalSeq);
          expect(machine.acting.size).toBe(0);
          passes += machine.passes;
        },
      ),
      { numRuns: 400, seed: 7 },
    );
    expect(passes).toBeGreaterThan(1000);
  });
});
