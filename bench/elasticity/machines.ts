/** The instances of the simulated cluster, with what runs on them, as far as the control plane can learn of it. */
import type { ActualCluster, ObservedCommand, ObservedInstance } from '../../lambdas/domain/cluster/actual.ts';
import type { NodeRecord } from '../../lambdas/domain/cluster/records.ts';
import { observed } from './cluster.ts';
import type { EventQueue } from './event-queue.ts';
import type { DrawStep, Way } from './ways.ts';
import type { World } from './world.ts';

export interface Machine {
  readonly node: NodeRecord;
  readonly token: string;
  state: ObservedInstance['state'];
  isOnline: boolean;
  /** Masters: its Mesos runs, and which agents it offers to nobody: by its whitelist, and as it has read that last. */
  isServing: boolean;
  written: ReadonlySet<string>;
  held: ReadonlySet<string>;
}

/** What can go wrong with a stop of an agent; by default it looks whether anything runs there. */
export interface Fidelity {
  /** Whether the command on the slave looks for tasks before it ends the agent. */
  readonly looksBeforeStop: boolean;
  /** Seconds between that look and the agent's end, at most. */
  readonly stopGapSeconds: number;
}

export interface MachinesDeps {
  readonly world: World;
  readonly queue: EventQueue;
  readonly draw: DrawStep;
  readonly way: (serial: number) => Way;
  /** @default as slaves */
  readonly masterWay?: (serial: number) => Way;
  readonly fidelity: Fidelity;
  /** Something of which the control plane is told, and a node's hello, whose way is part of the node's. */
  readonly signal: () => void;
  readonly hello: () => void;
}

export interface Machines {
  readonly all: ReadonlyMap<string, Machine>;
  leader(): Machine | undefined;
  /** Another master leads, if one can. */
  elect(): void;
  add(machine: Machine): void;
  /** @param serial whose way it takes */
  boot(node: NodeRecord, token: string, serial: number): void;
  /** Sends a command; what it does happens on the machine, later. @returns its id */
  start(instanceId: string, serial: number): string;
  cordon(instanceId: string, addresses: readonly string[]): string;
  stopAgent(instanceId: string): string;
  terminate(instanceId: string): void;
  /** It is gone at once, as if EC2 had taken it. */
  lose(instanceId: string): void;
  look(commandIds: readonly string[]): Pick<ActualCluster, 'instances' | 'commands' | 'onlineInstanceIds'>;
}

