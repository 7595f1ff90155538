/** What tests and invariants look at. */
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import type { Caller } from '../types.ts';
import { publicIpOf } from './addresses.ts';
import { interruptSpot, terminate } from './lifecycle.ts';
import type { Instance, InstanceState } from './types.ts';
import type { World } from './world.ts';

export interface InspectedInstance {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly market: 'on-demand' | 'spot';
  readonly zone: string;
  readonly state: InstanceState;
  readonly privateIp: string;
  readonly publicIp?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly userData: string;
  readonly clientToken: string;
  readonly launchedAt: number;
  readonly launchedBy: Caller;
  readonly terminationAskedAt?: number;
  readonly terminatedAt?: number;
  readonly terminatedBy?: Caller;
}

export interface Ec2Inspect {
  /** Every instance that ever was, in order of launch. */
  instances(): readonly InspectedInstance[];
  /** Ids of all that still exists with this value of this tag, terminated instances left out. */
  leftovers(tagKey: string, tagValue: string): readonly string[];
  /** How many of each kind exist, tagged or not, terminated instances left out. */
  counts(): Readonly<Record<'instances' | CountedKind, number>>;
  /** Master instances of a cluster that are launched and not being terminated, by slot. */
  membersPerSlot(clusterId: string): ReadonlyMap<number, readonly string[]>;
  /** Instance that holds the elastic IP. */
  addressHolder(allocationId: string): string | undefined;
  addresses(): readonly {
    allocationId: string;
    publicIp: string;
    tags: Readonly<Record<string, string>>;
    holder?: string;
  }[];
  /** Ports of an instance that are open to networks, as `tcp 80`, sorted. */
  openPorts(instanceId: string): readonly string[];
  /** Ends an instance as if its hardware had failed. */
  kill(instanceId: string): void;
  /** Takes spot instances back, with two minutes' notice. @throws Error if one is no spot instance, or has ended */
  interruptSpot(instanceIds: readonly string[]): void;
}

const countedKinds = ['volumes', 'networkInterfaces', 'securityGroups', 'addresses', 'launchTemplates'] as const;
type CountedKind = (typeof countedKinds)[number];

const ec2Itself: Caller = { accessKeyId: '', kind: 'service', roleName: 'ec2', arn: 'arn:aws:iam::aws:service/ec2' };

export function createInspect(world: World): Ec2Inspect {
  const find = (id: string): Instance => {
    const instance = world.instances.get(id);
    if (!instance) throw new Error(`There is no instance ${id}`);
    return instance;
  };
  const holderOf = (allocationId: string) => {
    const held = world.addresses.get(allocationId)?.association;
    return held && world.networkInterfaces.get(held.networkInterfaceId)?.attachment?.instanceId;
  };
  return {
    instances: () => [...world.instances.values()].map((one) => inspected(world, one)),
    leftovers: (key, value) => leftovers(world, key, value),
    counts: () => ({
      instances: living(world).length,
      ...(Object.fromEntries(countedKinds.map((kind) => [kind, world[kind].size])) as Record<CountedKind, number>),
    }),
    membersPerSlot: (clusterId) => membersPerSlot(world, clusterId),
    addressHolder: holderOf,
    addresses: () =>
      [...world.addresses.values()].map((one) => {
        const holder = holderOf(one.id);
        return {
          allocationId: one.id,
          publicIp: one.publicIp,
          tags: Object.fromEntries(one.tags),
          ...(holder === undefined ? {} : { holder }),
        };
      }),
    openPorts: (id) =>
      find(id)
        .networkInterface.groups.flatMap(({ ingress }) => ingress.filter(({ peerKind }) => peerKind === 'cidr'))
        .map(({ protocol, from }) => `${protocol} ${from}`)
        .sort(),
    kill: (id) => terminate(world, find(id), ec2Itself),
    interruptSpot: (ids) => {
      for (const id of ids) interruptSpot(world, find(id), ec2Itself);
    },
  };
}

function membersPerSlot(world: World, clusterId: string): Map<number, string[]> {
  const masters = [...world.instances.values()].filter(
    ({ tags, state }) =>
      tags.get(tagKeys.clusterId) === clusterId &&
      tags.get(tagKeys.role) === 'master' &&
      state !== 'shutting-down' &&
      state !== 'terminated',
  );
  const bySlot = Map.groupBy(masters, ({ tags }) => Number(tags.get(tagKeys.slot)));
  return new Map([...bySlot].map(([slot, found]) => [slot, found.map(({ id }) => id)]));
}

function living(world: World): Instance[] {
  return [...world.instances.values()].filter((one) => one.state !== 'terminated');
}

function leftovers(world: World, key: string, value: string): string[] {
  return [...living(world), ...countedKinds.flatMap((kind) => [...world[kind].values()])]
    .filter((entity) => entity.tags.get(key) === value)
    .map((entity) => entity.id);
}

function inspected(world: World, one: Instance): InspectedInstance {
  const publicIp = one.state === 'terminated' ? undefined : publicIpOf(world, one.networkInterface);
  return {
    instanceId: one.id,
    instanceType: one.instanceType,
    market: one.market,
    zone: one.networkInterface.subnet.zone,
    state: one.state,
    privateIp: one.networkInterface.privateIp,
    ...(publicIp === undefined ? {} : { publicIp }),
    tags: Object.fromEntries(one.tags),
    userData: one.userData,
    clientToken: one.clientToken,
    launchedAt: one.createdAt,
    launchedBy: one.createdBy,
    ...(one.terminationAskedAt === undefined ? {} : { terminationAskedAt: one.terminationAskedAt }),
    ...(one.terminatedAt === undefined ? {} : { terminatedAt: one.terminatedAt }),
    ...(one.terminatedBy === undefined ? {} : { terminatedBy: one.terminatedBy }),
  };
}
