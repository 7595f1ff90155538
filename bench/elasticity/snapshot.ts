/** What the gateway would report of the simulated cluster's software: the truth of this moment. */
import type { Snapshot, WaitingTasks } from '../../lambdas/contracts/gateway.ts';
import type { Machine, Machines } from './machines.ts';
import { slaveOffer } from './workload.ts';
import type { Slave, World } from './world.ts';

const none = { cpus: 0, mem: 0, disk: 0, gpus: 0 } as const;
const disk = 20_000;

export function snapshotOf({ all, leader }: Machines, world: World): Snapshot {
  const leading = leader();
  const masters = [...all.values()].filter(({ node, state }) => node.role === 'master' && state === 'running');
  const agents = leading === undefined ? [] : [...all.values()].flatMap((machine) => agentOf(machine, world));
  return {
    masters: masters.map(({ node, isServing }) => ({
      ip: node.privateIp ?? '',
      healthy: isServing,
      elected: node.instanceId === leading?.node.instanceId,
      marathon: isServing,
      chronos: isServing,
    })),
    loadBalancers: [],
    ...(leading?.node.privateIp === undefined ? {} : { leader: leading.node.privateIp }),
    agents,
    demand: world.waiting().map(waitingTasks),
  };
}

function agentOf({ node }: Machine, world: World): readonly Snapshot['agents'][number][] {
  const slave = world.slaves.get(node.instanceId);
  if (slave === undefined || !slave.isRegistered) return [];
  const total = { ...none, ...slaveOffer, disk };
  return [
    {
      id: node.instanceId,
      ip: node.privateIp ?? '',
      active: true,
      total,
      used: usedOf(slave),
      reserved: none,
      tasks: slave.tasks.size,
    },
  ];
}

/** An empty slave's sums are exactly nothing, whatever additions and subtractions have made of them. */
function usedOf({ tasks, free }: Slave): Snapshot['agents'][number]['used'] {
  if (tasks.size === 0) return none;
  return { ...none, cpus: slaveOffer.cpus - free.cpus, mem: slaveOffer.mem - free.mem };
}

function waitingTasks({ need, count }: ReturnType<World['waiting']>[number]): WaitingTasks {
  return {
    scheduler: 'marathon',
    id: `/load/${need.cpus}-${need.mem}`,
    count,
    need: { ...none, ...need },
    backOffSeconds: 0,
    constraints: [],
    hostPorts: [],
    hosts: [],
    resident: false,
    reasons: [],
  };
}