export function createMachines(deps: MachinesDeps): Machines {
  const all = new Map<string, Machine>();
  const commands = new Map<string, ObservedCommand>();
  const { world, queue, draw, signal } = deps;
  const wayOf = ({ role }: NodeRecord, serial: number): Way =>
    (role === 'master' ? deps.masterWay : undefined)?.(serial) ?? deps.way(serial);
  let leading: string | undefined;
  let sent = 0;

  const later = (seconds: number, act: () => void): void => queue.after(seconds, act);
  const isUp = (machine: Machine | undefined): machine is Machine => machine?.state === 'running';
  const leader = (): Machine | undefined => {
    const machine = leading === undefined ? undefined : all.get(leading);
    return isUp(machine) && machine.isServing ? machine : undefined;
  };
  const refreshOffers = (): void => {
    const held = leader()?.held;
    for (const { node } of all.values()) {
      // Nobody offers anything while nobody leads.
      if (node.role === 'slave')
        world.setOffered(node.instanceId, held !== undefined && !held.has(node.privateIp ?? ''));
    }
  };
  const elect = (): void => {
    const able = [...all.values()].filter((one) => one.node.role === 'master' && isUp(one) && one.isServing);
    const others = able.filter(({ node }) => node.instanceId !== leading);
    leading = (others[0] ?? able[0])?.node.instanceId;
    refreshOffers();
  };
  const send = (instanceId: string, run: (done: (failure?: string) => void) => void): string => {
    sent += 1;
    const commandId = `command-${sent}`;
    commands.set(commandId, { instanceId, commandId, status: 'in-progress' });
    const done = (failure?: string): void => {
      const outcome =
        failure === undefined ? { status: 'succeeded' as const } : { status: 'failed' as const, message: failure };
      commands.set(commandId, { instanceId, commandId, ...outcome });
      signal();
    };
    later(draw('delivery'), () => {
      if (isUp(all.get(instanceId))) run(done);
    });
    return commandId;
  };
  const vanish = (machine: Machine): void => {
    const { instanceId, role } = machine.node;
    if (role === 'slave') world.terminate(instanceId);
    machine.isServing = false;
    if (leading === instanceId) elect();
  };

  return {
    all,
    leader,
    elect,
    add: (machine) => {
      all.set(machine.node.instanceId, machine);
      if (machine.node.role === 'slave') refreshOffers();
    },
    boot: (node, token, serial) => {
      const { pending, boot, hello } = wayOf(node, serial);
      const machine: Machine = {
        node,
        token,
        state: 'pending',
        isOnline: false,
        isServing: false,
        written: new Set(),
        held: new Set(),
      };
      all.set(node.instanceId, machine);
      if (node.role === 'slave') world.launch(node.instanceId);
      later(pending, () => {
        if (machine.state === 'pending') machine.state = 'running';
      });
      later(pending + boot, () => {
        machine.isOnline = isUp(machine);
      });
      later(pending + boot + hello, deps.hello);
    },
    start: (instanceId, serial) =>
      send(instanceId, (done) => {
        const node = all.get(instanceId)?.node;
        if (node === undefined) return;
        const { start, registration } = wayOf(node, serial);
        later(start + registration, () => {
          const machine = all.get(instanceId);
          if (!isUp(machine)) return;
          if (machine.node.role === 'slave') world.register(instanceId);
          machine.isServing = true;
          if (leader() === undefined) elect();
          refreshOffers();
          done();
        });
      }),
    cordon: (instanceId, addresses) =>
      send(instanceId, (done) => {
        const machine = all.get(instanceId);
        if (machine === undefined) return;
        machine.written = new Set(addresses);
        later(draw('whitelist'), () => {
          machine.held = machine.written;
          refreshOffers();
        });
        later(draw('upkeep'), done);
      }),
    stopAgent: (instanceId) =>
      send(instanceId, (done) => {
        const busy = world.slaves.get(instanceId)?.tasks.size ?? 0;
        if (deps.fidelity.looksBeforeStop && busy > 0) return done(`the agent is busy: ${busy} tasks and executors`);
        later(draw('upkeep') * (deps.fidelity.stopGapSeconds / 2), () => {
          world.stopAgent(instanceId);
          done();
        });
      }),
    terminate: (instanceId) => {
      const machine = all.get(instanceId);
      if (machine === undefined || machine.state === 'shutting-down' || machine.state === 'terminated') return;
      machine.state = 'shutting-down';
      vanish(machine);
      later(draw('shutdown'), () => {
        machine.state = 'terminated';
        signal();
      });
    },
    lose: (instanceId) => {
      const machine = all.get(instanceId);
      if (machine === undefined) return;
      machine.state = 'terminated';
      vanish(machine);
      signal();
    },
    look: (commandIds) => {
      forgetTerminated(all);
      const list = [...all.values()];
      return {
        instances: list.map(({ node, state, token }) => observed(node, state, token)),
        commands: commandIds.flatMap((id) => commands.get(id) ?? []),
        onlineInstanceIds: list.filter(({ isOnline }) => isOnline).map(({ node }) => node.instanceId),
      };
    },
  };
}

/** Terminated ones stay visible for a while, which decides nothing: only the last few are kept. */
function forgetTerminated(all: Map<string, Machine>): void {
  const gone = [...all.values()].filter(({ state }) => state === 'terminated');
  for (const { node } of gone.slice(0, -5)) all.delete(node.instanceId);
}
