/** Finds what `get_property` names: a property of the node, of its capabilities, or of what a requirement points to. */
import type { PropertyDefinition } from './catalogue/schema.ts';
import { own } from './catalogue/type-system.ts';
import { defaultOf } from './coerce.ts';
import { hostOf, type LinkedNode, type LinkedNodes } from './link.ts';
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
    const capability = own(node.type.requirements, requirement.name)?.capability;
    if (capability) yield capabilityProperty(target, capability, rest);
    yield ownProperty(target, rest);
  }
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
