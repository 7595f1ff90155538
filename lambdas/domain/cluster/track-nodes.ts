/** Brings node records up to what EC2, SSM and the cluster's software say. Pure. */
import type { ControlRules } from '../../contracts/functions.ts';
import type { ActualCluster, ObservedCommand, ObservedInstance } from './actual.ts';
import { patience } from './patience.ts';
import type { ClusterRecord, Drain, MasterCordon, NodeRecord, Setback } from './records.ts';
import { cordonInDoubt, following } from './setbacks.ts';
import { secondsSince, toTimestamp } from './time.ts';

export interface TrackedNodes {
  /** All records after this look, without the gone ones. */
  readonly nodes: readonly NodeRecord[];
  readonly goneInstanceIds: readonly string[];
  /** Nodes that were lost since the last look: failed, or terminated by somebody else. Those on their way out are no loss. */
  readonly lost: readonly NodeRecord[];
  readonly becameReady: readonly NodeRecord[];
  /** Those that serve and that EC2 takes back, seen for the first time. */
  readonly interrupted: readonly NodeRecord[];
}

interface Look {
  readonly actual: ActualCluster;
  readonly now: Date;
  readonly rules: ControlRules;
  readonly online: ReadonlySet<string>;
  readonly commands: ReadonlyMap<string, ObservedCommand>;
  readonly seenByCluster: (node: NodeRecord) => boolean | undefined;
}

const isOver = (node: NodeRecord): boolean => node.status === 'terminating' || node.status === 'failed';

export function isLive(node: NodeRecord): boolean {
  return !isOver(node);
}

const isDrainingAtAll = ({ status }: NodeRecord): boolean => status === 'draining' || status === 'drained';

/** Whether the node is to be powered off or is: it does not serve, and is not to be replaced. */
export function isResting(node: NodeRecord): boolean {
  const isOff = node.status === 'stopping' || node.status === 'stopped';
  return isOff || (isDrainingAtAll(node) && node.drain?.goal === 'stop');
}

/** Whether somebody has asked to power it off, and it is not on its way there yet. */
export function isToRest(node: NodeRecord, { desired }: Pick<ClusterRecord, 'desired'>): boolean {
  const isAsked = desired.stopped?.includes(node.instanceId) ?? false;
  return isAsked && isLive(node) && !isInterrupted(node) && !isResting(node);
}

/** Whether the node counts against what its group wants: it is neither over nor on its way out. */
export function isStaying(node: NodeRecord): boolean {
  return isLive(node) && !isInterrupted(node) && (!isDrainingAtAll(node) || isResting(node));
}

/** Whether EC2 takes its spot instance back, which nothing can call off. */
export function isInterrupted({ interrupted }: NodeRecord): boolean {
  return interrupted !== undefined;
}

/** Whether it serves, as far as the cluster's software has told, and will go on doing so. */
export function isServing(node: NodeRecord): boolean {
  return node.status === 'ready' && node.missingSince === undefined && !isInterrupted(node);
}

/** Whether its software was ever told to start: until then nothing can be on it. */
export function wasStarted({ commandId, readyAt }: NodeRecord): boolean {
  return commandId !== undefined || readyAt !== undefined;
}

/** Whether the cluster's software knows the node; undefined where nobody can say. */
function clusterView({ snapshot }: ActualCluster): (node: NodeRecord) => boolean | undefined {
  if (snapshot === undefined) return () => undefined;
  const balancers = new Map(snapshot.loadBalancers.map(({ ip, healthy }) => [ip, healthy]));
  const led = snapshot.leader !== undefined;
  const agents = new Set(snapshot.agents.filter((agent) => agent.active).map((agent) => agent.ip));
  const masters = new Set(snapshot.masters.filter((master) => master.healthy).map((master) => master.ip));
  return ({ role, privateIp }) => {
    if (privateIp === undefined) return undefined;
    if (role === 'load-balancer') return balancers.get(privateIp);
    if (!led) return undefined;
    return (role === 'slave' ? agents : masters).has(privateIp);
  };
}

function fail(node: NodeRecord, reason: string): NodeRecord {
  return { ...node, status: 'failed', reason };
}

function trackBoot(node: NodeRecord, { online, now, rules }: Look): NodeRecord {
  if (online.has(node.instanceId)) return { ...node, status: 'online', onlineAt: toTimestamp(now) };
  if (secondsSince(node.poweredOnAt ?? node.launchedAt, now) <= rules.bootTimeoutSeconds) return node;
  return fail(node, `did not come online within ${rules.bootTimeoutSeconds} s of its launch`);
}

