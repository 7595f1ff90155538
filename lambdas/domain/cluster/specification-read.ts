/** Reading typed values of a topology into a specification, which holds no secret and nothing unknown. */
import { isSymbolic } from '../tosca/coerce.ts';
import { fail } from '../tosca/fault.ts';
import { isOfType, type Node, type PropertyValue, type PropertyValues, type Topology } from '../tosca/topology.ts';

/** Where the cluster will be. */
export interface SpecificationContext {
  readonly deploymentId: string;
  readonly region: string;
  /** The stack's availability zones. */
  readonly zones: readonly string[];
  /** Most slaves that one cluster may have. */
  readonly maxSlaves: number;
}

/** All that the parts of the specification share. `notes` collects what was understood differently from the letter. */
export interface Specifying {
  readonly topology: Topology;
  readonly context: SpecificationContext;
  readonly notes: string[];
}

/** @throws InvalidInput if the value is known only later, or would show a secret */
export function openValue(values: PropertyValues, name: string): PropertyValue | undefined {
  const property = values.get(name);
  if (!property) return undefined;
  if (isSymbolic(property.value)) fail(property.path, 'must be known now; an attribute of a node is known only later');
  if (property.leaks)
    fail(property.path, 'takes its value from a secret input and would show it; use an input of its own');
  return property;
}

/** Text that is not empty. @throws InvalidInput */
export function textOf(values: PropertyValues, name: string): string | undefined {
  const property = openValue(values, name);
  if (Array.isArray(property?.value)) fail(property.path, 'must be a single text, not a list');
  return typeof property?.value === 'string' && property.value !== '' ? property.value : undefined;
}

/** @throws InvalidInput */
export function numberOf(values: PropertyValues, name: string): number | undefined {
  const value = openValue(values, name)?.value;
  return typeof value === 'number' ? value : undefined;
}

/** @throws InvalidInput */
export function flagOf(values: PropertyValues, name: string): boolean {
  return openValue(values, name)?.value === true;
}

export function isGiven(values: PropertyValues, name: string): boolean {
  return values.get(name)?.given === true;
}

/** Properties of a capability; none if the node has no such capability. */
export function capabilityOf(node: Node, name: string): PropertyValues {
  return node.capabilities.get(name) ?? new Map();
}

export function nodesOfType(topology: Topology, type: string): readonly Node[] {
  return [...topology.nodes.values()].filter((node) => isOfType(node, type));
}

/** How many machines a Compute node stands for. @throws InvalidInput */
export function countOf(node: Node): number {
  const scalable = capabilityOf(node, 'scalable');
  return numberOf(scalable, 'count') ?? numberOf(scalable, 'default_instances') ?? 1;
}
