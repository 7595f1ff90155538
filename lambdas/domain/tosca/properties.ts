/** Finds what `get_property` names: a property of the node, of its capabilities, or of what a requirement points to. */

import { own } from './catalogue/kinds.ts';
import type { PropertyDefinition } from './catalogue/schema.ts';
import { defaultOf } from './coerce.ts';
import { hostOf, type LinkedNode, type LinkedNodes } from './link.ts';
import type { AttributeReference } from './outputs.ts';
import { isNull, nullValue, type Path, type Value } from './value.ts';

export interface FoundProperty {
  readonly node: LinkedNode;
  /** Not evaluated yet. */
  readonly value: Value;
  readonly path: Path;
  /** Steps into the value that are left. */
  readonly rest: readonly (string | number)[];
  readonly definition: PropertyDefinition;
}

type Steps = readonly (string | number)[];

/**
 * @param steps `[property, …]`, or `[capability or requirement, property, …]`
 * @param climb with HOST: go on to the host's host while there is no such property
 */
export function findProperty(
  node: LinkedNode,
  steps: Steps,
  nodes: LinkedNodes,
  climb = false,
): FoundProperty | undefined {
  const found = ownProperty(node, steps) ?? best(candidates(node, steps, nodes));
  if (found || !climb) return found;
  const host = hostOf(node, nodes);
  return host && findProperty(host, steps, nodes, true);
}

function* candidates(node: LinkedNode, steps: Steps, nodes: LinkedNodes): Generator<FoundProperty | undefined> {
  const [name, ...rest] = steps;
  yield capabilityProperty(node, String(name), rest);
  for (const requirement of node.requirements) {
    const target = requirement.name === name ? nodes.get(requirement.target) : undefined;
    if (!target) continue;
    if (requirement.capability) yield capabilityProperty(target, requirement.capability, rest);
    yield ownProperty(target, rest);
  }
}

/**
 * Which node's attribute `get_attribute` names: the node's own, one of its capabilities, one of what a requirement points to, or
 * that of the nearest host that has such an attribute; at last the machine's, which may turn out not to have it.
 */
export function findAttribute(node: LinkedNode, steps: Steps, nodes: LinkedNodes): AttributeReference {
  return declaredAttribute(node, steps, nodes) ?? hostAttribute(node, steps, nodes);
}

/** An attribute, or a property of a capability, that the node or something that it requires declares. */
function declaredAttribute(node: LinkedNode, steps: Steps, nodes: LinkedNodes): AttributeReference | undefined {
  const [name, ...rest] = steps;
  if (name === undefined) return undefined;
  return ownAttribute(node, String(name), rest) ?? requiredAttribute(node, String(name), rest, nodes);
}

function ownAttribute(node: LinkedNode, name: string, rest: Steps): AttributeReference | undefined {
  const reference = { node: node.template.name, name, path: rest };
  const type = own(node.type.attributes, name);
  if (type !== undefined) return { ...reference, path: isSingle(node, type) && rest.length === 0 ? [0] : rest };
  const capability = own(node.type.capabilities, name);
  const inner = String(rest[0]);
  return capability && (own(capability.attributes, inner) ?? own(capability.properties, inner)) ? reference : undefined;
}

function requiredAttribute(
  node: LinkedNode,
  name: string,
  rest: Steps,
  nodes: LinkedNodes,
): AttributeReference | undefined {
  for (const { name: requirement, target, capability } of node.requirements) {
    const other = requirement === name ? nodes.get(target) : undefined;
    const found =
      other && ((capability && ownAttribute(other, capability, rest)) || declaredAttribute(other, rest, nodes));
    if (found) return found;
  }
  return undefined;
}

/** A Compute node of TOSCA's own has one address, an INDIGO one a list of them. */
function isSingle({ type }: LinkedNode, attribute: string): boolean {
  const isMachine = type.ancestors.includes('tosca.nodes.Compute');
  return attribute === 'string' && isMachine && !type.ancestors.includes('tosca.nodes.indigo.Compute');
}

function hostAttribute(node: LinkedNode, steps: Steps, nodes: LinkedNodes): AttributeReference {
  let machine = node;
  // Requirements have no loops, so this ends.
  for (let host = hostOf(node, nodes); host; host = hostOf(host, nodes)) {
    const found = declaredAttribute(host, steps, nodes);
    if (found) return found;
    machine = host;
  }
  return { node: machine.template.name, name: String(steps[0]), path: steps.slice(1) };
}

/** The first that has a value, else the first that is declared. */
function best(found: Iterable<FoundProperty | undefined>): FoundProperty | undefined {
  const declared = [...found].filter((property) => property !== undefined);
  return declared.find(({ value }) => !isNull(value)) ?? declared[0];
}

function ownProperty(node: LinkedNode, [name, ...rest]: Steps): FoundProperty | undefined {
  const definition = own(node.type.properties, String(name));
  if (!definition || name === undefined) return undefined;
  const value = assigned(node.template.properties.get(String(name)), definition);
  const path = [...node.template.path, 'properties', name];
  return { node, value, path, rest, definition };
}

function capabilityProperty(node: LinkedNode, capability: string, [name, ...rest]: Steps): FoundProperty | undefined {
  const definition = own(own(node.type.capabilities, capability)?.properties ?? {}, String(name));
  if (!definition || name === undefined) return undefined;
  const value = assigned(node.template.capabilities.get(capability)?.get(String(name)), definition);
  const path = [...node.template.path, 'capabilities', capability, 'properties', name];
  return { node, value, path, rest, definition };
}

function assigned(given: Value | undefined, definition: PropertyDefinition): Value {
  if (given !== undefined && !isNull(given)) return given;
  return defaultOf(definition) ?? nullValue;
}