function retryOrFail(node: NodeRecord, reason: string, { rules }: Look): NodeRecord {
  return node.startAttempts < rules.startAttempts ? { ...node, status: 'online', reason } : fail(node, reason);
}

function trackStart(node: NodeRecord, look: Look): NodeRecord {
  const command = look.commands.get(`${node.commandId}/${node.instanceId}`);
  if (command?.status === 'succeeded') {
    const { reason: _, missingSince: __, poweredOnAt: ___, ...rest } = node;
    return { ...rest, status: 'ready', readyAt: toTimestamp(look.now), startAttempts: 0 };
  }
  if (command?.status === 'failed') return retryOrFail(node, command.message ?? 'its start command failed', look);
  const waited = node.commandSentAt === undefined ? 0 : secondsSince(node.commandSentAt, look.now);
  if (waited <= look.rules.startTimeoutSeconds) return node;
  return retryOrFail(node, `its start command did not end within ${look.rules.startTimeoutSeconds} s`, look);
}

function trackMissing(node: NodeRecord, look: Look): NodeRecord {
  const seen = look.seenByCluster(node);
  if (seen === undefined) return node;
  const { missingSince, ...rest } = node;
  if (seen) return missingSince === undefined ? node : rest;
  return missingSince === undefined ? { ...node, missingSince: toTimestamp(look.now) } : node;
}

/** Whether the cluster's software has not known the node for so long that it will not by itself. */
export function isLost({ missingSince }: NodeRecord, now: Date): boolean {
  return missingSince !== undefined && secondsSince(missingSince, now) > patience.missingNode;
}

function trackReady(node: NodeRecord, look: Look): NodeRecord {
  const tracked = trackMissing(node, look);
  if (!isLost(tracked, look.now)) return tracked;
  const { missingSince: _, ...rest } = tracked;
  return { ...rest, status: 'online', reason: `the cluster has not seen it for ${patience.missingNode} s` };
}

/** How a command to a node stands; one that nobody tells of any more was in vain. */
function outcomeOf(
  { instanceId }: NodeRecord,
  { commandId, at }: { readonly commandId?: string; readonly at: string },
  { commands, now }: Look,
): 'in-progress' | 'succeeded' | Setback {
  const command = commands.get(`${commandId}/${instanceId}`);
  if (command?.status === 'succeeded') return 'succeeded';
  const setback = { at: toTimestamp(now), message: command?.message ?? 'its command did not end in time' };
  if (command?.status === 'failed') return command.undelivered ? { ...setback, undelivered: true } : setback;
  return secondsSince(at, now) <= patience.upkeepCommand ? 'in-progress' : setback;
}

/** A task that came at the last moment, and whatever else keeps an agent from being stopped, lets the wait begin anew. */
function trackDrain(node: NodeRecord, drain: Drain, look: Look): NodeRecord {
  if (drain.stopping === undefined) return trackAbandoned(trackMissing(node, look), drain, look);
  const outcome = outcomeOf(node, drain.stopping, look);
  if (outcome === 'in-progress') return node;
  const { stopping: _, cordonedAt: __, waitsFor: ___, setback, ...rest } = drain;
  if (outcome !== 'succeeded') return { ...node, drain: { ...rest, setback: following(outcome, setback) } };
  const { missingSince: ____, ...stopped } = node;
  return { ...stopped, status: 'drained', drain: rest };
}

/** Neither Mesos nor SSM reaches it, at the same time: there is nothing left that could be drained. */
function trackAbandoned(node: NodeRecord, { setback }: Drain, { now }: Look): NodeRecord {
  const { missingSince } = node;
  const isUnreached = setback?.undelivered && missingSince !== undefined && setback.at >= missingSince;
  return isUnreached && isLost(node, now) ? { ...node, status: 'drained' } : node;
}

function trackCordon(node: NodeRecord, cordon: MasterCordon, look: Look): NodeRecord {
  const { sent, held } = cordon;
  if (sent === undefined) return node;
  const outcome = outcomeOf(node, sent, look);
  if (outcome === 'in-progress') return node;
  if (outcome === 'succeeded') return { ...node, cordon: { held: sent.addresses } };
  return { ...node, cordon: cordonInDoubt(held, sent.addresses, outcome) };
}

/** EC2 may show an instance that was started as stopped for a while. */
function trackStopped(node: NodeRecord, state: 'stopping' | 'stopped', { now }: Look): NodeRecord {
  if (isOver(node) || node.status === 'stopped') return node;
  if (node.status === 'stopping') return state === 'stopped' ? { ...node, status: 'stopped' } : node;
  if (node.poweredOnAt === undefined || node.status !== 'launched') return fail(node, 'its instance was stopped');
  return secondsSince(node.poweredOnAt, now) <= patience.visibility ? node : { ...node, status: 'stopped' };
}

