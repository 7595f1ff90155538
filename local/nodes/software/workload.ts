/** What runs on a cluster's agents, and what decides it: Mesos' allocator with its whitelists and maintenance, Marathon, Chronos. */
import type { Random, SimClock } from '../../types.ts';
import type { Agent, Agents } from './agents.ts';
import type { Behaviours } from './behaviours.ts';
import { type Chronos, createChronos } from './chronos/chronos.ts';
import { type Cordons, createCordons } from './cordons.ts';
import { createDemandWatch } from './demand-watch.ts';
import { createForeign, type Foreign } from './foreign.ts';
import { createMaintenance, type Maintenance } from './maintenance.ts';
import { createMarathon, type Marathon } from './marathon/marathon.ts';
import type { Masters } from './masters.ts';
import type { Member, Settings } from './member.ts';
import { createOffers } from './offers.ts';
import { softwareVersions } from './releases.ts';
import type { Framework } from './task.ts';
import { createTasks, type Tasks } from './tasks.ts';

export interface Workload {
  readonly tasks: Tasks;
  readonly cordons: Cordons;
  readonly maintenance: Maintenance;
  readonly marathon: Marathon;
  readonly chronos: Chronos;
  readonly foreign: Foreign;
  /** Resources may have come or gone. */
  wake(): void;
  /** ZooKeeper began anew: the schedulers know nothing any more. What runs goes on. */
  forget(): void;
  /** To be called when leaders may have changed. */
  update(): void;
}

export interface WorkloadParts {
  readonly clusterId: string;
  readonly clock: SimClock;
  readonly random: Random;
  readonly behaviours: Behaviours;
  readonly masters: Masters;
  readonly agents: Agents;
  readonly leaderOf: () => { readonly term: number; readonly member: Member } | undefined;
  /** A master tells the control plane of work that waits. */
  readonly tellOfDemand: () => void;
  /** Of the masters, while there is one. */
  readonly settings: () => Settings | undefined;
}

/** Mesos offers nothing of an agent that has less left. */
const leastCpus = 0.01;
const leastMem = 32;

export function createWorkload(parts: WorkloadParts): Workload {
  const { clusterId, clock, random, behaviours, masters, agents, leaderOf, settings } = parts;
  const wake = () => offers.wake();
  const tasks = createTasks({ clock, random: random.fork('tasks'), behaviours, freed: wake });
  const cordons = createCordons({ clock, random: random.fork('cordons') }, wake);
  const maintenance = createMaintenance();
  const isUsable = (agent: Agent, leader: Member) => {
    if (!agent.active || !cordons.offers(leader, agent.member.ip)) return false;
    const { cpus, mem } = tasks.free(agent);
    return cpus >= leastCpus || mem >= leastMem;
  };
  const usable = (): readonly Agent[] => {
    const leader = leaderOf()?.member;
    return leader ? agents.registered().filter((agent) => isUsable(agent, leader)) : [];
  };
  const watch = createDemandWatch({ clock, random: random.fork('demand-watch') }, parts.tellOfDemand);
  const offers = createOffers({ clock, random: random.fork('offers') }, usable, watch.look);
  const framework = (name: 'marathon' | 'chronos', isPartitionAware: () => boolean): Omit<Framework, 'updated'> => ({
    name,
    id: () => `${clusterId}-${name}`,
    host: () => masters[name].leader(),
    isActive: () => masters[name].leader() !== undefined && leaderOf() !== undefined,
    isPartitionAware,
  });
  const rules = () => {
    const known = settings();
    return { version: known?.version ?? softwareVersions.indigo_1, gpu: known?.gpu ?? false };
  };
  const common = { clock, tasks, offers };
  const marathon = createMarathon({
    ...common,
    random: random.fork('marathon'),
    framework: framework('marathon', () => rules().version.unreachable !== undefined),
    rules,
  });
  const chronos = createChronos({ ...common, framework: framework('chronos', () => false) });
  return {
    ...{ tasks, cordons, maintenance, marathon, chronos, wake },
    foreign: createForeign(clusterId, tasks),
    forget() {
      marathon.forget();
      chronos.forget();
    },
    update() {
      tasks.update(leaderOf()?.term);
      marathon.update();
      chronos.update();
    },
  };
}
