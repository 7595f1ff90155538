/** Which cluster a request names for its services or jobs, if any. Pure. */
import { InvalidInput } from '../../contracts/error-names.ts';
import { clip, fail } from '../tosca/fault.ts';
import type { Topology } from '../tosca/topology.ts';

const slaPlacement = 'tosca.policies.indigo.SlaPlacement';
const placement = 'tosca.policies.Placement';

/** A cluster's id and name, either of which names it. */
export interface HostName {
  readonly clusterId: string;
  readonly name: string;
}

/** @returns what the parameter `cluster` names, whether there is such a cluster or not. @throws InvalidInput */
export function clusterParameter({ cluster }: Readonly<Record<string, unknown>>): string | undefined {
  if (cluster === undefined || cluster === null || cluster === '') return undefined;
  if (typeof cluster === 'string') return cluster.trim();
  throw new InvalidInput('The parameter cluster must be the uuid or the name of a cluster');
}

export function findHost<T extends HostName>(named: string, hosts: readonly T[]): T | undefined {
  return hosts.find(({ clusterId }) => clusterId === named) ?? hosts.find(({ name }) => name === named);
}

/**
 * The cluster that a placement policy names by `sla_id` or `cloud_id`. Agreements and clouds that are none of the clusters are those
 * of another installation, and mean nothing here. @throws InvalidInput
 */
export function hostOfPolicies<T extends HostName>(
  { policies }: Pick<Topology, 'policies'>,
  hosts: readonly T[],
): { readonly host?: T; readonly notes: readonly string[] } {
  const placements = policies.filter(({ ancestors, type }) => ancestors.includes(placement) || type === slaPlacement);
  if (placements.filter(({ type }) => type === slaPlacement).length > 1)
    fail(['policies'], 'Only a single placement policy is supported');
  const named = placements.flatMap(({ properties }) =>
    ['sla_id', 'cloud_id'].flatMap((property) => {
      const value = properties.get(property)?.value;
      return typeof value === 'string' ? (findHost(value, hosts) ?? []) : [];
    }),
  );
  const [host, ...others] = [...new Set(named)];
  if (others.length > 0) fail(['policies'], 'name more than one cluster; services and jobs of a template run on one');
  if (host) return { host, notes: [] };
  const notes = policies.map(({ name }) => `policies.${clip(name)} is skipped: it names no cluster of yours`);
  return { notes };
}
