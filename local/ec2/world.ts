/** All that EC2 knows, and the rules by which its objects come to be and are found. */

import { type Bucket, createBucket } from '../bucket.ts';
import type { IamDirectory } from '../iam/types.ts';
import type { NodeSimulator } from '../nodes/types.ts';
import type { Caller, EventBus, Faults, Random, SimClock } from '../types.ts';
import type {
  Address,
  Ec2Limits,
  Entity,
  Instance,
  LaunchTemplate,
  NetworkInterface,
  RouteTable,
  SecurityGroup,
  Subnet,
  Volume,
  Vpc,
} from './types.ts';
import { fail } from './wire.ts';

export interface Ec2Options {
  readonly clock: SimClock;
  readonly random: Random;
  readonly faults: Faults;
  readonly bus: EventBus;
  readonly iam: IamDirectory;
  readonly nodes: () => NodeSimulator;
  readonly accountId: string;
  readonly region: string;
  readonly zones: readonly string[];
  /** @default 100 elastic IPs, 20,000 instances */
  readonly limits?: Partial<Ec2Limits>;
}

/** What a call with a client token asked for and got. */
export interface Replay {
  readonly request: string;
  readonly answer: () => unknown;
}

export interface World extends Ec2Options {
  readonly quotas: Ec2Limits;
  readonly vpcs: Map<string, Vpc>;
  readonly subnets: Map<string, Subnet>;
  readonly routeTables: Map<string, RouteTable>;
  readonly securityGroups: Map<string, SecurityGroup>;
  readonly networkInterfaces: Map<string, NetworkInterface>;
  readonly addresses: Map<string, Address>;
  readonly launchTemplates: Map<string, LaunchTemplate>;
  readonly volumes: Map<string, Volume>;
  readonly instances: Map<string, Instance>;
  /** By action and client token. */
  readonly replays: Map<string, Replay>;
  /** One token per instance launched, in one request or many. */
  readonly launchBucket: Bucket;
  /** Draws of delays. */
  readonly delays: Random;
  /** Draws of ids and addresses. */
  readonly names: Random;
}

export function createWorld(options: Ec2Options): World {
  return {
    ...options,
    quotas: { addresses: 100, instances: 20_000, ...options.limits },
    vpcs: new Map(),
    subnets: new Map(),
    routeTables: new Map(),
    securityGroups: new Map(),
    networkInterfaces: new Map(),
    addresses: new Map(),
    launchTemplates: new Map(),
    volumes: new Map(),
    instances: new Map(),
    replays: new Map(),
    launchBucket: createBucket(options.clock, 1000, 2),
    delays: options.random.fork('ec2-delays'),
    names: options.random.fork('ec2-names'),
  };
}

/** How late a new object of a kind is seen: the share of objects that are late at all, and the longest delay. */
const lateness = {
  /** Seen at once: addresses, and what the stack itself holds. */
  none: { share: 0, longestMs: 0 },
  configuration: { share: 0.1, longestMs: 1500 },
  instance: { share: 0.5, longestMs: 4000 },
} as const;

/** The part that all objects have in common. */
export function newEntity(
  world: World,
  prefix: string,
  by: Caller,
  tags: Map<string, string>,
  late: keyof typeof lateness = 'none',
): Entity {
  const createdAt = world.clock.now();
  const { share, longestMs } = lateness[late];
  const delay = share > 0 && world.delays.next() < share ? world.delays.between(100, longestMs) : 0;
  return { id: `${prefix}-${world.names.hex(17)}`, tags, createdAt, visibleAt: createdAt + delay, createdBy: by };
}

export function isVisible(world: World, entity: Entity): boolean {
  return entity.visibleAt <= world.clock.now();
}

/** Those of a kind that a call can see. */
export function visible<T extends Entity>(world: World, entities: ReadonlyMap<string, T>): T[] {
  return [...entities.values()].filter((entity) => isVisible(world, entity));
}

/** @throws AwsError with `code` if there is none that can be seen */
export function need<T extends Entity>(
  world: World,
  entities: ReadonlyMap<string, T>,
  id: string,
  code: string,
  noun: string,
): T {
  const entity = entities.get(id);
  if (!entity || !isVisible(world, entity)) fail(code, `The ${noun} '${id}' does not exist`);
  return entity;
}

/** Answers a repeated call with the same client token as the first time. @throws AwsError IdempotentParameterMismatch */
export function once<T>(
  world: World,
  action: string,
  token: string | undefined,
  request: unknown,
  make: () => () => T,
): T {
  if (token === undefined) return make()();
  if (token.length > 64) fail('InvalidParameterValue', 'The client token may have at most 64 characters');
  const key = `${action}/${token}`;
  const text = JSON.stringify(request);
  const earlier = world.replays.get(key);
  if (!earlier) {
    const answer = make();
    world.replays.set(key, { request: text, answer });
    return answer();
  }
  if (earlier.request !== text) {
    fail(
      'IdempotentParameterMismatch',
      `Arguments on this idempotent request are inconsistent with arguments used in previous request(s) (client token ${token})`,
    );
  }
  return earlier.answer() as T;
}

export function arnOf(world: World, type: string, id: string): string {
  return `arn:aws:ec2:${world.region}:${world.accountId}:${type}/${id}`;
}
