import type { ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import type { NodeRole } from '../contracts/cluster.ts';
import { tagKeys } from '../contracts/tags.ts';

export interface TagValues {
  readonly role?: NodeRole;
  readonly group?: string;
  readonly slot?: number;
  readonly launch?: string;
  readonly name?: string;
  /** The template's own; they never replace ours. */
  readonly own?: Readonly<Record<string, string>>;
}

export interface FilledTag {
  readonly Key: string;
  readonly Value: string;
}

/** Tags of one thing of a cluster. */
export function clusterTags(stack: string, clusterId: string, values: TagValues = {}): FilledTag[] {
  const { role, group, slot, launch, name } = values;
  const tags: Readonly<Record<string, string | undefined>> = {
    ...values.own,
    [tagKeys.name]: name ?? values.own?.[tagKeys.name] ?? `mesoscale-${clusterId}`,
    [tagKeys.stack]: stack,
    [tagKeys.clusterId]: clusterId,
    [tagKeys.role]: role,
    [tagKeys.group]: group,
    [tagKeys.slot]: slot?.toString(),
    [tagKeys.launch]: launch,
  };
  return Object.entries(tags).flatMap(([Key, Value]) => (Value === undefined ? [] : [{ Key, Value }]));
}

/** The same tags for each kind of thing that a call makes. */
export function tagSpecifications(types: readonly ResourceType[], Tags: Tag[]): TagSpecification[] {
  return types.map((ResourceType) => ({ ResourceType, Tags }));
}

/** Filters that find everything of the stack, or of one of its clusters. */
export function tagFilters(stack: string, clusterId?: string): { Name: string; Values: string[] }[] {
  const ofStack = { Name: `tag:${tagKeys.stack}`, Values: [stack] };
  return clusterId === undefined ? [ofStack] : [ofStack, { Name: `tag:${tagKeys.clusterId}`, Values: [clusterId] }];
}

export function tagOf(tags: readonly Tag[] | undefined, key: string): string | undefined {
  return tags?.find((tag) => tag.Key === key)?.Value;
}
