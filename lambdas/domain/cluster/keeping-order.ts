/** Which slaves of an elastic group are kept first. Pure. */
import type { Snapshot } from '../../contracts/gateway.ts';
import type { NodeRecord } from './records.ts';
import type { Situation } from './step.ts';
import { isResting, isServing, isStaying, wasStarted } from './track-nodes.ts';
import { isKnownIdle, knownWork } from './work.ts';

const byOrdinal = (a: NodeRecord, b: NodeRecord): number =>
  a.ordinal - b.ordinal || a.instanceId.localeCompare(b.instanceId);

type Use = 'needed' | 'still-busy' | 'idle' | 'coming' | 'leaving';

function useOf(node: NodeRecord, { actual }: Situation): Use {
  if (isResting(node)) return 'needed';
  if (isServing(node)) return isKnownIdle(node, actual.snapshot) ? 'idle' : 'needed';
  if (isStaying(node)) return 'coming';
  return isStillBusy(node, actual.snapshot) ? 'still-busy' : 'leaving';
}

/** On its way out, with something on it, and not told to end: to let it stay costs nothing that runs. */
function isStillBusy(node: NodeRecord, snapshot: Snapshot | undefined): boolean {
  return node.drain !== undefined && node.drain.stopping === undefined && knownWork(node, snapshot) !== undefined;
}

const byMarket = (a: NodeRecord, b: NodeRecord): number => b.market.localeCompare(a.market);

/** Spot before what costs more, and of each market one of every zone in turn, so that whoever goes leaves the zones even. */
function spread(idle: readonly NodeRecord[], needed: readonly NodeRecord[]): readonly NodeRecord[] {
  const others = Map.groupBy(needed, ({ zone }) => zone);
  const zones = Map.groupBy(
    idle.toSorted((a, b) => byMarket(a, b) || byOrdinal(a, b)),
    ({ zone }) => zone,
  );
  const turns = [...zones].flatMap(([zone, nodes]) =>
    nodes.map((node, index) => ({ node, turn: (others.get(zone)?.length ?? 0) + index })),
  );
  return turns
    .sort((a, b) => byMarket(a.node, b.node) || a.turn - b.turn || byOrdinal(a.node, b.node))
    .map(({ node }) => node);
}

/**
 * Those that hold anything, that nobody can tell of, or that are kept powered off; then those on their way out that still hold
 * something; then idle ones; then those that do not serve yet, or are missed, with those first that have come far; then the others
 * that are on their way out.
 *
 * @param nodes live nodes of one group
 */
export function inKeepingOrder(nodes: readonly NodeRecord[], situation: Situation): readonly NodeRecord[] {
  const uses = Map.groupBy(nodes, (node) => useOf(node, situation));
  const of = (use: Use): readonly NodeRecord[] => uses.get(use) ?? [];
  const farFirst = (a: NodeRecord, b: NodeRecord): number => Number(wasStarted(b)) - Number(wasStarted(a));
  return [
    ...of('needed').toSorted(byOrdinal),
    ...of('still-busy').toSorted(byOrdinal),
    ...spread(of('idle'), [...of('needed'), ...of('still-busy')]),
    ...of('coming').toSorted((a, b) => farFirst(a, b) || byOrdinal(a, b)),
    ...of('leaving').toSorted(byOrdinal),
  ];
}
