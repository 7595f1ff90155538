/** One machine with its operating system: boots, says hello, runs commands one after another. */
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import type { Faults, Random } from '../types.ts';
import type { AwsAnswer, NodeAwsClient } from './aws-client.ts';
import { createDurations, type Durations } from './durations.ts';
import type { Life } from './life.ts';
import type { Accounts, Process, Settings } from './software/member.ts';
import type { Machine } from './types.ts';
import type { NodeIdentity } from './user-data.ts';

/** What is on the root disk. A stopped machine keeps it, a terminated one loses it. */
export interface Disk {
  readonly images: Set<string>;
  /** Data of the Mesos registry's replica and of ZooKeeper. */
  registry: 'empty' | 'voting';
  zookeeper: 'empty' | 'synced';
  /** How often a start command ran, for faults. */
  starts: number;
  /** Identity of the Mesos agent, and the power-on in which it registered with it. */
  agent?: { readonly id: string; readonly life: Life };
  /** Of a master: addresses that its Mesos offers no more. */
  cordoned: readonly string[];
  /** What Docker starts again when the machine is powered on. */
  containers?: Containers;
}

/** A member's software as it was started last. */
export interface Containers {
  readonly settings: Settings;
  readonly accounts?: Accounts;
  readonly processes: readonly Process[];
}

export interface Node {
  readonly machine: Machine;
  readonly identity: NodeIdentity;
  readonly life: Life;
  readonly disk: Disk;
  readonly random: Random;
  readonly durations: Durations;
  /** Refuses while the node has no role, or no way to the internet. */
  readonly aws: NodeAwsClient;
  /** Lines of what happened, for whoever looks into a node that does not come up. */
  readonly log: string[];
  /** When the SSM agent registered. */
  registeredAt?: number;
  /** How long the last start command took that ended by itself, and what of it was waiting for other nodes to get as far. Milliseconds. */
  lastStart?: { readonly tookMs: number; readonly waitedMs: number };
  /** Ends when the command that runs now ends: one start script at a time. */
  lock: Promise<void>;
}

export const emptyDisk = (): Disk => ({
  images: new Set(),
  registry: 'empty',
  zookeeper: 'empty',
  starts: 0,
  cordoned: [],
});

export function createNode(parts: Omit<Node, 'durations' | 'log' | 'lock'>): Node {
  return { ...parts, durations: createDurations(parts.random), log: [], lock: Promise.resolve() };
}

export function faultOf(faults: Faults, { machine, identity }: Node) {
  const group = machine.tags[tagKeys.group] ?? '';
  return faults.nodeFault({ instanceId: machine.instanceId, role: identity.role, group });
}

/** How often a machine without a way out looks again whether there is one: the SSM agent backs off. */
const retryMs = 60_000;
const helloAttempts = 6;

/** @param register makes the agent known to SSM at `now` */
export async function boot(node: Node, faults: Faults, register: () => void): Promise<void> {
  const delay = faultOf(faults, node)?.bootDelaySeconds ?? 0;
  if (delay === 'never') return;
  await node.life.sleep(node.durations.boot() + delay * 1000);
  while (!node.machine.reachesInternet() || node.machine.roleName() === undefined) {
    node.log.push('the SSM agent reaches nothing: no way to the internet, or no role');
    await node.life.sleep(retryMs);
  }
  register();
  await node.life.sleep(node.durations.moment());
  await sayHello(node);
}

async function sayHello(node: Node): Promise<void> {
  for (let attempt = 1; attempt <= helloAttempts; attempt += 1) {
    const answer = await sendSignal(node, 'node-online');
    if (answer.ok) return;
    await node.life.sleep(attempt * 5000);
  }
}

export async function sendSignal(
  node: Node,
  kind: 'node-online' | 'node-started' | 'load-changed',
): Promise<AwsAnswer> {
  const { clusterId, signalsQueueUrl } = node.identity;
  const body = JSON.stringify({ kind, clusterId, instanceId: node.machine.instanceId });
  const answer = await node.aws.sendMessage(signalsQueueUrl, body);
  node.log.push(`${kind}: ${answer.ok ? 'sent' : `refused with ${answer.status} ${answer.body}`}`);
  return answer;
}
