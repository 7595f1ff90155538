/** What the tests of scaling share: a cluster of which everything is known, and what waits on it. */
import type { Snapshot, WaitingTasks } from '../../../lambdas/contracts/gateway.ts';
import type { ClusterRecord, NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import type { SlaveGroup } from '../../../lambdas/domain/cluster/spec.ts';
import { scale } from '../../../lambdas/domain/scaling/scale.ts';
import type { GroupScaling, Resources, ScalingLook } from '../../../lambdas/domain/scaling/scaling.ts';
import { at, desired, group, healthySnapshot, node, record, rules, spec } from '../../support/clusters.ts';

export const amounts = (cpus: number, mem = 100, disk = 0, gpus = 0): Resources => ({ cpus, mem, disk, gpus });

/** What slaves of the tests report to offer; as the type is known by it, so do fresh ones. */
export const offer = amounts(4, 8000, 20_000);

let serial = 0;
export function waiting(overrides: Partial<WaitingTasks> = {}): WaitingTasks {
  serial += 1;
  return {
    scheduler: 'marathon',
    id: `/app-${serial}`,
    count: 1,
    need: amounts(1),
    backOffSeconds: 0,
    constraints: [],
    hostPorts: [],
    hosts: [],
    resident: false,
    reasons: [],
    ...overrides,
  };
}

export function elasticGroup(overrides: Partial<SlaveGroup> = {}): SlaveGroup {
  return {
    ...group({ name: 'slaves', role: 'slave', count: 0, instanceTypes: ['m6i.xlarge'] }),
    role: 'slave',
    bounds: { min: 0, max: 100 },
    ...overrides,
  };
}

/** What the cluster remembers of a group in which so many have been wanted for long. */
export function remembered(wanted: number, overrides: Partial<GroupScaling> = {}): GroupScaling {
  return { wanted, level: wanted, asked: 0, peaks: [], offers: { 'm6i.xlarge': offer }, ...overrides };
}

/** A slave, and what of `offer` its agent has given away; absent: the master does not tell of it. */
export interface Slave {
  readonly node: NodeRecord;
  readonly used?: Resources;
  readonly reserved?: Resources;
  readonly tasks?: number;
}

export function slave(used: Resources | undefined, overrides: Partial<NodeRecord> = {}): Slave {
  serial += 1;
  const privateIp = `10.1.${Math.floor(serial / 250) % 250}.${(serial % 250) + 1}`;
  return {
    node: node({
      group: 'slaves',
      role: 'slave',
      ordinal: serial,
      instanceType: 'm6i.xlarge',
      privateIp,
      ...overrides,
    }),
    ...(used ? { used } : {}),
  };
}
export const idle = (overrides: Partial<NodeRecord> = {}): Slave => slave(amounts(0, 0), overrides);
export const booting = (overrides: Partial<NodeRecord> = {}): Slave =>
  slave(undefined, { status: 'launched', ...overrides });

export interface World {
  readonly groups?: readonly SlaveGroup[];
  /** By group name. @default the only group wants as many as it has */
  readonly state?: Readonly<Record<string, GroupScaling>>;
  readonly slaves?: readonly Slave[];
  readonly demand?: readonly WaitingTasks[];
  readonly changes?: Partial<ClusterRecord>;
  readonly snapshot?: Partial<Snapshot>;
  readonly seconds?: number;
  readonly rules?: Partial<ScalingLook['rules']>;
}

const masters = [1, 2, 3].map((ordinal) => node({ group: 'masters', role: 'master', ordinal }));

export function lookAt(world: World): ScalingLook {
  const { groups = [elasticGroup()], slaves = [], demand = [], seconds = 1000 } = world;
  const { state = { slaves: remembered(slaves.length) } } = world;
  const plain = spec({ slaves: 0 });
  const nodes = [...masters, ...slaves.map((each) => each.node)];
  return {
    record: record({
      desired: desired({ spec: { ...plain, slaves: groups } }),
      progress: { launchSeq: 0, failures: {}, completedAt: at(0).toISOString(), scaling: state },
      ...world.changes,
    }),
    nodes,
    snapshot: { ...healthySnapshot(masters), agents: slaves.flatMap(agentOf), demand: [...demand], ...world.snapshot },
    now: at(seconds),
    rules: { ...rules, ...world.rules },
  };
}

function agentOf({ node: { instanceId, privateIp = '' }, used, reserved = amounts(0, 0), tasks = 0 }: Slave) {
  return used ? [{ id: instanceId, ip: privateIp, active: true, total: offer, used, reserved, tasks }] : [];
}

export const conclude = (world: World) => scale(lookAt(world));

/** How many slaves of the only group are wanted. */
export const wantedIn = (world: World): number | undefined => conclude(world).groups.slaves?.wanted;
