/** Parallel and Map: branches that run at the same time; the first failure ends the others and fails the state. */
import { type Branch, Lifetime, type MapItem } from './branch.ts';
import type { MapState, ParallelState } from './definition.ts';
import { BranchEnded, checkSize, StateError } from './errors.ts';
import { Variables } from './expressions.ts';
import { conclude, type Frame, query, type Step } from './run.ts';

/** Iterations of an inline Map that Step Functions runs at the same time. */
const inlineConcurrency = 40;

type Work = (branch: Branch) => Promise<unknown>;

export async function runParallel(frame: Frame<ParallelState>): Promise<Step> {
  const { state, run } = frame;
  const input = await query(frame, state.Arguments ?? frame.input, 'Arguments');
  checkSize(input, `arguments of the state '${frame.name}'`);
  run.history.record(frame.branch, 'ParallelStateStarted');
  const results = await runBranches(
    frame,
    state.Branches.map((graph) => ({
      work: (branch) => run.runGraph(graph, { run, branch, input, variables: new Variables(frame.variables) }),
    })),
    state.Branches.length,
  );
  run.history.record(frame.branch, 'ParallelStateSucceeded');
  return conclude(frame, state, results, { result: results });
}

export async function runMap(frame: Frame<MapState>): Promise<Step> {
  const { state, run } = frame;
  const items = await queryItems(frame);
  const concurrency = await queryConcurrency(frame);
  run.history.record(frame.branch, 'MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  const iterations = items.map((Value, Index) => {
    const mapItem = { Index, Value };
    return { mapItem, work: (branch: Branch) => iterate(frame, branch, mapItem) };
  });
  const results = await runBranches(frame, iterations, concurrency);
  run.history.record(frame.branch, 'MapStateSucceeded');
  return conclude(frame, state, results, { result: results });
}

async function queryItems(frame: Frame<MapState>): Promise<readonly unknown[]> {
  const items = await query(frame, frame.state.Items ?? frame.input, 'Items');
  if (Array.isArray(items)) return items;
  throw new StateError('States.QueryEvaluationError', "The field 'Items' must evaluate to an array.");
}

async function queryConcurrency(frame: Frame<MapState>): Promise<number> {
  const limit = await query(frame, frame.state.MaxConcurrency ?? 0, 'MaxConcurrency');
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 0) {
    throw new StateError('States.QueryEvaluationError', "The field 'MaxConcurrency' must evaluate to a whole number.");
  }
  return limit === 0 ? inlineConcurrency : Math.min(limit, inlineConcurrency);
}

async function iterate(frame: Frame<MapState>, branch: Branch, mapItem: MapItem): Promise<unknown> {
  const { run, state, name } = frame;
  const log = (ending: string) => {
    const type = `MapIteration${ending}`;
    run.history.record(branch, type, { [`mapIteration${ending}EventDetails`]: { name, index: mapItem.Index } });
  };
  log('Started');
  try {
    const selected = state.ItemSelector === undefined ? mapItem.Value : await selectItem(frame, mapItem);
    const variables = new Variables(frame.variables);
    const output = await run.runGraph(state.ItemProcessor, { run, branch, input: selected, variables });
    log('Succeeded');
    return output;
  } catch (error) {
    if (!(error instanceof BranchEnded)) log('Failed');
    else if (!frame.branch.lifetime.ended) log('Aborted');
    throw error;
  }
}

async function selectItem(frame: Frame<MapState>, mapItem: MapItem): Promise<unknown> {
  const selected = await query(frame, frame.state.ItemSelector, 'ItemSelector', { mapItem });
  checkSize(selected, `input of an iteration of '${frame.name}'`);
  return selected;
}

/** Runs the work with at most `limit` branches at a time. @returns results in order */
function runBranches(
  frame: Frame,
  jobs: readonly { readonly work: Work; readonly mapItem?: MapItem }[],
  limit: number,
): Promise<unknown[]> {
  const { branch: parent } = frame;
  const lifetime = new Lifetime(parent.lifetime);
  const results: unknown[] = [];
  const queue = jobs.entries();
  const runSome = async (): Promise<void> => {
    for (const [index, { work, mapItem }] of queue) {
      if (lifetime.ended) throw new BranchEnded();
      const branch = parent.fork(lifetime, mapItem);
      try {
        results[index] = await work(branch);
      } finally {
        branch.close();
      }
    }
  };
  return parent.wait((waiter) => {
    const workers = Array.from({ length: Math.min(limit, jobs.length) }, runSome);
    void Promise.all(workers).then(() => waiter.resolve(results), waiter.reject);
    return () => lifetime.end();
  });
}
