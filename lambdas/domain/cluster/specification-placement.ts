/** Placement policies: which zones a group's nodes may be in. */
import { clip, fail } from '../tosca/fault.ts';
import { isOfType, type Policy, type Topology } from '../tosca/topology.ts';
import { type Specifying, textOf } from './specification-read.ts';
import { typeNames } from './specification-roles.ts';

const sla = 'tosca.policies.indigo.SlaPlacement';
const placement = 'tosca.policies.Placement';

/** Zones asked for, by Compute node; a node that is missing may be in any. @throws InvalidInput */
export function readPlacement(specifying: Specifying): ReadonlyMap<string, readonly string[]> {
  const { topology } = specifying;
  if (topology.policies.filter(({ type }) => type === sla).length > 1)
    fail(['policies'], 'Only a single placement policy is supported');
  const zones = new Map<string, readonly string[]>();
  for (const policy of topology.policies) {
    const zone = readZone(policy, specifying);
    if (zone === undefined) continue;
    for (const compute of targetsOf(policy, topology)) {
      zones.set(compute, [...new Set([...(zones.get(compute) ?? []), zone])]);
    }
  }
  return zones;
}

function readZone(policy: Policy, { context, notes }: Specifying): string | undefined {
  const where = `policies.${clip(policy.name)}`;
  if (!policy.ancestors.includes(placement) || policy.ancestors.includes(sla)) {
    notes.push(`${where} is skipped: ${clip(policy.type)} means nothing here, the stack's own account is used`);
    return undefined;
  }
  for (const name of ['cloud_id', 'sla_id']) {
    if (policy.properties.has(name)) notes.push(`${where}.properties.${name} has no effect: there is one cloud`);
  }
  const zone = textOf(policy.properties, 'availability_zone');
  if (zone === undefined || context.zones.includes(zone)) return zone;
  return fail(
    [...policy.path, 'properties', 'availability_zone'],
    `${clip(zone)} is none of the stack's zones, which are ${context.zones.join(', ')}`,
  );
}

/** Compute nodes that the policy is about; software stands for its host. */
function targetsOf(policy: Policy, topology: Topology): readonly string[] {
  const names = policy.targets ?? [...topology.nodes.keys()];
  return names.flatMap((name) => {
    const node = topology.nodes.get(name);
    if (!node) return [];
    if (isOfType(node, typeNames.compute)) return [name];
    const host = node.requirements.find((requirement) => requirement.name === 'host');
    return host ? [host.target] : [];
  });
}
