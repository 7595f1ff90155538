/** What the records, and so the API, say of a deployment is so. */
import { tagKeys } from '../../../lambdas/contracts/tags.ts';
import type { DeploymentStatus, NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import { boundsOf, groupsOf, isElastic } from '../../../lambdas/domain/cluster/spec.ts';
import type { LocalCloud } from '../../../local/cloud.ts';
import type { InspectedInstance } from '../../../local/ec2/inspect.ts';
import { leftoversOf } from './leftovers.ts';
import { type ClusterView, isUp, type View } from './view.ts';
import { findIdleWork } from './workloads.ts';

const mayFollow: Partial<Record<DeploymentStatus, readonly DeploymentStatus[]>> = {
  CREATE_IN_PROGRESS: ['CREATE_COMPLETE', 'CREATE_FAILED', 'DELETE_IN_PROGRESS'],
  // An update that changes nothing is complete before anybody looks.
  CREATE_COMPLETE: ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE', 'DELETE_IN_PROGRESS'],
  UPDATE_IN_PROGRESS: ['UPDATE_COMPLETE', 'UPDATE_FAILED', 'DELETE_IN_PROGRESS'],
  UPDATE_FAILED: ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE', 'DELETE_IN_PROGRESS'],
  UPDATE_COMPLETE: ['UPDATE_IN_PROGRESS', 'UPDATE_FAILED', 'DELETE_IN_PROGRESS'],
  CREATE_FAILED: ['DELETE_IN_PROGRESS'],
  DELETE_IN_PROGRESS: ['DELETE_FAILED'],
};

/** Of a cluster that is gone. */
const nothing = { claims: [], launches: [], nodes: [], instances: [], tasks: () => [] } as const;

/** Holds statuses to what is really there, at the first look that shows them. */
export class TruthWatch {
  private readonly told = new Map<string, DeploymentStatus | undefined>();

  async check(cloud: LocalCloud, view: View): Promise<readonly string[]> {
    const faults: string[] = [];
    for (const clusterId of new Set([...this.told.keys(), ...view.clusters.keys()])) {
      const cluster: ClusterView = view.clusters.get(clusterId) ?? { ...nothing, clusterId };
      const before = this.told.get(clusterId);
      const isNew = before !== cluster.status;
      this.told.set(clusterId, cluster.status);
      if (isNew) faults.push(...(await judge(cloud, cluster, before)));
    }
    return faults;
  }
}

async function judge(cloud: LocalCloud, cluster: ClusterView, before: DeploymentStatus | undefined): Promise<string[]> {
  const { clusterId, status, record, workload } = cluster;
  if (status === undefined) return record || workload ? [] : leftoversWithoutRuns(cloud, clusterId);
  const isLegal = before === undefined || (mayFollow[before] ?? [status]).includes(status);
  const order = isLegal ? [] : [`the status of ${clusterId} went from ${before} to ${status}`];
  const lacks = status.endsWith('_COMPLETE') ? findLies(cloud, cluster) : [];
  return [...order, ...lacks.map((lack) => `deployment ${clusterId} is told to be ${status}, but ${lack}`)];
}

/** Of a deployment that the API no longer knows only the last run may still be on its way out. */
async function leftoversWithoutRuns(cloud: LocalCloud, clusterId: string): Promise<string[]> {
  const left = (await leftoversOf(cloud, clusterId)).filter((name) => !name.startsWith('run '));
  return left.length === 0
    ? []
    : [`deployment ${clusterId} is told to be gone, but there are left: ${left.join(', ')}`];
}

/** What a complete cluster lacks, or complete services or jobs. */
export function findLies(cloud: LocalCloud, cluster: ClusterView): readonly string[] {
  if (cluster.workload) return [...findIdleWork(cloud, cluster.workload), ...findFalseOutputs(cloud, cluster)];
  return [
    ...findMissingNodes(cluster),
    ...findSickSoftware(cluster),
    ...findLostAddress(cloud, cluster),
    ...findFalseOutputs(cloud, cluster),
  ];
}

/** How many elastic slaves there are is what the load says. */
function findMissingNodes({ record, instances }: ClusterView): string[] {
  if (!record) return ['it has no record'];
  const { spec } = record.desired;
  return groupsOf(spec).flatMap((group) => {
    const { name, count } = group;
    const { min, max } = boundsOf(group, spec) ?? { min: count, max: count };
    const running = instances.filter((one) => one.tags[tagKeys.group] === name && one.state === 'running').length;
    const wanted = min === max ? `${min}` : `${min} to ${max}`;
    return running >= min && running <= max ? [] : [`${running} of ${wanted} nodes of ${name} run`];
  });
}

function findSickSoftware({ record, nodes, instances, software }: ClusterView): string[] {
  if (!software?.serving) return ['no Mesos master serves'];
  const { mesosLeader, registeredAgents, members, dataLosses } = software;
  const upIds = (role: string) =>
    instances.filter((one) => one.tags[tagKeys.role] === role && isUp(one)).map(({ instanceId }) => instanceId);
  const active = new Set(registeredAgents.filter((agent) => agent.active).map(({ instanceId }) => instanceId));
  const booting = new Set(record && isElastic(record.desired.spec) ? nodes.filter(isBooting).map(idOf) : []);
  const idle = members.filter(({ processes, instanceId }) => processes.length === 0 && !booting.has(instanceId));
  const leads = instances.some((one) => isUp(one) && one.privateIp === mesosLeader);
  const chronos = record?.desired.spec.software.chronosEnabled && !software.chronosLeader;
  return [
    ...(leads ? [] : ['its leader is none of its masters']),
    ...upIds('slave')
      .filter((id) => !active.has(id) && !booting.has(id))
      .map((id) => `slave ${id} is not registered`),
    ...idle.map(({ instanceId }) => `nothing runs on ${instanceId}`),
    ...(software.marathonLeader ? [] : ['Marathon has no leader']),
    ...(chronos ? ['Chronos has no leader'] : []),
    ...(isExcused(record, instances) ? [] : dataLosses).map((loss) => `its masters lost their data: ${loss}`),
  ];
}

/** Elastic slaves are no part of what a complete cluster is before they are ready. */
const isBooting = ({ role, status }: NodeRecord): boolean =>
  role === 'slave' && ['launched', 'online', 'starting'].includes(status);
const idOf = ({ instanceId }: NodeRecord): string => instanceId;

/** When so many masters were ended by somebody else that the others were no majority, nobody could have saved all. */
function isExcused(record: ClusterView['record'], instances: readonly InspectedInstance[]): boolean {
  const count = record?.desired.spec.masters.count ?? 1;
  const ended = instances.filter((one) => one.tags[tagKeys.role] === 'master' && isUp(one) === false);
  const byOthers = ended.filter(({ terminatedBy }) => terminatedBy?.kind !== 'function');
  return byOthers.length > count - (Math.floor(count / 2) + 1);
}

function findLostAddress(cloud: LocalCloud, { record, instances }: ClusterView): string[] {
  const virtual = record?.foundation?.virtualAddress;
  if (!record?.desired.spec.loadBalancers) return [];
  if (!virtual) return ['it has no virtual address'];
  const holder = cloud.services.ec2.inspect.addressHolder(virtual.allocationId);
  const holds = instances.some(
    (one) => one.instanceId === holder && one.tags[tagKeys.role] === 'load-balancer' && isUp(one),
  );
  return holds ? [] : ['no load balancer holds the virtual address'];
}

/** In commands that outputs show. */
const anyAddress = '0.0.0.0';
const ipv4 = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g;

/** Every address that an output shows is one of the cluster's, or of the cluster that services or jobs run on. */
function findFalseOutputs(cloud: LocalCloud, { clusterId, workload, outputs = {} }: ClusterView): string[] {
  const owner = workload?.desired.hostClusterId ?? clusterId;
  const { ec2 } = cloud.services;
  const elastic = ec2.inspect.addresses().filter(({ tags }) => tags[tagKeys.clusterId] === owner);
  const instances = ec2.inspect.instances().filter(({ tags }) => tags[tagKeys.clusterId] === owner);
  const real = new Set([
    ...instances.filter(isUp).flatMap(({ privateIp, publicIp }) => [privateIp, publicIp]),
    ...elastic.map(({ publicIp }) => publicIp),
  ]);
  const shown = [...JSON.stringify(outputs).matchAll(ipv4)].map(([ip]) => ip);
  return shown
    .filter((ip) => ip !== anyAddress && !real.has(ip))
    .map((ip) => `its outputs show ${ip}, which is no address of it`);
}
