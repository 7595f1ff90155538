/** Builders of cluster records and observations for tests. */
import type { ControlRules } from '../../lambdas/contracts/functions.ts';
import type { Snapshot } from '../../lambdas/contracts/gateway.ts';
import type { ActualCluster, ObservedInstance } from '../../lambdas/domain/cluster/actual.ts';
import type { DecideInput } from '../../lambdas/domain/cluster/decide.ts';
import type { ClusterRecord, DesiredCluster, Foundation, NodeRecord } from '../../lambdas/domain/cluster/records.ts';
import type { ClusterSpec, NodeGroup, SlaveGroup } from '../../lambdas/domain/cluster/spec.ts';

export const clusterId = '0197a000-0000-7000-8000-000000000001';
export const start = new Date('2026-03-01T09:00:00.000Z');
export const zones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];

export function at(seconds: number): Date {
  return new Date(start.getTime() + seconds * 1000);
}

export const rules: ControlRules = {
  maxSlavesPerCluster: 5000,
  bootTimeoutSeconds: 420,
  startTimeoutSeconds: 900,
  startAttempts: 2,
  maxReplacements: 3,
  capacityHoldSeconds: 180,
  deploymentTimeoutSeconds: 3600,
  launchBatch: 500,
  resyncSeconds: 900,
  targetAllocation: 1,
  spareSlaves: 0,
  scaleInSeconds: 300,
};

export const subnets = { public: zones.map((zone) => ({ id: `subnet-${zone}`, zone })), private: [] };

export function group(overrides: Partial<NodeGroup> & Pick<NodeGroup, 'name' | 'role' | 'count'>): NodeGroup {
  return {
    computeNode: `${overrides.name}_server`,
    softwareNode: overrides.name,
    instanceTypes: ['m6i.large', 'm5.large'],
    rootDiskGiB: 30,
    volumes: [],
    public: true,
    openPorts: [],
    preemptible: false,
    tags: {},
    ...overrides,
  };
}

export function spec(counts: { masters?: number; slaves?: number; loadBalancers?: number } = {}): ClusterSpec {
  const { masters = 3, slaves = 2, loadBalancers = 2 } = counts;
  return {
    name: 'demo',
    release: 'indigo_1',
    masters: group({ name: 'masters', role: 'master', count: masters }),
    ...(loadBalancers > 0
      ? { loadBalancers: group({ name: 'balancers', role: 'load-balancer', count: loadBalancers }) }
      : {}),
    slaves: slaves > 0 ? [group({ name: 'slaves', role: 'slave', count: slaves }) as SlaveGroup] : [],
    software: {
      mesosUsername: 'admin',
      mesosAuthenticateHttp: true,
      marathonUsername: 'admin',
      marathonTls: true,
      chronosEnabled: true,
      chronosUsername: 'admin',
      chronosTls: true,
      consulEnabled: true,
      gpuEnabled: false,
    },
    notes: [],
  };
}

export function foundation(of: ClusterSpec = spec()): Foundation {
  return {
    securityGroupId: 'sg-1',
    publicSecurityGroupIds: {},
    masterInterfaces: Array.from({ length: of.masters.count }, (_, index) => ({
      slot: index + 1,
      networkInterfaceId: `eni-${index + 1}`,
      privateIp: `10.0.${index}.10`,
      zone: zones[index % 3]!,
      subnetId: `subnet-${zones[index % 3]}`,
    })),
    ...(of.loadBalancers ? { virtualAddress: { allocationId: 'eipalloc-1', publicIp: '203.0.113.1' } } : {}),
    secretId: `mesoscale/${clusterId}`,
    instanceProfiles: { master: 'm', slave: 's', 'load-balancer': 'l' },
    launchTemplates: Object.fromEntries(of.slaves.map(({ name }) => [name, { id: `lt-${name}`, version: '1' }])),
  };
}

export function desired(overrides: Partial<DesiredCluster> = {}): DesiredCluster {
  return {
    clusterId,
    presence: 'present',
    forget: false,
    generation: 1,
    spec: spec(),
    createdAt: start.toISOString(),
    deadlineAt: at(3600).toISOString(),
    keepLastAttempt: false,
    ...overrides,
  };
}

export function record(overrides: Partial<ClusterRecord> = {}): ClusterRecord {
  const wanted = overrides.desired ?? desired();
  return {
    desired: wanted,
    revision: 1,
    signalSeq: 1,
    endedRun: 0,
    foundation: foundation(wanted.spec),
    launches: [],
    unavailable: {},
    progress: { launchSeq: 0, failures: {} },
    ...overrides,
  };
}

