/**
 * What services and jobs read of Onedata spaces. INDIGO's orchestrator chose a provider for each; here there is the one that the stack
 * is configured with, and tokens are the template's to give. Pure.
 */
import type { OnedataProvider } from '../../contracts/functions.ts';
import { evaluateExpression } from '../tosca/evaluate-outputs.ts';
import { clip, fail } from '../tosca/fault.ts';
import type { AttributeReference, NodeAttributes, OutputExpression } from '../tosca/outputs.ts';
import { isOfType, type Node, type Topology } from '../tosca/topology.ts';
import type { Path } from '../tosca/value.ts';

const space = 'tosca.nodes.indigo.OnedataSpace';
const serviceSpace = 'tosca.nodes.indigo.OnedataServiceSpace';

export function isOnedata(node: Node): boolean {
  return isOfType(node, space) || isOfType(node, serviceSpace);
}

/** What properties do not say already: a property that is given is what an attribute of its name reads. */
function attributesOf(node: Node, provider: OnedataProvider): Readonly<Record<string, unknown>> {
  const preferred = node.properties.get('oneproviders')?.value;
  const [first] = Array.isArray(preferred) ? preferred : [];
  return {
    onezone: provider.onezone,
    selected_provider: typeof first === 'string' && first !== '' ? first : provider.provider,
    ...(provider.space === undefined ? {} : { space: provider.space }),
    ...(provider.path === undefined ? {} : { path: provider.path }),
  };
}

/**
 * The value of an expression that reads attributes.
 * @throws InvalidInput that names attribute and node if something is read that is not known
 */
export function resolveOnedata(
  expression: OutputExpression,
  { topology, provider, path }: { topology: Topology; provider: OnedataProvider | undefined; path: Path },
): unknown {
  const spaces = [...topology.nodes.values()].filter(isOnedata);
  const attributes: NodeAttributes = Object.fromEntries(
    spaces.map((node) => [node.name, provider ? attributesOf(node, provider) : {}]),
  );
  for (const reference of referencesIn(expression)) {
    const known = attributes[reference.node];
    if (known && Object.hasOwn(known, reference.name)) continue;
    const node = topology.nodes.get(reference.node);
    fail(
      path,
      `reads the attribute ${clip(reference.name)} of ${clip(reference.node)}, ${whyUnknown(reference, node)}`,
    );
  }
  return evaluateExpression(expression, attributes, path);
}

function whyUnknown({ name }: AttributeReference, node: Node | undefined): string {
  if (!node || !isOnedata(node)) return 'which is not known before it runs';
  if (name === 'token')
    return isOfType(node, space)
      ? 'which has none; give that node a token'
      : `and nobody hands out tokens here; use a node of type ${space} with a token`;
  return 'and this installation has no Onedata provider that tells it; see onedataProvider in its configuration';
}

function referencesIn(expression: OutputExpression): readonly AttributeReference[] {
  if ('attribute' in expression) return [expression.attribute];
  if ('concat' in expression) return expression.concat.flatMap(referencesIn);
  if ('token' in expression) return referencesIn(expression.token.value);
  if ('list' in expression) return expression.list.flatMap(referencesIn);
  return 'map' in expression ? Object.values(expression.map).flatMap(referencesIn) : [];
}