function trackPowerOn(node: NodeRecord, { now }: Look): NodeRecord {
  const { onlineAt: _, missingSince: __, drain: ___, reason: ____, ...rest } = node;
  return { ...rest, status: 'launched', poweredOnAt: toTimestamp(now), startAttempts: 0 };
}

function trackLifecycle(node: NodeRecord, look: Look): NodeRecord {
  switch (node.status) {
    case 'launched':
      return trackBoot(node, look);
    case 'starting':
      return trackStart(node, look);
    case 'ready':
      return trackReady(node, look);
    case 'draining':
      return node.drain === undefined ? node : trackDrain(node, node.drain, look);
    case 'stopped':
      return trackPowerOn(node, look);
    case 'online':
    case 'drained':
    case 'stopping':
    case 'terminating':
    case 'failed':
      return node;
  }
}

function withAddresses(node: NodeRecord, { privateIp, publicIp }: ObservedInstance): NodeRecord {
  const { publicIp: _, ...rest } = node;
  return {
    ...rest,
    ...(privateIp === undefined ? {} : { privateIp }),
    ...(publicIp === undefined ? {} : { publicIp }),
  };
}

const interruption = 'EC2 takes its spot instance back';

/** Kept once it is seen, even if the notice is withdrawn: the replacement is on its way, and the services have moved. */
function withInterruption(node: NodeRecord, { interrupted }: ObservedInstance, { now }: Look): NodeRecord {
  return interrupted && !isInterrupted(node) ? { ...node, interrupted: toTimestamp(now) } : node;
}

/** One that has never served is not worth its last two minutes. */
function trackInterrupted(node: NodeRecord): NodeRecord {
  const isComing = node.status === 'launched' || node.status === 'online' || node.status === 'starting';
  return isInterrupted(node) && isComing && node.readyAt === undefined ? fail(node, interruption) : node;
}

function withCordon(node: NodeRecord, look: Look): NodeRecord {
  return node.cordon === undefined ? node : trackCordon(node, node.cordon, look);
}

function trackEnd(node: NodeRecord): NodeRecord {
  if (isOver(node)) return { ...node, status: 'terminating' };
  return { ...node, status: 'terminating', reason: isInterrupted(node) ? interruption : 'was terminated' };
}

/** @returns undefined if the node is gone */
function trackNode(before: NodeRecord, instance: ObservedInstance | undefined, look: Look): NodeRecord | undefined {
  if (instance === undefined)
    return secondsSince(before.launchedAt, look.now) <= patience.visibility ? before : undefined;
  const node = withInterruption(before, instance, look);
  switch (instance.state) {
    case 'terminated':
      return undefined;
    case 'shutting-down':
      return trackEnd(node);
    case 'stopping':
    case 'stopped':
      return trackStopped(node, instance.state, look);
    case 'pending':
    case 'running':
      return trackInterrupted(trackLifecycle(withCordon(withAddresses(node, instance), look), look));
  }
}

export function trackNodes(
  records: readonly NodeRecord[],
  actual: ActualCluster,
  { now, rules }: { now: Date; rules: ControlRules },
): TrackedNodes {
  const instances = new Map(actual.instances.map((instance) => [instance.instanceId, instance]));
  const look: Look = {
    actual,
    now,
    rules,
    online: new Set(actual.onlineInstanceIds),
    commands: new Map(actual.commands.map((command) => [`${command.commandId}/${command.instanceId}`, command])),
    seenByCluster: clusterView(actual),
  };
  const pairs = records.map((before) => {
    const instance = instances.get(before.instanceId);
    // What is gone ended as it was last seen.
    const last = (): NodeRecord => trackEnd(instance ? withInterruption(before, instance, look) : before);
    return { before, last, after: trackNode(before, instance, look) };
  });
  return {
    nodes: pairs.flatMap(({ after }) => (after ? [after] : [])),
    goneInstanceIds: pairs.filter(({ after }) => after === undefined).map(({ before }) => before.instanceId),
    lost: pairs.flatMap(({ before, after, last }) =>
      !isStaying(before) || (after !== undefined && isLive(after)) ? [] : [after ?? last()],
    ),
    becameReady: pairs.flatMap(({ before, after }) =>
      after?.status === 'ready' && before.status !== 'ready' ? [after] : [],
    ),
    interrupted: pairs.flatMap(({ before, after }) =>
      after !== undefined && isLive(after) && isInterrupted(after) && !isInterrupted(before) ? [after] : [],
    ),
  };
}
