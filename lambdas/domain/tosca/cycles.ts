/** Loops of requirements: nothing in one could start first. */
import { InvalidInput } from '../../contracts/error-names.ts';
import { enumerate } from './fault.ts';

/**
 * @param edges targets by node
 * @throws InvalidInput in the orchestrator's own words
 */
export function refuseCycles(edges: ReadonlyMap<string, readonly string[]>): void {
  const loop = findLoop(edges);
  if (loop.length > 0)
    throw new InvalidInput(`Found node depencency loop in TOSCA topology; involved nodes: ${enumerate(loop)}`);
}

/** Takes away nodes that need nothing any more until none is left; walking from a rest runs into a loop. */
function findLoop(edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const rest = unfinishable(edges);
  const walked: string[] = [];
  const seen = new Set<string>();
  let next = rest.keys().next().value;
  while (next !== undefined && !seen.has(next)) {
    seen.add(next);
    walked.push(next);
    next = edges.get(next)?.find((target) => rest.has(target));
  }
  return next === undefined ? [] : walked.slice(walked.indexOf(next));
}

function unfinishable(edges: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const pending = new Map([...edges].map(([node, targets]) => [node, targets.length]));
  const sources = new Map<string, string[]>();
  for (const [node, targets] of edges) for (const target of targets) addTo(sources, target, node);
  const free = [...pending].filter(([, count]) => count === 0).map(([node]) => node);
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    pending.delete(node);
    for (const source of sources.get(node) ?? []) {
      const left = (pending.get(source) ?? 0) - 1;
      pending.set(source, left);
      if (left === 0) free.push(source);
    }
  }
  return pending;
}

function addTo(lists: Map<string, string[]>, key: string, item: string): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
