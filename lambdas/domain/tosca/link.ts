/** Gives every node template its type and every requirement its target. */
import { longName, own } from './catalogue/kinds.ts';
import type { ResolvedCapability, ResolvedNodeType } from './catalogue/resolved.ts';
import type { RequirementDefinition } from './catalogue/schema.ts';
import type { TypeSystem } from './catalogue/type-system.ts';
import { refuseUnknown } from './coerce.ts';
import { refuseCycles } from './cycles.ts';
import type { NodeFilter, NodeTemplate, RequirementAssignment, TemplateDocument } from './document.ts';
import { dotted, fail, quote, suggest } from './fault.ts';
import { nodeKeys } from './parse-node.ts';
import { refuseKey } from './shape.ts';
import type { Path, Value } from './value.ts';

/** Their hosts are machines, whatever other software may do. */
const clusterSoftware = [
  'tosca.nodes.indigo.LRMS.FrontEnd',
  'tosca.nodes.indigo.LRMS.WorkerNode',
  'tosca.nodes.indigo.MesosLoadBalancer',
];
/** Capabilities that published templates write beside `capabilities` by mistake. */
const machineCapabilities = ['scalable', 'host', 'os', 'endpoint'];

export interface LinkedRequirement {
  readonly name: string;
  /** Name of the target node. */
  readonly target: string;
  /** Name of the target's capability that is used, if the requirement says which. */
  readonly capability?: string;
  readonly relationshipType: string;
  /** Whether the relationship is HostedOn, or a kind of it. */
  readonly hosts: boolean;
  readonly properties: ReadonlyMap<string, Value>;
  readonly path: Path;
}

export interface LinkedNode {
  readonly template: NodeTemplate;
  readonly type: ResolvedNodeType;
  readonly requirements: readonly LinkedRequirement[];
}
export type LinkedNodes = ReadonlyMap<string, LinkedNode>;

/** Whether a node has what a filter asks for. @throws InvalidInput if the filter is wrong */
export type FilterTest = (node: LinkedNode, filter: NodeFilter) => boolean;

/**
 * @param makeFilter makes the test of node filters; it is given the nodes without their requirements
 * @throws InvalidInput for unknown types, properties, capabilities, requirements and targets, and for loops of requirements
 */
export function linkNodes(
  document: TemplateDocument,
  types: TypeSystem,
  makeFilter: (nodes: LinkedNodes) => FilterTest,
): { readonly nodes: LinkedNodes; readonly notes: readonly string[] } {
  const typed: LinkedNodes = new Map(
    document.nodeTemplates.map((template) => [
      template.name,
      { template, type: types.nodeType(template.type, template.path), requirements: [] },
    ]),
  );
  const matches = makeFilter(typed);
  const notes: string[] = [];
  const nodes = new Map<string, LinkedNode>();
  for (const [name, node] of typed) {
    notes.push(...checkNames(node, types));
    const requirements = node.template.requirements.map((requirement) =>
      linkRequirement(requirement, { node, typed, types, document, matches }),
    );
    checkOccurrences(node, requirements);
    nodes.set(name, { ...node, requirements });
  }
  refuseCycles(new Map([...nodes].map(([name, { requirements }]) => [name, requirements.map(({ target }) => target)])));
  return { nodes, notes };
}

/** The node's host, by the requirement of that name or any other that is a HostedOn relationship. */
export function hostOf(node: LinkedNode, nodes: LinkedNodes): LinkedNode | undefined {
  const hosting = node.requirements.filter(({ hosts }) => hosts);
  const requirement = hosting.find(({ name }) => name === 'host') ?? hosting[0];
  return requirement && nodes.get(requirement.target);
}

export function isA(node: { readonly type: ResolvedNodeType }, type: string): boolean {
  return node.type.ancestors.includes(type);
}

/** Capabilities of the node by their own name or the name of their type. */
export function capabilitiesNamed(node: LinkedNode, name: string): readonly (readonly [string, ResolvedCapability])[] {
  const full = longName('capability', name);
  const named = own(node.type.capabilities, name);
  if (named) return [[name, named]];
  return Object.entries(node.type.capabilities).filter(([, { ancestors }]) => ancestors.includes(full));
}

interface LinkContext {
  readonly node: LinkedNode;
  readonly typed: LinkedNodes;
  readonly types: TypeSystem;
  readonly document: TemplateDocument;
  readonly matches: FilterTest;
}

/** @returns notes on keys without effect */
function checkNames({ template, type }: LinkedNode, types: TypeSystem): readonly string[] {
  refuseUnknown(template.properties.keys(), type.properties, [...template.path, 'properties']);
  for (const [name, properties] of template.capabilities) {
    const path = [...template.path, 'capabilities', name];
    const capability = own(type.capabilities, name);
    if (!capability) fail(path, `is no capability of ${type.name}${suggest(name, Object.keys(type.capabilities))}`);
    refuseUnknown(properties.keys(), capability.properties, [...path, 'properties']);
  }
  for (const artifact of template.artifacts.values()) types.requireType('artifact', artifact.type, artifact.path);
  return template.strayKeys.map((key) => judgeStray(key, template, type));
}

/** A capability out of its place is noted; anything else is a mistake. */
function judgeStray(key: string, { path }: NodeTemplate, type: ResolvedNodeType): string {
  if (!machineCapabilities.includes(key) && !own(type.capabilities, key)) refuseKey(key, path, nodeKeys);
  return `${dotted([...path, key])} has no effect: capabilities stand below the key capabilities`;
}

