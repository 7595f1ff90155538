/** What an update changes of a running cluster, and what of it cannot be done without another cluster. Pure. */
import type { NodeRecord } from './records.ts';
import { isOutdated } from './shape.ts';
import type { ClusterSpec, NodeGroup, SlaveGroup, SoftwareSettings } from './spec.ts';
import { isLive } from './track-nodes.ts';

export interface Running {
  readonly spec: ClusterSpec;
  readonly nodes: readonly NodeRecord[];
}
export interface Wanted {
  readonly spec: ClusterSpec;
  /** Ids of instances whose removal is asked for. */
  readonly removals: readonly string[];
}
export interface ClusterChange {
  /** What cannot be changed, each with what it is and what was asked; empty: all of it can. */
  readonly refusals: readonly string[];
  /** What will change, in words for the log. */
  readonly changes: readonly string[];
}

export function describeChange(running: Running, wanted: Wanted): ClusterChange {
  const { spec: before } = running;
  const { spec: after } = wanted;
  return {
    refusals: [...refuseSettings(before, after), ...refuseMasters(running, wanted), ...refuseRenames(before, after)],
    changes: [
      ...changesOf(before.masters, after.masters),
      ...changesOfBalancers(before, after),
      ...changesOfSlaves(before, after),
      ...changesOfAddOns(before, after),
      ...namedRemovals(running, wanted),
    ],
  };
}

const fixedSettings: Readonly<Record<keyof SoftwareSettings, string>> = {
  mesosUsername: 'mesos_username',
  mesosAuthenticateHttp: 'mesos_authenticate_http',
  marathonUsername: 'marathon_username',
  marathonTls: 'marathon_enable_ssl',
  chronosEnabled: 'enable_chronos',
  chronosUsername: 'chronos_username',
  chronosTls: 'chronos_enable_ssl',
  consulEnabled: 'enable_consul_sd',
  gpuEnabled: 'the use of GPUs',
};

/** Every node is started with them, and most are known to each other by them. */
function refuseSettings(before: ClusterSpec, after: ClusterSpec): readonly string[] {
  const settings = Object.entries(fixedSettings) as readonly [keyof SoftwareSettings, string][];
  return [
    ...refusal('the release', before.release, after.release),
    ...settings.flatMap(([key, name]) => refusal(name, before.software[key], after.software[key])),
  ];
}

/** A master's address and zone are in every peer's list; one that is alone cannot be replaced without losing what it knows. */
function refuseMasters({ spec: before, nodes }: Running, { spec: after, removals }: Wanted): readonly string[] {
  const [was, is] = [before.masters, after.masters];
  const own = nodes.filter((node) => node.group === was.name && isLive(node));
  const leaving = own.some((node) => isOutdated(node, is) || removals.includes(node.instanceId));
  return [
    ...refusal("the masters' Compute node", was.computeNode, is.computeNode),
    ...refusal('the number of masters', was.count, is.count),
    ...refusal("the masters' network", networkOf(was), networkOf(is)),
    ...refusal("the masters' zones", zonesOf(was), zonesOf(is)),
    ...(is.count === 1 && was.name === is.name && leaving
      ? ['the only master cannot be replaced, as its new size, disk or image asks for: what it holds would be lost']
      : []),
  ];
}

/** Nodes belong to their Compute node by the name of their group. */
function refuseRenames(before: ClusterSpec, after: ClusterSpec): readonly string[] {
  const was = before.loadBalancers;
  const is = after.loadBalancers;
  const known = new Map(before.slaves.map((group) => [group.name, group.computeNode]));
  return [
    ...(was && is ? refusal("the load balancers' Compute node", was.computeNode, is.computeNode) : []),
    ...after.slaves.flatMap(({ name, computeNode }) =>
      refusal(`the Compute node of the slaves called ${name}`, known.get(name) ?? computeNode, computeNode),
    ),
  ];
}

function refusal(what: string, was: string | number | boolean, is: string | number | boolean): readonly string[] {
  return was === is ? [] : [`${what} cannot be changed from ${was} to ${is}`];
}

const networkOf = (group: NodeGroup): string => (group.public ? 'PUBLIC' : 'PRIVATE');
const zonesOf = ({ zones }: NodeGroup): string => zones?.toSorted().join(', ') ?? 'any';