/** A record without foundation: nothing was made yet. */
export function freshRecord(overrides: Partial<ClusterRecord> = {}): ClusterRecord {
  const { foundation: _, ...rest } = record(overrides);
  return rest;
}

let serial = 0;
export function node(overrides: Partial<NodeRecord> & Pick<NodeRecord, 'group' | 'role' | 'ordinal'>): NodeRecord {
  serial += 1;
  return {
    instanceId: `i-${String(serial).padStart(17, '0')}`,
    status: 'ready',
    instanceType: 'm6i.large',
    zone: zones[(overrides.ordinal - 1) % 3]!,
    market: 'on-demand',
    launchedAt: start.toISOString(),
    startAttempts: 0,
    privateIp: overrides.role === 'master' ? `10.0.${overrides.ordinal - 1}.10` : `10.0.9.${(serial % 250) + 1}`,
    ...overrides,
  };
}

/** Ready nodes for a whole specification. */
export function readyNodes(of: ClusterSpec = spec()): NodeRecord[] {
  const groups = [of.masters, ...(of.loadBalancers ? [of.loadBalancers] : []), ...of.slaves];
  const nodes = groups.flatMap(({ name, role, count }) =>
    Array.from({ length: count }, (_, index) =>
      node({ group: name, role, ordinal: index + 1, readyAt: start.toISOString() }),
    ),
  );
  const peers = nodes.filter(({ role }) => role === 'load-balancer').flatMap(({ privateIp }) => privateIp ?? []);
  return nodes.map((each) => (each.role === 'load-balancer' ? { ...each, peers: peers.sort().join(',') } : each));
}

export function instanceOf(of: NodeRecord, state: ObservedInstance['state'] = 'running'): ObservedInstance {
  const { instanceId, role, group: name, ordinal, instanceType, zone, market, launchedAt, privateIp, publicIp } = of;
  return {
    instanceId,
    state,
    role,
    group: name,
    ...(role === 'slave' ? {} : { slot: ordinal }),
    launchToken: `token-${instanceId}`,
    instanceType,
    zone,
    market,
    launchTime: launchedAt,
    ...(privateIp === undefined ? {} : { privateIp }),
    ...(publicIp === undefined ? {} : { publicIp }),
  };
}

export function healthySnapshot(nodes: readonly NodeRecord[]): Snapshot {
  const masters = nodes.filter(({ role }) => role === 'master');
  const resources = { cpus: 2, mem: 4096, disk: 10_000, gpus: 0 };
  return {
    masters: masters.map(({ privateIp, ordinal }) => ({
      ip: privateIp!,
      healthy: true,
      elected: ordinal === 1,
      marathon: true,
      chronos: true,
    })),
    loadBalancers: nodes
      .filter(({ role }) => role === 'load-balancer')
      .map(({ privateIp }) => ({ ip: privateIp!, healthy: true })),
    ...(masters[0] ? { leader: masters[0].privateIp! } : {}),
    agents: nodes
      .filter(({ role }) => role === 'slave')
      .map(({ instanceId, privateIp }) => ({
        id: instanceId,
        ip: privateIp!,
        active: true,
        total: resources,
        used: { cpus: 0, mem: 0, disk: 0, gpus: 0 },
        reserved: { cpus: 0, mem: 0, disk: 0, gpus: 0 },
        tasks: 0,
      })),
  };
}

/** Everything as it should be for these nodes. */
export function healthy(nodes: readonly NodeRecord[], overrides: Partial<ActualCluster> = {}): ActualCluster {
  const holder = nodes.find(({ role }) => role === 'load-balancer')?.instanceId;
  return {
    instances: nodes.map((each) => instanceOf(each)),
    onlineInstanceIds: [],
    commands: [],
    snapshot: healthySnapshot(nodes),
    ...(holder === undefined ? {} : { addressHolder: holder }),
    ...overrides,
  };
}

export const emptyCloud: ActualCluster = { instances: [], onlineInstanceIds: [], commands: [] };

export function input(overrides: Partial<DecideInput> = {}): DecideInput {
  return {
    record: record(),
    nodes: [],
    status: 'CREATE_IN_PROGRESS',
    actual: emptyCloud,
    results: [],
    now: at(10),
    rules,
    subnets,
    ...overrides,
  };
}