function linkRequirement(assignment: RequirementAssignment, context: LinkContext): LinkedRequirement {
  const { node } = context;
  const { name, path } = assignment;
  const definition = own(node.type.requirements, name);
  if (!definition)
    fail(path, `is no requirement of ${node.type.name}${suggest(name, Object.keys(node.type.requirements))}`);
  const target = findTarget(assignment, definition, context);
  const capability = findCapability(assignment, definition, target, context);
  return {
    name,
    target: target.template.name,
    path,
    ...(capability === undefined ? {} : { capability }),
    ...relate(assignment, definition.relationship, context),
  };
}

/** By node template's name, else by node type and filter, if exactly one node is such. */
function findTarget(
  { node: wanted, filter, path }: RequirementAssignment,
  definition: RequirementDefinition,
  context: LinkContext,
): LinkedNode {
  const { typed, types, matches } = context;
  const named = wanted === undefined ? undefined : typed.get(wanted);
  if (named) {
    refuseTarget(named, definition, path, context);
    if (filter && !matches(named, filter))
      fail(filter.path, `${quote(named.template.name)} is not what the filter asks for`);
    return named;
  }
  const type = wanted ?? (filter && definition.node);
  if (type === undefined) fail(path, 'names no node; name the node template that is meant');
  if (!types.hasNodeType(type)) fail(path, `there is no node template ${quote(type)}${suggest(type, typed.keys())}`);
  const full = types.fullNodeName(type);
  const matching = [...typed.values()].filter((node) => isA(node, full) && (!filter || matches(node, filter)));
  const [only] = matching;
  if (only && matching.length === 1) {
    refuseTarget(only, definition, path, context);
    return only;
  }
  const what = filter ? `${quote(full)} and what the filter asks for` : quote(full);
  return fail(path, `${matching.length} node templates are of type ${what}; name the node template that is meant`);
}

function refuseTarget(target: LinkedNode, definition: RequirementDefinition, path: Path, context: LinkContext): void {
  if (definition.node && !fits(target, context.types.fullNodeName(definition.node), context.node))
    fail(path, `${quote(target.template.name)} is a ${target.type.name}; a ${definition.node} is needed`);
}

/** Software may be hosted on other software where its type inherits the plain `host` requirement: published templates rely on it. */
function fits(target: LinkedNode, wanted: string, source: LinkedNode): boolean {
  if (isA(target, wanted)) return true;
  return (
    wanted === 'tosca.nodes.Compute' &&
    !clusterSoftware.some((type) => isA(source, type)) &&
    isA(target, 'tosca.nodes.SoftwareComponent')
  );
}

/** The target's capability that is used: the one assigned, else the one defined. */
function findCapability(
  { name, capability: wanted, path }: RequirementAssignment,
  definition: RequirementDefinition,
  target: LinkedNode,
  { node, types }: LinkContext,
): string | undefined {
  const asked = wanted ?? definition.capability;
  if (asked === undefined) return undefined;
  const found = capabilitiesNamed(target, asked);
  const [capability, resolved] = found.find(([known]) => known === name) ?? found[0] ?? [];
  if (capability === undefined || !resolved) {
    // Software on software without such a capability: see `fits`.
    if (wanted === undefined && definition.node === 'tosca.nodes.Compute') return undefined;
    return fail(path, `${quote(target.template.name)} has no capability ${quote(asked)}, which is needed`);
  }
  if (
    resolved.validSourceTypes.length > 0 &&
    !resolved.validSourceTypes.some((type) => isA(node, types.fullNodeName(type)))
  )
    fail(
      path,
      `the capability ${capability} of ${quote(target.template.name)} is for ${resolved.validSourceTypes.join(', ')} only`,
    );
  return capability;
}

function relate(
  { relationship, properties, path, name }: RequirementAssignment,
  defined: string,
  { types, document }: LinkContext,
): Pick<LinkedRequirement, 'relationshipType' | 'hosts' | 'properties'> {
  const template = relationship === undefined ? undefined : document.relationshipTemplates.get(relationship);
  const given = template?.type ?? relationship ?? defined;
  const at = [...path, 'relationship'];
  types.requireType('relationship', given, at);
  const ancestors = types.ancestors('relationship', given);
  const [relationshipType = given] = ancestors;
  // A plain dependency may be of any kind; elsewhere the kind says what the requirement is for.
  const [wanted = defined] = types.ancestors('relationship', defined);
  if (name !== 'dependency' && !ancestors.includes(wanted))
    fail(at, `${quote(relationshipType)} is no ${wanted}, which the requirement is`);
  const merged = new Map([...(template?.properties ?? []), ...properties]);
  refuseUnknown(merged.keys(), types.properties('relationship', given) ?? {}, [...at, 'properties']);
  return { relationshipType, hosts: ancestors.includes('tosca.relationships.HostedOn'), properties: merged };
}

function checkOccurrences({ template, type }: LinkedNode, requirements: readonly LinkedRequirement[]): void {
  for (const [name, { occurrences, node, capability }] of Object.entries(type.requirements)) {
    const [min, max] = occurrences;
    const count = requirements.filter((requirement) => requirement.name === name).length;
    const path = [...template.path, 'requirements', name];
    const what = node ? ` of type ${node}` : capability ? ` with the capability ${capability}` : '';
    if (count < min) fail(path, `is required by ${type.name} and is not given; name a node${what}`);
    if (count > max) fail(path, `is given ${count} times; at most ${max} is allowed`);
  }
}