function changesOfBalancers({ loadBalancers: was }: ClusterSpec, { loadBalancers: is }: ClusterSpec): string[] {
  if (was && is) return changesOf(was, is);
  if (is) return [`load balancers: 0 → ${is.count}`];
  return was ? [`load balancers: ${was.count} → 0`] : [];
}

function changesOfSlaves(before: ClusterSpec, after: ClusterSpec): readonly string[] {
  const was = new Map(before.slaves.map((group) => [group.name, group]));
  const is = new Map(after.slaves.map((group) => [group.name, group]));
  return [
    ...[...was.values()]
      .filter(({ name }) => !is.has(name))
      .map(({ name, count }) => `slaves of ${name}: ${count} → 0`),
    ...[...is.values()].flatMap((group) => {
      const known = was.get(group.name);
      return known
        ? [...changesOf(known, group), ...changed(`bounds of ${group.name}`, boundsOf(known), boundsOf(group))]
        : [`slaves of ${group.name}: 0 → ${group.count}`];
    }),
  ];
}

const boundsOf = ({ bounds }: SlaveGroup): string => (bounds ? `${bounds.min} to ${bounds.max}` : 'none');

function changesOf(was: NodeGroup, is: NodeGroup): string[] {
  const { name } = is;
  const nouns = { master: 'masters', 'load-balancer': 'load balancers', slave: 'slaves' };
  const disk = ({ rootDiskGiB }: NodeGroup): string => `${rootDiskGiB} GiB`;
  return [
    ...changed(`${nouns[is.role]} of ${name}`, was.count, is.count),
    ...changed(`instance types of ${name}`, was.instanceTypes.join(', '), is.instanceTypes.join(', ')),
    ...changed(`image of ${name}`, was.imageId ?? "the stack's", is.imageId ?? "the stack's"),
    ...changed(`root disk of ${name}`, disk(was), disk(is)),
    ...changed(`volumes of ${name}`, volumesOf(was), volumesOf(is)),
    ...changed(`network of ${name}`, networkOf(was), networkOf(is)),
    ...changed(`zones of ${name}`, zonesOf(was), zonesOf(is)),
    ...changed(`market of ${name}`, marketOf(was), marketOf(is)),
    ...changed(`open ports of ${name}`, portsOf(was), portsOf(is)),
    ...(changed('tags', tagsOf(was), tagsOf(is)).length > 0 ? [`tags of ${name}: new ones on new nodes only`] : []),
  ];
}

function changed(what: string, was: string | number, is: string | number): readonly string[] {
  return was === is ? [] : [`${what}: ${was} → ${is}`];
}

const orNone = (parts: readonly string[]): string => parts.join(', ') || 'none';
const marketOf = ({ preemptible }: NodeGroup): string => (preemptible ? 'spot' : 'on demand');
const volumesOf = ({ volumes }: NodeGroup): string =>
  orNone(
    volumes.map(({ sizeGiB, location, type, snapshotId }) =>
      [`${sizeGiB} GiB`, type, `at ${location}`, snapshotId && `from ${snapshotId}`].filter(Boolean).join(' '),
    ),
  );
const portsOf = ({ openPorts }: NodeGroup): string =>
  orNone(
    openPorts.map(({ protocol, from, to, cidr }) => `${protocol} ${from === to ? from : `${from}-${to}`} from ${cidr}`),
  );
const tagsOf = ({ tags }: NodeGroup): string => JSON.stringify(Object.entries(tags).sort());

/** Which of an add-on's properties changed is not told: expressions say nothing to a person. */
function changesOfAddOns({ addOns: was = [] }: ClusterSpec, { addOns: is = [] }: ClusterSpec): readonly string[] {
  const names = (addOns: typeof was): ReadonlySet<string> => new Set(addOns.map(({ name }) => name));
  return [
    ...was.filter(({ name }) => !names(is).has(name)).map(({ name }) => `${name} is taken off the cluster`),
    ...is.filter(({ name }) => !names(was).has(name)).map(({ name }) => `${name} is put on the cluster`),
  ];
}

function namedRemovals({ nodes }: Running, { removals }: Wanted): readonly string[] {
  return nodes
    .filter(({ instanceId }) => removals.includes(instanceId))
    .map(({ group, ordinal, instanceId }) => `${group} ${ordinal} (${instanceId}) is removed`);
}
