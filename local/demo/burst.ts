/** What the demo shows of an elastic cluster: services that fill most of the slaves that it may have. */
import { findInstanceType } from '../../lambdas/domain/cluster/instance-types.ts';
import type { SlaveGroup } from '../../lambdas/domain/cluster/spec.ts';
import { specifyCluster } from '../../lambdas/domain/cluster/specification.ts';
import { deploymentTypeOf, parseTemplate, readTopology } from '../../lambdas/domain/tosca/index.ts';
import { REGION, ZONES } from '../cloud.ts';
import type { Resource } from './client.ts';

/** More than any template that the API takes. */
const mostBytes = 1_000_000;
/** The part of the slaves that may still be launched that the burst fills. */
const share = 0.75;
/** Instances of the service that a slave takes. */
const perSlave = 2;

export interface Burst {
  /** Of the slaves. */
  readonly computeNode: string;
  /** Slaves that stay when nothing runs. */
  readonly least: number;
  readonly instances: number;
  /** Of each instance. */
  readonly cpus: number;
}

/** @returns undefined if the template is no cluster, or none that can grow. @throws InvalidInput if it makes no sense */
export function burstFor(template: string, parameters: Readonly<Record<string, unknown>>): Burst | undefined {
  const topology = readTopology(parseTemplate(template, mostBytes), parameters);
  if (deploymentTypeOf(topology) !== 'TOSCA') return undefined;
  const context = { deploymentId: 'demo', region: REGION, zones: ZONES, maxSlaves: Number.POSITIVE_INFINITY };
  return specifyCluster(topology, context).spec.slaves.flatMap(burstOf)[0];
}

function burstOf({ bounds, computeNode, instanceTypes }: SlaveGroup): readonly Burst[] {
  const cpus = Math.min(...instanceTypes.map((name) => findInstanceType(name)?.vcpus ?? 1)) / perSlave;
  if (bounds === undefined || bounds.max === bounds.min) return [];
  const instances = perSlave * Math.ceil(share * bounds.max);
  return [{ computeNode, least: bounds.min, instances, cpus }];
}

/** How many nodes of a Compute node the API shows, those included that leave. */
export function countNodes(resources: readonly Resource[], computeNode: string): number {
  return resources.filter(({ toscaNodeName }) => toscaNodeName === computeNode).length;
}
