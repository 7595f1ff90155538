/** Which Compute node is what in the cluster. */
import { classOf } from '../tosca/catalogue/classes.ts';
import { clip, enumerate, fail } from '../tosca/fault.ts';
import { isOfType, type Node, type Topology } from '../tosca/topology.ts';
import { countOf, nodesOfType, type Specifying } from './specification-read.ts';

export const typeNames = {
  compute: 'tosca.nodes.Compute',
  storage: 'tosca.nodes.BlockStorage',
  master: 'tosca.nodes.indigo.LRMS.FrontEnd',
  mesosMaster: 'tosca.nodes.indigo.LRMS.FrontEnd.Mesos',
  slave: 'tosca.nodes.indigo.LRMS.WorkerNode',
  mesosSlave: 'tosca.nodes.indigo.LRMS.WorkerNode.Mesos',
  loadBalancer: 'tosca.nodes.indigo.MesosLoadBalancer',
  elastic: 'tosca.nodes.indigo.ElasticCluster',
} as const;

/** Software of the cluster with the machines that it runs on. */
export interface HostedRole {
  readonly software: Node;
  readonly compute: Node;
}

export interface Roles {
  readonly master: HostedRole;
  readonly slaves: readonly HostedRole[];
  readonly loadBalancer?: HostedRole;
  /** Name of the slave node, by which an ElasticCluster manages it. */
  readonly elastic: ReadonlySet<string>;
}

/** @throws InvalidInput if the template does not make one cluster */
export function assignRoles(specifying: Specifying): Roles {
  const { topology, notes } = specifying;
  refuseUnmade(topology);
  const elastic = findElastic(topology);
  const master = onlyMaster(topology);
  const slaves = nodesOfType(topology, typeNames.slave).map((software) =>
    hosted(software, typeNames.mesosSlave, topology),
  );
  const loadBalancer = findLoadBalancer(topology, notes);
  const all = [master, ...slaves, ...(loadBalancer ? [loadBalancer] : [])];
  refuseShared(all);
  judgeOthers(topology, new Set(all.map(({ compute }) => compute.name)), notes);
  return { master, slaves, ...(loadBalancer ? { loadBalancer } : {}), elastic };
}

function onlyMaster(topology: Topology): HostedRole {
  const fronts = nodesOfType(topology, typeNames.master);
  const [front] = fronts;
  if (!front)
    fail(
      ['node_templates'],
      'there is no Mesos master; a cluster needs one node of type tosca.nodes.indigo.MesosMaster',
    );
  if (fronts.length > 1)
    fail(
      ['node_templates'],
      `${names(fronts)} are all masters; a cluster has one such node, and more masters by the count of its Compute node`,
    );
  return hosted(front, typeNames.mesosMaster, topology);
}

function findLoadBalancer(topology: Topology, notes: string[]): HostedRole | undefined {
  const nodes = nodesOfType(topology, typeNames.loadBalancer);
  if (nodes.length > 1)
    fail(
      ['node_templates'],
      `${names(nodes)} are all load balancers; a cluster has one such node, and a second load balancer by the count of its Compute node`,
    );
  const [node] = nodes;
  if (!node) return undefined;
  const role = hosted(node, typeNames.loadBalancer, topology);
  if (countOf(role.compute) > 0) return role;
  notes.push(`node_templates.${node.name}: there is no load balancer, because ${role.compute.name} has the count 0`);
  return undefined;
}

function hosted(software: Node, type: string, topology: Topology): HostedRole {
  if (!isOfType(software, type)) fail(software.path, `${software.type.name} is not for Mesos; use ${type}`);
  const requirement = software.requirements.find(({ name }) => name === 'host');
  const compute = requirement && topology.nodes.get(requirement.target);
  if (compute && isOfType(compute, typeNames.compute)) return { software, compute };
  return fail([...software.path, 'requirements', 'host'], 'must name a Compute node');
}

function refuseShared(roles: readonly HostedRole[]): void {
  for (const [index, { compute, software }] of roles.entries()) {
    const other = roles.slice(0, index).find((role) => role.compute.name === compute.name);
    if (other)
      fail(
        compute.path,
        `hosts ${clip(other.software.name)} and ${clip(software.name)}; masters, slaves and load balancers need machines of their own`,
      );
  }
}

/** Slave nodes that an ElasticCluster manages. */
function findElastic(topology: Topology): ReadonlySet<string> {
  const targets = nodesOfType(topology, typeNames.elastic).flatMap(({ requirements }) =>
    requirements.filter(({ name }) => name === 'wn').map(({ target }) => target),
  );
  return new Set(targets);
}

/** Whatever is no part of the cluster: harmless, or something that a user would miss. */
function judgeOthers(topology: Topology, machines: ReadonlySet<string>, notes: string[]): void {
  for (const node of topology.nodes.values()) {
    if (isOfType(node, typeNames.compute)) judgeMachine(node, machines, notes);
    else if (node.scripts.length > 0) notes.push(...judgeScripts(node));
    else if (!isPart(node) && !isOfType(node, typeNames.storage) && classOf(node.type) !== 'add-on')
      notes.push(`node_templates.${clip(node.name)} has no effect: nothing is installed for ${node.type.name}`);
  }
}

/** Types that are known, and not made: the reason is the type's. What is for services and jobs makes no sense in a cluster. */
function refuseUnmade(topology: Topology): void {
  for (const { type, path } of topology.nodes.values()) {
    if (classOf(type) === 'refused') fail(path, `type ${type.name} is not supported: ${type.reason}`);
    if (classOf(type) === 'workload')
      fail(
        path,
        `${type.name} is a part of services and jobs, of which the template has none; add a node of Marathon or Chronos, or take this one out`,
      );
  }
}

function judgeMachine(node: Node, machines: ReadonlySet<string>, notes: string[]): void {
  if (machines.has(node.name)) {
    if (node.scripts.length > 0) notes.push(...judgeScripts(node));
    return;
  }
  if (countOf(node) > 0)
    fail(node.path, 'hosts no Mesos master, slave or load balancer; host one on it or take it out of the template');
}

/** Scripts on a part of the cluster repeat what is done anyway; on other software they are all that it does. */
function judgeScripts(node: Node): readonly string[] {
  if (!isPart(node) && !isOfType(node, typeNames.compute))
    fail(
      [...node.path, 'interfaces'],
      `brings scripts of its own (${enumerate(node.scripts)}), which cannot be run; run it as a service or job on the cluster`,
    );
  return [
    `node_templates.${clip(node.name)}.interfaces has no effect: the cluster's nodes are configured without them`,
  ];
}

function isPart(node: Node): boolean {
  const parts = [typeNames.master, typeNames.slave, typeNames.loadBalancer, typeNames.elastic];
  return parts.some((type) => isOfType(node, type));
}

function names(nodes: readonly Node[]): string {
  return enumerate(nodes.map(({ name }) => name));
}
