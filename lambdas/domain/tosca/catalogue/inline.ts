/** Types that a template defines itself, in the form of the catalogue's own. */
import type { InlineType } from '../document.ts';
import { fail, quote } from '../fault.ts';
import { readFlag, readList, readMap, readNamed, readText, requireText } from '../shape.ts';
import { isNull, type Path, type Value } from '../value.ts';
import { parseQuantity } from './quantity.ts';
import {
  type CapabilityDefinition,
  type Constraints,
  type NodeType,
  type Properties,
  type PropertyDefinition,
  type PropertyType,
  type RequirementDefinition,
  type Schema,
  soundsSecret,
} from './schema.ts';

/** @throws InvalidInput */
export function inlineNodeType({ body, path }: InlineType): NodeType {
  const runs = !isNull(body.get('interfaces'));
  return {
    derivedFrom: readText(body.get('derived_from'), [...path, 'derived_from']) ?? 'tosca.nodes.Root',
    properties: readProperties(body.get('properties'), [...path, 'properties']),
    capabilities: readCapabilities(body.get('capabilities'), [...path, 'capabilities']),
    requirements: readRequirements(body.get('requirements'), [...path, 'requirements']),
    attributes: readAttributes(body.get('attributes'), [...path, 'attributes']),
    ...(runs ? { hasScripts: true } : {}),
  };
}

/** @throws InvalidInput */
export function inlineDataType({ body, path }: InlineType): PropertyType {
  const parent = readText(body.get('derived_from'), [...path, 'derived_from']);
  return {
    ...(parent === undefined ? {} : { derivedFrom: parent }),
    properties: readProperties(body.get('properties'), [...path, 'properties']),
  };
}

function readProperties(value: Value | undefined, path: Path): Properties {
  return Object.fromEntries(
    [...readMap(value, path)].map(([name, body]) => [name, readProperty(name, body, [...path, name])]),
  );
}

function readProperty(name: string, body: Value, path: Path): PropertyDefinition {
  const keys = readMap(body, path);
  const fallback = keys.get('default');
  const given = fallback !== undefined && !isNull(fallback);
  const required = !given && readFlag(keys.get('required'), [...path, 'required'], true);
  return {
    ...readSchema(keys, path),
    ...(soundsSecret(name) ? { secret: true } : {}),
    ...(required ? { required: true } : {}),
    ...(given ? { default: fallback } : {}),
  };
}

function readSchema(keys: ReadonlyMap<string, Value>, path: Path): Schema {
  const type = readText(keys.get('type'), [...path, 'type']) ?? 'string';
  const entries = keys.get('entry_schema');
  const constraints = keys.get('constraints');
  return {
    type,
    ...(entries && !isNull(entries) ? { entries: readEntries(entries, [...path, 'entry_schema']) } : {}),
    ...(constraints ? { constraints: readConstraints(constraints, type, [...path, 'constraints']) } : {}),
  };
}

/** `entry_schema: string` is short for `entry_schema: { type: string }`. */
function readEntries(value: Value, path: Path): Schema {
  if (value.kind === 'scalar') return { type: value.text };
  return readSchema(readMap(value, path), path);
}

/** `pattern` is left out: an expression of a stranger's can run for ever. */
function readConstraints(value: Value, type: string, path: Path): Constraints {
  const result: Record<string, unknown> = {};
  for (const [name, operand] of readNamed(value, path))
    Object.assign(result, readConstraint(name, operand, type, [...path, name]));
  return result;
}

function readConstraint(name: string, operand: Value, type: string, path: Path): Constraints {
  const amount = (item: Value) => readOperand(item, type, path);
  const items = () => readList(operand, path);
  switch (name) {
    case 'equal':
      return { equal: amount(operand) };
    case 'valid_values':
      return { validValues: items().map(amount) };
    case 'greater_or_equal':
      return { greaterOrEqual: Number(amount(operand)) };
    case 'greater_than':
      return { greaterThan: Number(amount(operand)) };
    case 'less_or_equal':
      return { lessOrEqual: Number(amount(operand)) };
    case 'less_than':
      return { lessThan: Number(amount(operand)) };
    case 'in_range': {
      const [low, high] = items().map((item) =>
        item.kind === 'scalar' && item.text === 'UNBOUNDED' ? undefined : Number(amount(item)),
      );
      return {
        ...(low === undefined ? {} : { greaterOrEqual: low }),
        ...(high === undefined ? {} : { lessOrEqual: high }),
      };
    }
    case 'length':
      return { minLength: Number(amount(operand)), maxLength: Number(amount(operand)) };
    case 'min_length':
      return { minLength: Number(amount(operand)) };
    case 'max_length':
      return { maxLength: Number(amount(operand)) };
    case 'pattern':
      return {};
    default:
      return fail(path, `the constraint ${quote(name)} is not known`);
  }
}

function readOperand(value: Value, type: string, path: Path): string | number {
  const text = requireText(value, path);
  if (type === 'integer' || type === 'float') return Number(text);
  return parseQuantity(type, text) ?? text;
}

function readCapabilities(value: Value | undefined, path: Path): Readonly<Record<string, CapabilityDefinition>> {
  return Object.fromEntries(
    readNamed(value, path).map(([name, body]) => {
      if (body.kind === 'scalar') return [name, { type: body.text }];
      const keys = readMap(body, [...path, name]);
      const type = requireText(keys.get('type'), [...path, name, 'type']);
      return [name, { type, properties: readProperties(keys.get('properties'), [...path, name, 'properties']) }];
    }),
  );
}

function readRequirements(value: Value | undefined, path: Path): Readonly<Record<string, RequirementDefinition>> {
  return Object.fromEntries(
    readNamed(value, path).map(([name, body]) => [name, readRequirement(name, body, [...path, name])]),
  );
}

function readRequirement(name: string, body: Value, path: Path): RequirementDefinition {
  // The short form names the capability type only.
  const keys = body.kind === 'scalar' ? new Map<string, Value>() : readMap(body, path);
  const node = readText(keys.get('node'), [...path, 'node']);
  const relationship = keys.get('relationship');
  const type = relationship?.kind === 'map' ? relationship.entries.get('type') : relationship;
  const fallback = name === 'host' ? 'tosca.relationships.HostedOn' : 'tosca.relationships.DependsOn';
  return {
    ...(node === undefined ? {} : { node }),
    relationship: readText(type, [...path, 'relationship']) ?? fallback,
    occurrences: readOccurrences(keys.get('occurrences'), [...path, 'occurrences']),
  };
}

function readOccurrences(value: Value | undefined, path: Path): readonly [number, number] {
  if (isNull(value)) return [1, 1];
  const bounds = readList(value, path).map((item, index) => requireText(item, [...path, index]));
  const [low, high] = bounds.map((text) => (text === 'UNBOUNDED' ? Number.POSITIVE_INFINITY : Number(text)));
  if (low === undefined || high === undefined || Number.isNaN(low) || Number.isNaN(high) || low > high)
    fail(path, 'must be two numbers, the second not smaller or UNBOUNDED');
  return [low, high];
}

function readAttributes(value: Value | undefined, path: Path): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...readMap(value, path)].map(([name, body]) => {
      const type = readText(readMap(body, [...path, name]).get('type'), [...path, name, 'type']);
      return [name, type ?? 'string'];
    }),
  );
}
