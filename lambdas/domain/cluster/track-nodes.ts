/** Brings node records up to what EC2, SSM and the cluster's software say. Pure. */
import type { ControlRules } from '../../contracts/functions.ts';
import type { ActualCluster, ObservedCommand, ObservedInstance } from './actual.ts';
import { patience } from './patience.ts';
import type { NodeRecord } from './records.ts';
import { secondsSince, toTimestamp } from './time.ts';

export interface TrackedNodes {
  /** All records after this look, without the gone ones. */
  readonly nodes: readonly NodeRecord[];
  readonly goneInstanceIds: readonly string[];
  /** Nodes that were lost since the last look: failed, or terminated by somebody else. */
  readonly lost: readonly NodeRecord[];
  readonly becameReady: readonly NodeRecord[];
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
  if (secondsSince(node.launchedAt, now) <= rules.bootTimeoutSeconds) return node;
  return fail(node, `did not come online within ${rules.bootTimeoutSeconds} s of its launch`);
}

function retryOrFail(node: NodeRecord, reason: string, { rules }: Look): NodeRecord {
  return node.startAttempts < rules.startAttempts ? { ...node, status: 'online', reason } : fail(node, reason);
}

function trackStart(node: NodeRecord, look: Look): NodeRecord {
  const command = look.commands.get(`${node.commandId}/${node.instanceId}`);
  if (command?.status === 'succeeded') {
    const { reason: _, missingSince: __, ...rest } = node;
    return { ...rest, status: 'ready', readyAt: toTimestamp(look.now), startAttempts: 0 };
  }
  if (command?.status === 'failed') return retryOrFail(node, command.message ?? 'its start command failed', look);
  const waited = node.commandSentAt === undefined ? 0 : secondsSince(node.commandSentAt, look.now);
  if (waited <= look.rules.startTimeoutSeconds) return node;
  return retryOrFail(node, `its start command did not end within ${look.rules.startTimeoutSeconds} s`, look);
}

function trackReady(node: NodeRecord, look: Look): NodeRecord {
  const seen = look.seenByCluster(node);
  if (seen === undefined) return node;
  const { missingSince, ...rest } = node;
  if (seen) return missingSince === undefined ? node : rest;
  if (missingSince === undefined) return { ...node, missingSince: toTimestamp(look.now) };
  if (secondsSince(missingSince, look.now) <= patience.missingNode) return node;
  return { ...rest, status: 'online', reason: `the cluster has not seen it for ${patience.missingNode} s` };
}

function trackLifecycle(node: NodeRecord, look: Look): NodeRecord {
  switch (node.status) {
    case 'launched':
      return trackBoot(node, look);
    case 'starting':
      return trackStart(node, look);
    case 'ready':
      return trackReady(node, look);
    case 'online':
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

/** @returns undefined if the node is gone */
function trackNode(node: NodeRecord, instance: ObservedInstance | undefined, look: Look): NodeRecord | undefined {
  if (instance === undefined) return secondsSince(node.launchedAt, look.now) <= patience.visibility ? node : undefined;
  switch (instance.state) {
    case 'terminated':
      return undefined;
    case 'shutting-down':
      return isOver(node)
        ? { ...node, status: 'terminating' }
        : { ...node, status: 'terminating', reason: 'was terminated' };
    case 'stopping':
    case 'stopped':
      return isOver(node) ? node : fail(node, 'its instance was stopped');
    case 'pending':
    case 'running':
      return trackLifecycle(withAddresses(node, instance), look);
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
  const pairs = records.map((before) => ({ before, after: trackNode(before, instances.get(before.instanceId), look) }));
  return {
    nodes: pairs.flatMap(({ after }) => (after ? [after] : [])),
    goneInstanceIds: pairs.filter(({ after }) => after === undefined).map(({ before }) => before.instanceId),
    lost: pairs.flatMap(({ before, after }) => {
      if (isOver(before) || (after !== undefined && isLive(after))) return [];
      return [after ?? { ...before, status: 'terminating' as const, reason: 'was terminated' }];
    }),
    becameReady: pairs.flatMap(({ before, after }) =>
      after?.status === 'ready' && before.status !== 'ready' ? [after] : [],
    ),
  };
}
