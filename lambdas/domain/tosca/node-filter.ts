/** `node_filter`: whether a node has what a requirement asks of its target. */
import { InvalidInput } from '../../contracts/error-names.ts';
import { readConstraints } from './catalogue/constraints.ts';
import { own } from './catalogue/kinds.ts';
import type { Properties } from './catalogue/schema.ts';
import { coerce, defaultOf } from './coerce.ts';
import { findBroken } from './constraints.ts';
import type { NodeFilter, PropertyFilter } from './document.ts';
import type { Evaluation } from './evaluate.ts';
import { capabilitiesNamed, type LinkedNode } from './link.ts';
import type { Path, Value } from './value.ts';

/**
 * @param evaluation without requirements: what flows through one is unknown, and so no match
 * @throws InvalidInput if the filter itself is wrong
 */
export function matchesFilter(node: LinkedNode, filter: NodeFilter, evaluation: Evaluation): boolean {
  const context = { node, evaluation, path: filter.path };
  const { template, type } = node;
  return (
    keeps(filter.properties, { ...context, given: template.properties, definitions: type.properties }) &&
    filter.capabilities.every(([wanted, properties]) =>
      capabilitiesNamed(node, wanted).some(([name, capability]) => {
        const given = template.capabilities.get(name) ?? new Map<string, Value>();
        return keeps(properties, { ...context, given, definitions: capability.properties });
      }),
    )
  );
}

interface FilterContext {
  readonly node: LinkedNode;
  readonly evaluation: Evaluation;
  readonly path: Path;
  readonly given: ReadonlyMap<string, Value>;
  readonly definitions: Properties;
}

function keeps(filter: PropertyFilter, { node, evaluation, path, given, definitions }: FilterContext): boolean {
  return filter.every(([name, conditions]) => {
    const definition = own(definitions, name);
    const constraints = readConstraints(conditions, definition?.type ?? 'string', [...path, name]);
    const value = given.get(name) ?? (definition && defaultOf(definition));
    if (!definition || value === undefined) return false;
    const result = known(() => coerce(evaluation.evaluate(value, path, { self: node }), definition, path, evaluation));
    return result !== undefined && findBroken(result, { type: definition.type, constraints }, evaluation) === undefined;
  });
}

/** What is wrong with the node's own value is told when the node is read. */
function known(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}
