/** Gives every node template its type and every requirement its target. */
import type { ResolvedNodeType } from './catalogue/type-system.ts';
import { own, type TypeSystem } from './catalogue/type-system.ts';
import { refuseUnknown } from './coerce.ts';
import { refuseCycles } from './cycles.ts';
import type { NodeTemplate, RequirementAssignment, TemplateDocument } from './document.ts';
import { fail, quote, suggest } from './fault.ts';
import type { Path, Value } from './value.ts';

/** Their hosts are machines, whatever other software may do. */
const clusterTypes = [
  'tosca.nodes.indigo.LRMS.FrontEnd',
  'tosca.nodes.indigo.LRMS.WorkerNode',
  'tosca.nodes.indigo.MesosLoadBalancer',
];

export interface LinkedRequirement {
  readonly name: string;
  /** Name of the target node. */
  readonly target: string;
  readonly relationshipType: string;
  readonly properties: ReadonlyMap<string, Value>;
  readonly path: Path;
}

export interface LinkedNode {
  readonly template: NodeTemplate;
  readonly type: ResolvedNodeType;
  readonly requirements: readonly LinkedRequirement[];
}
export type LinkedNodes = ReadonlyMap<string, LinkedNode>;

/** @throws InvalidInput for unknown types, properties, capabilities, requirements and targets, and for loops of requirements */
export function linkNodes(document: TemplateDocument, types: TypeSystem): LinkedNodes {
  const typed = new Map(
    document.nodeTemplates.map((template) => [
      template.name,
      { template, type: types.nodeType(template.type, template.path) },
    ]),
  );
  const nodes = new Map<string, LinkedNode>();
  for (const [name, node] of typed) {
    checkNames(node.template, node.type);
    const requirements = node.template.requirements.map((requirement) =>
      linkRequirement(requirement, { node, typed, types, document }),
    );
    checkOccurrences(node, requirements);
    nodes.set(name, { ...node, requirements });
  }
  refuseCycles(new Map([...nodes].map(([name, { requirements }]) => [name, requirements.map(({ target }) => target)])));
  return nodes;
}

/** The node's host, by the requirement of that name or any other that is a HostedOn relationship. */
export function hostOf(node: LinkedNode, nodes: LinkedNodes): LinkedNode | undefined {
  const hosting = node.requirements.filter(
    ({ relationshipType }) => relationshipType === 'tosca.relationships.HostedOn',
  );
  const requirement = hosting.find(({ name }) => name === 'host') ?? hosting[0];
  return requirement && nodes.get(requirement.target);
}

export function isA(node: { readonly type: ResolvedNodeType }, type: string): boolean {
  return node.type.ancestors.includes(type);
}

interface Typed {
  readonly template: NodeTemplate;
  readonly type: ResolvedNodeType;
}
interface LinkContext {
  readonly node: Typed;
  readonly typed: ReadonlyMap<string, Typed>;
  readonly types: TypeSystem;
  readonly document: TemplateDocument;
}

function checkNames(template: NodeTemplate, type: ResolvedNodeType): void {
  refuseUnknown(template.properties.keys(), type.properties, [...template.path, 'properties']);
  for (const [name, properties] of template.capabilities) {
    const path = [...template.path, 'capabilities', name];
    const capability = own(type.capabilities, name);
    if (!capability) fail(path, `is no capability of ${type.name}${suggest(name, Object.keys(type.capabilities))}`);
    refuseUnknown(properties.keys(), capability.properties, [...path, 'properties']);
  }
}

function linkRequirement(assignment: RequirementAssignment, context: LinkContext): LinkedRequirement {
  const { node, types } = context;
  const definition = own(node.type.requirements, assignment.name);
  if (!definition)
    fail(
      assignment.path,
      `is no requirement of ${node.type.name}${suggest(assignment.name, Object.keys(node.type.requirements))}`,
    );
  const target = findTarget(assignment, context);
  if (definition.node && !fits(target, types.fullNodeName(definition.node), node))
    fail(assignment.path, `${quote(target.template.name)} is a ${target.type.name}; a ${definition.node} is needed`);
  return {
    name: assignment.name,
    target: target.template.name,
    path: assignment.path,
    ...relate(assignment, definition.relationship, context),
  };
}

/** By node template's name, else by node type, if exactly one node is of that type. */
function findTarget({ node: wanted, path }: RequirementAssignment, { typed, types }: LinkContext): Typed {
  if (wanted === undefined) fail(path, 'names no node; name the node template that is meant');
  const named = typed.get(wanted);
  if (named) return named;
  if (!types.hasNodeType(wanted))
    fail(path, `there is no node template ${quote(wanted)}${suggest(wanted, typed.keys())}`);
  const full = types.fullNodeName(wanted);
  const matching = [...typed.values()].filter((node) => isA(node, full));
  const [only] = matching;
  if (only && matching.length === 1) return only;
  return fail(
    path,
    `${matching.length} node templates are of type ${quote(full)}; name the node template that is meant`,
  );
}

/** Software may be hosted on other software where its type inherits the plain `host` requirement: published templates rely on it. */
function fits(target: Typed, wanted: string, source: Typed): boolean {
  if (isA(target, wanted)) return true;
  return (
    wanted === 'tosca.nodes.Compute' &&
    !clusterTypes.some((type) => isA(source, type)) &&
    isA(target, 'tosca.nodes.SoftwareComponent')
  );
}

function relate(
  { relationship, properties, path }: RequirementAssignment,
  fallback: string,
  { types, document }: LinkContext,
): { readonly relationshipType: string; readonly properties: ReadonlyMap<string, Value> } {
  const template = relationship === undefined ? undefined : document.relationshipTemplates.get(relationship);
  const given = template?.type ?? relationship ?? fallback;
  const relationshipType = types.ancestors('relationship', given)[0] ?? given;
  const known = types.properties('relationship', given);
  const merged = new Map([...(template?.properties ?? []), ...properties]);
  if (known) refuseUnknown(merged.keys(), known, [...path, 'relationship', 'properties']);
  return { relationshipType, properties: merged };
}

function checkOccurrences({ template, type }: Typed, requirements: readonly LinkedRequirement[]): void {
  for (const [name, { occurrences, node }] of Object.entries(type.requirements)) {
    const [min, max] = occurrences;
    const count = requirements.filter((requirement) => requirement.name === name).length;
    const path = [...template.path, 'requirements', name];
    if (count < min)
      fail(path, `is required by ${type.name} and is not given; name a node${node ? ` of type ${node}` : ''}`);
    if (count > max) fail(path, `is given ${count} times; at most ${max} is allowed`);
  }
}
