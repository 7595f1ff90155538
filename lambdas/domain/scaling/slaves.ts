/** What a cluster's slaves do, as far as its leading master tells. Pure. */
import type { Snapshot } from '../../contracts/gateway.ts';
import type { ClusterRecord, NodeRecord } from '../cluster/records.ts';
import type { SlaveGroup } from '../cluster/spec.ts';
import { isResting, isServing, isStaying, isToRest } from '../cluster/track-nodes.ts';
import { workAt } from '../cluster/work.ts';
import type { Place, Prospect } from './constraints.ts';
import { remaining, sumOf } from './resources.ts';
import type { Resources } from './scaling.ts';
import type { IdleSlave } from './standstill.ts';

type Agent = Snapshot['agents'][number];

/** The slaves of a group that are to stay, by what is known of them. */
export interface Staff {
  /** Kept powered off, or asked to be: they take places and give nothing. */
  readonly resting: number;
  /** Those that hold anything: tasks, executors, reservations. */
  readonly busy: number;
  readonly idle: number;
  /** Those that were ready when last seen and that the master does not tell of. */
  readonly untold: number;
  /** Those that boot or are started, again too. */
  readonly coming: number;
  /** Those that pending launches will bring. */
  readonly launching: number;
  /** What active agents offer, and what of it is held. */
  readonly offered: Resources;
  readonly allocated: Resources;
}

/** What slaves that are there whatever waits have left for tasks. */
export interface BusyRoom {
  readonly free: Resources;
  readonly place: Place;
}

type Use = 'resting' | 'busy' | 'idle' | 'untold' | 'coming';

interface Seen {
  readonly node: NodeRecord;
  readonly agent?: Agent;
  readonly use: Use;
}

function useOf(node: NodeRecord, agent: Agent | undefined, snapshot: Snapshot): Use {
  if (agent) return workAt(node.privateIp, snapshot)?.text === '' ? 'idle' : 'busy';
  return node.status === 'ready' ? 'untold' : 'coming';
}

/** The cluster's slaves that are to stay, with their agents. Of two active agents at one address nobody knows which is there. */
export function seeSlaves(nodes: readonly NodeRecord[], snapshot: Snapshot, record: ClusterRecord): readonly Seen[] {
  const active = Map.groupBy(
    snapshot.agents.filter((agent) => agent.active),
    ({ ip }) => ip,
  );
  return nodes
    .filter((node) => node.role === 'slave' && (isStaying(node) || isToRest(node, record)))
    .map((node) => {
      const [agent, other] = active.get(node.privateIp ?? '') ?? [];
      const isClear = agent !== undefined && other === undefined;
      const rests = isResting(node) || isToRest(node, record);
      const use = rests ? 'resting' : useOf(node, isClear ? agent : undefined, snapshot);
      return { node, ...(isClear ? { agent } : {}), use };
    });
}

export function staffOf({ name }: SlaveGroup, seen: readonly Seen[], { launches }: ClusterRecord): Staff {
  const members = seen.filter(({ node }) => node.group === name);
  const number = (use: Use): number => members.filter((each) => each.use === use).length;
  const agents = members.flatMap(({ agent }) => agent ?? []);
  return {
    resting: number('resting'),
    busy: number('busy'),
    idle: number('idle'),
    untold: number('untold'),
    coming: number('coming'),
    launching: launches.filter(({ group }) => group === name).reduce((sum, { ordinals }) => sum + ordinals.length, 0),
    offered: sumOf(agents.map(({ total }) => total)),
    allocated: sumOf(agents.map(({ used }) => used)),
  };
}

/**
 * The room of serving slaves that stay because something is on them, or because their group does not shrink. Idle slaves of elastic
 * groups are no room: they count as fresh ones, so that what is wanted does not depend on how many there are. What is reserved is
 * nobody's room, whether the one it is reserved for uses it or not.
 */
export function roomsOf(seen: readonly Seen[], elastic: ReadonlySet<string>): readonly BusyRoom[] {
  return seen.flatMap(({ node, agent, use }) => {
    if (agent === undefined || !isServing(node) || use === 'resting') return [];
    if (use === 'idle' && elastic.has(node.group)) return [];
    return [{ free: remaining(agent.total, agent.used, agent.reserved), place: placeOf(node) }];
  });
}

/** Slaves of the group on which tasks would start now if they may. */
export function idleSlavesOf({ name }: Pick<SlaveGroup, 'name'>, seen: readonly Seen[]): readonly IdleSlave[] {
  return seen.flatMap(({ node, agent, use }) => {
    const isIdle = agent !== undefined && use === 'idle' && node.group === name && isServing(node);
    return isIdle ? [{ instanceId: node.instanceId, total: agent.total, place: placeOf(node) }] : [];
  });
}

/** Where slaves are, by address: those on their way out, too. */
export function placesByAddress(nodes: readonly NodeRecord[]): ReadonlyMap<string, Place> {
  const slaves = nodes.filter(({ role, privateIp }) => role === 'slave' && privateIp !== undefined);
  return new Map(slaves.map((node) => [node.privateIp ?? '', placeOf(node)]));
}

function placeOf({ privateIp = '', group, zone, instanceType, market, instanceId }: NodeRecord): Place {
  return { hostname: privateIp, group, zone, instance_type: instanceType, lifecycle: market, instance_id: instanceId };
}

/**
 * What a slave that is launched now may be known by. Which zones the stack has, its slots and nodes tell. Addresses and ids are only
 * examples: neighbours of those that are there.
 */
export function prospectOf(group: SlaveGroup, nodes: readonly NodeRecord[], { foundation }: ClusterRecord): Prospect {
  const slots = foundation?.masterInterfaces ?? [];
  const zones = new Set([...slots, ...nodes].map(({ zone }) => zone));
  const networks = new Set([...slots, ...nodes].flatMap(({ privateIp }) => privateIp?.replace(/\.\d+$/, '') ?? []));
  return {
    hostname: [...networks].slice(0, 20).flatMap((network) => [`${network}.7`, `${network}.199`]),
    group: [group.name],
    zone: group.zones ?? [...zones],
    instance_type: group.instanceTypes,
    lifecycle: group.preemptible ? ['spot', 'on-demand'] : ['on-demand'],
    instance_id: ['i-00000000000000000', 'i-0f9e8d7c6b5a43210'],
  };
}
