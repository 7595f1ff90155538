/** `removal_list` of a Compute node: which of its resources an update takes away. It belongs to that one update. */
import { fail } from './fault.ts';
import type { Topology } from './topology.ts';
import { withoutPaths } from './yaml.ts';

/** Resource ids by node template, of nodes that have such a list, be it empty. @throws InvalidInput if an id is not known now */
export function removalsOf(topology: Topology): ReadonlyMap<string, readonly string[]> {
  const lists = [...topology.nodes.values()].flatMap((node) => {
    const property = node.capabilities.get('scalable')?.get('removal_list');
    if (!property?.given || !Array.isArray(property.value)) return [];
    const ids = property.value.map((id) =>
      typeof id === 'string' ? id : fail(property.path, 'must be a list of resource ids'),
    );
    return [[node.name, ids] as const];
  });
  return new Map(lists);
}

/** The template's text without the lists, as it is kept: an update that sends it again must not remove anything again. */
export function withoutRemovals(text: string, nodeNames: readonly string[]): string {
  const places = nodeNames.map((name) => [
    'topology_template',
    ...['node_templates', name],
    ...['capabilities', 'scalable', 'properties', 'removal_list'],
  ]);
  return withoutPaths(text, places);
}
