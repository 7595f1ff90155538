/** Interfaces: which of their operations name a script. */
import { readMap } from './shape.ts';
import { isNull, type Path, type Value } from './value.ts';

/** Keys of an interface that are no operations. */
const others = ['type', 'inputs', 'description', 'derived_from', 'version', 'metadata', 'operations', 'notifications'];

/**
 * Operations with an implementation, as `Standard.create`. TOSCA writes one as `create: script.sh`, or as a map with
 * `implementation`; an operation without is a declaration only.
 * @throws InvalidInput
 */
export function readScripts(value: Value | undefined, path: Path): readonly string[] {
  return [...readMap(value, path)].flatMap(([name, body]) => {
    const keys = readMap(body, [...path, name]);
    const nested = keys.get('operations');
    const operations = [...keys].filter(([key]) => !others.includes(key));
    const all = [...operations, ...readMap(nested, [...path, name, 'operations'])];
    return all.filter(([, operation]) => isImplemented(operation)).map(([operation]) => `${name}.${operation}`);
  });
}

function isImplemented(operation: Value): boolean {
  if (operation.kind === 'map') return !isNull(operation.entries.get('implementation'));
  return operation.kind === 'scalar' && operation.text.trim() !== '';
}
