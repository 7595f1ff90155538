/** The simulated nodes: machines that EC2 powers on and off, and the SSM agents on them. */
import type { Faults, Random, SimClock } from '../types.ts';
import { createConnections, createNodeAwsClient, type NodeAwsClient } from './aws-client.ts';
import { createLife } from './life.ts';
import { boot, createNode, type Disk, emptyDisk, type Node } from './node.ts';
import { runCommand, takesTurns } from './run.ts';
import type { NodeCredentials } from './signature.ts';
import { type Behaviours, createBehaviours } from './software/behaviours.ts';
import { createSoftware, type Software } from './software/cluster.ts';
import { startContainers } from './start/containers.ts';
import type { Machine, ManagedAgent, NodeCommand, NodeCommandResult, NodeSimulator } from './types.ts';
import { parseUserData } from './user-data.ts';

export interface NodesOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly faults: Faults;
  /** URL of the AWS endpoint, without a trailing slash. */
  readonly endpoint: () => string;
  readonly credentialsFor: (node: { readonly instanceId: string; readonly roleName: string }) => NodeCredentials;
}

export interface SimulatedNodes extends NodeSimulator {
  /** The powered-on node at a private address. */
  findByIp(ip: string): Node | undefined;
  /** The powered-on node that has a public address now. */
  findByPublicIp(ip: string): Node | undefined;
  /** By cluster id; one that no command has reached yet has none. */
  readonly clusters: ReadonlyMap<string, Software>;
  readonly nodes: ReadonlyMap<string, Node>;
  /** How simulated tasks behave. */
  readonly behaviours: Behaviours;
  /** Ends all lives and connections. */
  close(): void;
}

const heartbeatMs = 300_000;
/** How long SSM goes on listing a machine that was terminated. */
const remembranceMs = 3_600_000;

export function createSimulator(options: NodesOptions): SimulatedNodes {
  const { clock, faults } = options;
  const random = options.random.fork('nodes');
  const connections = createConnections();
  const nodes = new Map<string, Node>();
  const disks = new Map<string, Disk>();
  const agents = new Map<string, RegisteredAgent>();
  const clusters = new Map<string, Software>();
  const byIp = new Map<string, Node>();
  const behaviours = createBehaviours();

  const softwareOf = (clusterId: string): Software => {
    const known = clusters.get(clusterId);
    if (known) return known;
    const created = createSoftware({
      ...{ clusterId, clock, behaviours },
      random: random.fork(`cluster-${clusterId}`),
    });
    clusters.set(clusterId, created);
    return created;
  };

  const powerOn = (machine: Machine) => {
    const identity = parseUserData(machine.userData);
    // A machine of somebody else's boots, and that is all.
    if (!identity) return;
    const { instanceId } = machine;
    const disk = disks.get(instanceId) ?? emptyDisk();
    disks.set(instanceId, disk);
    const life = createLife(clock);
    const client = createClient(options, machine, identity.region, connections);
    const node = createNode({ machine, identity, life, disk, random: random.fork(instanceId), aws: client });
    nodes.set(instanceId, node);
    byIp.set(machine.privateIp, node);
    void startContainers(node, softwareOf);
    void boot(node, faults, () => {
      node.registeredAt = clock.now();
      agents.set(instanceId, new RegisteredAgent(clock, node));
    });
  };

  const powerOff = (instanceId: string, { discard }: { discard: boolean }) => {
    const node = nodes.get(instanceId);
    if (!node) return;
    nodes.delete(instanceId);
    if (byIp.get(node.machine.privateIp) === node) byIp.delete(node.machine.privateIp);
    if (discard) disks.delete(instanceId);
    node.life.end();
    clusters.get(node.identity.clusterId)?.leave(node);
    agents.get(instanceId)?.off(discard);
  };

  return {
    powerOn,
    powerOff,
    agents: () => [...agents.values()].filter((agent) => !agent.forgotten()),
    findAgent(instanceId) {
      const agent = agents.get(instanceId);
      return agent?.forgotten() ? undefined : agent;
    },
    run(instanceId, command, done) {
      const node = nodes.get(instanceId);
      return node ? runOn(node, command, done, (it) => runCommand({ clock, faults, softwareOf }, node, it)) : () => {};
    },
    findByIp: (ip) => byIp.get(ip),
    findByPublicIp: (ip) => [...nodes.values()].find(({ machine }) => machine.publicIp() === ip),
    clusters,
    nodes,
    behaviours,
    close() {
      for (const node of nodes.values()) node.life.end();
      connections.destroy();
    },
  };
}

