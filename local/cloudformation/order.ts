import { referencesOf } from './intrinsics.ts';
import { type Template, TemplateError } from './template.ts';

/**
 * Resources in an order in which each comes after all that it mentions or depends on; otherwise as in the template.
 *
 * @throws TemplateError naming the members of a circle
 */
export function creationOrder(template: Template, logicalIds: readonly string[]): string[] {
  const wanted = new Set(logicalIds);
  const needs = new Map(
    logicalIds.map((id) => [id, dependenciesOf(template, id).filter((other) => wanted.has(other))]),
  );
  const order: string[] = [];
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]) => {
    if (done.has(id)) return;
    if (path.includes(id)) {
      const circle = [...path.slice(path.indexOf(id)), id].join(' → ');
      throw new TemplateError([`resources depend on one another in a circle: ${circle}`]);
    }
    for (const needed of needs.get(id) ?? []) visit(needed, [...path, id]);
    done.add(id);
    order.push(id);
  };
  for (const id of logicalIds) visit(id, []);
  return order;
}

function dependenciesOf(template: Template, logicalId: string): string[] {
  const resource = template.Resources[logicalId];
  const explicit = resource?.DependsOn ?? [];
  return [...referencesOf(resource?.Properties), ...(typeof explicit === 'string' ? [explicit] : explicit)];
}
