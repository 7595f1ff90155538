/** From a topology to the specification of one cluster. */
import { specifyAddOns } from '../add-on/specify.ts';
import type { TopologyNode } from '../deployment/deployment.ts';
import { fail } from '../tosca/fault.ts';
import { isOfType, type Node, type Topology } from '../tosca/topology.ts';
import type { ClusterSpec, GivenCredentials, NodeGroup, SlaveGroup } from './spec.ts';
import { type GroupContext, readLoadBalancers, readMasters, readSlaves } from './specification-group.ts';
import { readPlacement } from './specification-placement.ts';
import { countOf, flagOf, type SpecificationContext } from './specification-read.ts';
import { assignRoles, type Roles, typeNames } from './specification-roles.ts';
import { readCredentials, readRelease, readSettings, wantsGpu } from './specification-software.ts';

export { attributesOf } from './specification-attributes.ts';
export type { SpecificationContext } from './specification-read.ts';

/**
 * Checks that the topology is a cluster that can be built and says what it consists of. The specification holds no secret; the
 * passwords that were given, and the secrets of add-ons by the names that the specification uses, come apart.
 * @throws InvalidInput
 */
export function specifyCluster(
  topology: Topology,
  context: SpecificationContext,
): {
  readonly spec: ClusterSpec;
  readonly credentials: GivenCredentials;
  readonly addOnSecrets: Readonly<Record<string, string>>;
} {
  const notes = [...topology.notes];
  const specifying = { topology, context, notes };
  const roles = assignRoles(specifying);
  const gpuEnabled = asksForGpu(roles);
  const groups: GroupContext = { ...specifying, zones: readPlacement(specifying), taken: new Set() };
  const masters = readMasters(roles.master, groups);
  const loadBalancers = roles.loadBalancer && readLoadBalancers(roles.loadBalancer, groups);
  const slaves = roles.slaves.map((role) => readSlaves(role, roles.elastic.has(role.software.name), groups));
  refuseTooMany(slaves, context.maxSlaves);
  noteUnused(topology, notes);
  const release = readRelease(roles, gpuEnabled, specifying);
  const { addOns, secrets } = specifyAddOns(topology, {
    master: roles.master.software.name,
    slaves,
    ...(loadBalancers ? { loadBalancers } : {}),
    release,
    gpuEnabled,
    notes,
  });
  const spec: ClusterSpec = {
    name: clusterName(context.deploymentId),
    release,
    masters,
    ...(loadBalancers ? { loadBalancers } : {}),
    slaves,
    software: readSettings(roles, gpuEnabled, notes),
    addOns,
    notes: [...new Set(notes)],
  };
  return { spec, credentials: readCredentials(roles), addOnSecrets: secrets };
}

/** The topology as the API's resources show it. Compute nodes name the group whose instances they are. */
export function describeTopology(topology: Topology, groups: readonly NodeGroup[]): readonly TopologyNode[] {
  const names = new Map(groups.map((group) => [group.computeNode, group.name]));
  return [...topology.nodes.values()].map((node) => describeNode(node, names.get(node.name)));
}

function describeNode(node: Node, group: string | undefined): TopologyNode {
  return {
    name: node.name,
    type: node.type.name,
    ancestors: node.type.ancestors,
    count: isOfType(node, typeNames.compute) ? countOf(node) : 1,
    ...(group === undefined ? {} : { group }),
  };
}

function asksForGpu({ master, slaves }: Roles): boolean {
  return (
    flagOf(master.software.properties, 'enable_gpu_support') ||
    slaves.some(({ software, compute }) => wantsGpu(software, compute))
  );
}

/** Elastic groups count with the most that they may grow to. */
function refuseTooMany(slaves: readonly SlaveGroup[], maxSlaves: number): void {
  const total = slaves.reduce((sum, { count, bounds }) => sum + (bounds?.max ?? count), 0);
  if (total > maxSlaves)
    fail(['node_templates'], `the cluster has up to ${total} slaves; at most ${maxSlaves} are allowed here`);
}

function noteUnused(topology: Topology, notes: string[]): void {
  const used = new Set(
    [...topology.nodes.values()].flatMap(({ requirements }) => requirements.map(({ target }) => target)),
  );
  for (const node of topology.nodes.values()) {
    if (isOfType(node, typeNames.storage) && !used.has(node.name))
      notes.push(`node_templates.${node.name} is not made: no node attaches it`);
  }
}

function clusterName(deploymentId: string): string {
  return `mesoscale-${deploymentId}`
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 63);
}
