/** What runs on slaves, as far as Mesos tells. Pure. */
import type { Snapshot } from '../../contracts/gateway.ts';
import type { NodeRecord } from './records.ts';
import { isServing } from './track-nodes.ts';

type Agent = Snapshot['agents'][number];

export interface Work {
  /** In words; empty: nothing. */
  readonly text: string;
  readonly tasks: number;
}

const byAddress = new WeakMap<Snapshot, ReadonlyMap<string, readonly Agent[]>>();

/** Once for each snapshot, for a pass asks about every slave more than once. */
function agentsByAddress(snapshot: Snapshot): ReadonlyMap<string, readonly Agent[]> {
  const known = byAddress.get(snapshot) ?? Map.groupBy(snapshot.agents, ({ ip }) => ip);
  byAddress.set(snapshot, known);
  return known;
}

const isAny = (of: Agent['used']): boolean => Object.values(of).some((amount) => amount > 0);

/** What runs on the agents at an address, an agent of before included. Undefined: no agent is registered there. */
export function workAt(address: string | undefined, snapshot: Snapshot): Work | undefined {
  const found = address === undefined ? [] : (agentsByAddress(snapshot).get(address) ?? []);
  if (found.length === 0) return undefined;
  const tasks = found.reduce((sum, agent) => sum + agent.tasks, 0);
  if (tasks > 0) return { text: tasks === 1 ? '1 task' : `${tasks} tasks`, tasks };
  if (found.some(({ used }) => isAny(used))) return { text: 'an executor', tasks };
  return { text: found.some(({ reserved }) => isAny(reserved)) ? 'reserved resources' : '', tasks };
}

/** Whether the node serves and the elected master says that it holds nothing. What nobody can tell of is not idle. */
export function isKnownIdle(node: NodeRecord, snapshot: Snapshot | undefined): boolean {
  return isServing(node) && snapshot?.leader !== undefined && workAt(node.privateIp, snapshot)?.text === '';
}

/** What runs on the node, in words, as far as the elected master tells. Undefined: it tells of nothing there. */
export function knownWork({ privateIp }: NodeRecord, snapshot: Snapshot | undefined): string | undefined {
  if (snapshot?.leader === undefined) return undefined;
  return workAt(privateIp, snapshot)?.text || undefined;
}
