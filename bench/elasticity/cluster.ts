/** The records of the simulated cluster as they are when it has just been complete: masters, and the fewest slaves. */
import type { ControlRules } from '../../lambdas/contracts/functions.ts';
import type { ObservedInstance } from '../../lambdas/domain/cluster/actual.ts';
import type { Subnets } from '../../lambdas/domain/cluster/offerings.ts';
import type { ClusterRecord, Foundation, NodeRecord } from '../../lambdas/domain/cluster/records.ts';
import type { ClusterSpec, NodeGroup } from '../../lambdas/domain/cluster/spec.ts';

const clusterId = '0197a000-0000-7000-8000-000000000001';
export const slaveGroup = 'slaves';
const masterGroup = 'masters';
const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c'] as const;
export const subnets: Subnets = { public: zones.map((zone) => ({ id: `subnet-${zone}`, zone })), private: [] };

/** The stack's defaults; a test compares them with `constructs/config.ts`, which would bring all of the CDK with it. */
export const defaultRules: ControlRules = {
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

/** Simulated seconds are seconds after this. */
const epoch = Date.UTC(2026, 0, 1);
export const dateOf = (seconds: number): Date => new Date(epoch + Math.round(seconds * 1000));
export const timestampOf = (seconds: number): string => dateOf(seconds).toISOString();

function group(name: string, role: NodeGroup['role'], count: number, instanceType: string): NodeGroup {
  return {
    name,
    role,
    count,
    computeNode: `${name}_server`,
    softwareNode: name,
    instanceTypes: [instanceType],
    rootDiskGiB: 30,
    volumes: [],
    public: true,
    openPorts: [],
    preemptible: false,
    tags: {},
  };
}

export interface Size {
  readonly masters: number;
  readonly bounds: { readonly min: number; readonly max: number };
}

function specOf({ masters, bounds }: Size): ClusterSpec {
  return {
    name: 'simulated',
    release: 'indigo_1',
    masters: group(masterGroup, 'master', masters, 'm6i.large'),
    slaves: [{ ...group(slaveGroup, 'slave', bounds.min, 'm6i.xlarge'), role: 'slave', bounds }],
    software: {
      mesosUsername: 'admin',
      mesosAuthenticateHttp: true,
      marathonUsername: 'admin',
      marathonTls: true,
      chronosEnabled: false,
      chronosUsername: 'admin',
      chronosTls: true,
      consulEnabled: true,
      gpuEnabled: false,
    },
    notes: [],
  };
}

const masterAddress = (slot: number): string => `10.0.${slot - 1}.10`;
const zoneOf = (ordinal: number): string => zones[(ordinal - 1) % zones.length] as string;

function foundationOf({ masters }: Size): Foundation {
  return {
    securityGroupId: 'sg-1',
    publicSecurityGroupIds: {},
    masterInterfaces: Array.from({ length: masters }, (_, index) => ({
      slot: index + 1,
      networkInterfaceId: `eni-${index + 1}`,
      privateIp: masterAddress(index + 1),
      zone: zoneOf(index + 1),
      subnetId: `subnet-${zoneOf(index + 1)}`,
    })),
    secretId: `mesoscale/${clusterId}`,
    instanceProfiles: { master: 'm', slave: 's', 'load-balancer': 'l' },
    launchTemplates: { [slaveGroup]: { id: 'lt-1', version: '1' } },
  };
}

export function recordOf(size: Size): ClusterRecord {
  const foundation = foundationOf(size);
  return {
    desired: {
      clusterId,
      presence: 'present',
      forget: false,
      generation: 1,
      spec: specOf(size),
      createdAt: timestampOf(-1800),
      deadlineAt: timestampOf(1800),
      keepLastAttempt: false,
    },
    revision: 1,
    signalSeq: 1,
    endedRun: 0,
    foundation,
    launches: [],
    unavailable: {},
    progress: {
      launchSeq: 0,
      failures: {},
      completedAt: timestampOf(-900),
      masterZones: foundation.masterInterfaces.map(({ zone }) => zone),
    },
  };
}

/** A node of before the simulation began, which serves. */
export function readyNode(
  role: 'master' | 'slave',
  ordinal: number,
  instanceId: string,
  privateIp: string,
): NodeRecord {
  return {
    instanceId,
    group: role === 'master' ? masterGroup : slaveGroup,
    role,
    ordinal,
    status: 'ready',
    instanceType: role === 'master' ? 'm6i.large' : 'm6i.xlarge',
    zone: zoneOf(ordinal),
    market: 'on-demand',
    launchedAt: timestampOf(-1800),
    onlineAt: timestampOf(-1200),
    readyAt: timestampOf(-1000),
    startAttempts: 0,
    privateIp,
  };
}

export function readyMasters({ masters }: Size): readonly NodeRecord[] {
  return Array.from({ length: masters }, (_, index) =>
    readyNode('master', index + 1, `i-master-${index + 1}`, masterAddress(index + 1)),
  );
}

/** As EC2 shows it. */
export function observed(node: NodeRecord, state: ObservedInstance['state'], launchToken: string): ObservedInstance {
  const { instanceId, role, group: name, instanceType, zone, market, launchedAt, privateIp } = node;
  return {
    instanceId,
    state,
    role,
    group: name,
    launchToken,
    instanceType,
    zone,
    market,
    launchTime: launchedAt,
    ...(role === 'slave' ? {} : { slot: node.ordinal }),
    ...(privateIp === undefined ? {} : { privateIp }),
  };
}