class RegisteredAgent implements ManagedAgent {
  readonly instanceId: string;
  readonly privateIp: string;
  readonly roleName: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly registeredAt: number;
  private readonly clock: SimClock;
  private offAt: number | undefined;
  private discarded = false;

  constructor(clock: SimClock, { machine }: Node) {
    this.clock = clock;
    this.instanceId = machine.instanceId;
    this.privateIp = machine.privateIp;
    this.roleName = machine.roleName() ?? '';
    this.tags = machine.tags;
    this.registeredAt = clock.now();
  }

  machine(): 'on' | 'off' | 'discarded' {
    if (this.offAt === undefined) return 'on';
    return this.discarded ? 'discarded' : 'off';
  }

  lastPingAt(): number {
    const until = this.offAt ?? this.clock.now();
    return this.registeredAt + Math.floor((until - this.registeredAt) / heartbeatMs) * heartbeatMs;
  }

  off(discarded: boolean): void {
    this.offAt ??= this.clock.now();
    this.discarded = discarded;
  }

  forgotten(): boolean {
    return this.discarded && this.clock.now() - (this.offAt ?? 0) >= remembranceMs;
  }
}

/** One script after another; one that takes too long is killed, but what it started stays. */
function runOn(
  node: Node,
  command: NodeCommand,
  done: (result: NodeCommandResult) => void,
  script: (command: NodeCommand) => Promise<NodeCommandResult>,
): () => void {
  let over = false;
  const finish = (result: NodeCommandResult) => {
    if (over || node.life.over) return;
    over = true;
    cancelTimeout();
    done(result);
  };
  const cancelTimeout = node.life.after(command.timeoutSeconds * 1000, () =>
    finish({ status: 'TimedOut', exitCode: 137, stdout: '', stderr: '' }),
  );
  const act = async () => {
    if (!over) finish(await script(command));
  };
  const cancel = () => {
    over = true;
    cancelTimeout();
  };
  if (!takesTurns(command)) {
    void act();
    return cancel;
  }
  const turn = node.lock.then(act);
  // The lock is let go by whoever ends first: the script, or the agent that kills it.
  node.lock = Promise.race([
    turn,
    new Promise<void>((resolve) => node.life.after(command.timeoutSeconds * 1000, resolve)),
  ]);
  return cancel;
}

const refused = { ok: false, status: 0, body: 'the node has no role, or no way to the internet' };

/** A client that has the credentials of the machine's role at the moment of the call, and its way to the internet. */
function createClient(
  options: NodesOptions,
  machine: Machine,
  region: string,
  agent: ReturnType<typeof createConnections>,
): NodeAwsClient {
  const { clock, endpoint, credentialsFor } = options;
  const credentials = () => credentialsFor({ instanceId: machine.instanceId, roleName: machine.roleName() ?? '' });
  const client = createNodeAwsClient({ clock, region, endpoint, credentials, agent });
  const guarded =
    <A extends readonly unknown[]>(call: (...parameters: A) => Promise<typeof refused>) =>
    async (...parameters: A) =>
      machine.reachesInternet() && machine.roleName() !== undefined ? call(...parameters) : refused;
  return {
    sendMessage: guarded(client.sendMessage),
    getSecret: guarded(client.getSecret),
    associateAddress: guarded(client.associateAddress),
    describeAddress: guarded(client.describeAddress),
  };
}
