/** The catalogue against the type files that INDIGO and DODAS published. */
import { parse } from 'yaml';
import { inlineNodeType, inlinePropertyType } from '../../../lambdas/domain/tosca/catalogue/inline.ts';
import { builtInTypes, catalogueOf, type TypeKind } from '../../../lambdas/domain/tosca/catalogue/kinds.ts';
import { refusedTypes } from '../../../lambdas/domain/tosca/catalogue/refused-types.ts';
import type {
  NodeType,
  PropertyDefinition,
  PropertyType,
  RequirementDefinition,
  Schema,
} from '../../../lambdas/domain/tosca/catalogue/schema.ts';
import { soundsSecret } from '../../../lambdas/domain/tosca/catalogue/schema.ts';
import { fromPlain, type Value } from '../../../lambdas/domain/tosca/value.ts';
import { describePublished, publishedText } from '../../support/published-templates.ts';
import { refusal, topologyOf } from './templates.ts';

const sections: Readonly<Record<string, TypeKind>> = {
  node_types: 'node',
  data_types: 'data',
  capability_types: 'capability',
  relationship_types: 'relationship',
  policy_types: 'policy',
  artifact_types: 'artifact',
};
type AnyType = NodeType & PropertyType;
type Described = Readonly<Record<string, unknown>>;

/** Types by kind and name; the files give one key twice, which the reader of templates refuses. */
function publishedTypes(branch: string): readonly (readonly [TypeKind, string, AnyType])[] {
  // Nothing where the files are not kept.
  const document = parse(publishedText('types', `custom_types.${branch}.yaml`), { uniqueKeys: false }) ?? {};
  return Object.entries(sections).flatMap(([section, kind]) =>
    Object.entries(document[section] ?? {}).flatMap(([name, plain]) => {
      if (!Object.hasOwn(catalogueOf(kind), name)) return [[kind, name, {}] as const];
      const inline = { name, body: fromPlain(plain), path: [section, name] };
      return [[kind, name, kind === 'node' ? inlineNodeType(inline) : inlinePropertyType(inline)] as const];
    }),
  );
}

/** What a type says for itself, one line a fact, so that differences can be named. */
function factsOf(type: AnyType): Described {
  const of = <T>(prefix: string, entries: Readonly<Record<string, T>> | undefined, describe: (entry: T) => unknown) =>
    Object.entries(entries ?? {}).map(([name, entry]) => [`${prefix}.${name}`, describe(entry)] as const);
  return Object.fromEntries([
    ['derived_from', type.derivedFrom ?? ''],
    ...of('properties', type.properties, describeProperty),
    ...of('attributes', type.attributes, (name) => name),
    ...of('capabilities', type.capabilities, (capability) => capability.type),
    ...of('requirements', type.requirements, describeRequirement),
  ]);
}

function describeProperty(property: PropertyDefinition): unknown {
  const required = property.required === true && property.default === undefined;
  return { ...describeSchema(property), required, default: JSON.stringify(plainText(property.default)) };
}

function describeSchema({ type, entries, constraints }: Schema): Described {
  return { type, entries: entries && describeSchema(entries), constraints: constraints ?? [] };
}

function describeRequirement({ node, capability, relationship, occurrences }: Partial<RequirementDefinition>): unknown {
  return { node, capability, relationship, occurrences: (occurrences ?? [1, 1]).join() };
}

/** The published files quote numbers at will. */
function plainText(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value === undefined ? undefined : String(value);
  const { kind, ...rest } = value as Value;
  if (kind === 'scalar') return (rest as { text: string }).text;
  if (kind === 'list') return (rest as { items: Value[] }).items.map(plainText);
  if (kind === 'map') return plainText(Object.fromEntries((rest as { entries: Map<string, Value> }).entries));
  if (Array.isArray(value)) return value.map(plainText);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainText(item)]));
}

/** Facts that the two tell differently. */
function differences(ours: Described, theirs: Described): readonly string[] {
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...names].filter((name) => JSON.stringify(ours[name]) !== JSON.stringify(theirs[name]));
}

const password = "a well-known password is no default: one is made up, or the cluster's own is used";
const unused = 'nothing here uses it, so a well-known default would only mislead';
const bounded = 'a negative amount cannot be made';
const anywhere = 'any machine will do';

/** What is meant to differ from the branch master, and why. */
const deliberate: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'tosca.nodes.indigo.LRMS.FrontEnd.Mesos': {
    'properties.mesos_password': password,
    'properties.chronos_password': password,
    'properties.release': 'ours: the set of software versions',
  },
  'tosca.nodes.indigo.ElasticCluster': {
    'properties.secret_token': password,
    'properties.iam_access_token': password,
    'properties.iam_clues_client_secret': password,
    'properties.orchestrator_url': unused,
    'properties.iam_clues_client_id': unused,
    'properties.marathon_credentials': unused,
    'properties.chronos_credentials': unused,
    'properties.mesos_credentials': unused,
    'requirements.host': 'it runs in the control plane, so it needs no host',
  },
  'tosca.nodes.indigo.CmsServices': {
    'properties.marathon_password': password,
    'properties.local_cache_expiration_time': 'only in the branch dodas_roll',
    'properties.lock_file_age': 'only in the branch dodas_roll',
    'properties.cache_dir': 'only in the branch dodas_roll',
  },
  'tosca.nodes.indigo.CmsWnConfig': { 'properties.cms_xrd_readserver': 'only in the branch dodas_roll' },
  'tosca.nodes.indigo.MesosLoadBalancer': { 'requirements.host': anywhere },
  'tosca.nodes.indigo.Container.Application.Docker': {
    'properties.priviliged': 'the spelling of the branch dodas_roll',
  },
  'tosca.capabilities.indigo.Container': { 'properties.num_gpus': bounded, 'properties.sgx_epc_size': bounded },
  'tosca.capabilities.indigo.Container.Docker': { 'properties.num_gpus': bounded },
  'tosca.capabilities.indigo.Scalable': {
    'properties.count': bounded,
    'properties.min_instances': 'inherited as it is',
    'properties.max_instances': 'inherited as it is',
  },
  'tosca.policies.indigo.Placement': { 'properties.availability_zone': 'inherited as it is' },
};

/** What the branch dodas_roll says otherwise than master, which is followed. Properties that it lacks are not listed. */
const older: Readonly<Record<string, readonly string[]>> = {
  'tosca.nodes.indigo.Compute': ['derived_from'],
  'tosca.nodes.indigo.Container.Runtime.Docker': ['derived_from'],
  'tosca.nodes.indigo.Container.Application.Docker.Chronos': ['properties.priviliged'],
  'tosca.nodes.indigo.ElasticCluster': ['properties.deployment_id'],
  'tosca.nodes.indigo.CmsServices': ['properties.cms_wn_image', 'properties.cms_proxycache_image'],
  'tosca.nodes.indigo.XCache': ['properties.marathon_password'],
  'tosca.nodes.indigo.HTCondorServices': ['properties.marathon_password'],
};

describePublished.each(['master', 'dodas_roll'])('published types of the branch %s', (branch) => {
  const types = publishedTypes(branch);

  it('are in the catalogue, or refused with a reason', () => {
    const missing = types.filter(([kind, name]) => !Object.hasOwn(catalogueOf(kind), name) && !refusedTypes.has(name));
    expect(missing.map(([, name]) => name)).toEqual([]);
  });

  it('say what the catalogue says, but for what is meant to differ', () => {
    const found = types.flatMap(([kind, name, type]) => {
      const ours = catalogueOf(kind)[name] as AnyType | undefined;
      if (!ours) return [];
      const facts = { ours: factsOf(ours), theirs: factsOf(type) };
      return differences(facts.ours, facts.theirs)
        .filter((fact) => branch === 'master' || Object.hasOwn(facts.theirs, fact))
        .map((fact) => `${name} ${fact}`);
    });
    const listed = Object.entries(deliberate).flatMap(([name, facts]) =>
      Object.keys(facts).map((fact) => `${name} ${fact}`),
    );
    const expected =
      branch === 'master'
        ? listed
        : [
            ...listed.filter((fact) => found.includes(fact)),
            ...Object.entries(older).flatMap(([name, facts]) => facts.map((fact) => `${name} ${fact}`)),
          ];
    expect(found.sort()).toEqual([...new Set(expected)].sort());
  });
});

describe('the catalogue', () => {
  const kinds = [...new Set(Object.values(sections)), 'group' as const];

  it('has a definition for every type that it names', () => {
    const named = kinds.flatMap((kind) =>
      Object.values(catalogueOf(kind)).flatMap((type: AnyType) => [
        ...(type.derivedFrom && !builtInTypes.has(type.derivedFrom) ? [[kind, type.derivedFrom] as const] : []),
        ...Object.values(type.properties ?? {}).flatMap(typesIn),
        ...Object.values(type.capabilities ?? {}).map((capability) => ['capability', capability.type] as const),
        ...Object.values(type.requirements ?? {}).flatMap(({ node, capability, relationship }) => [
          ...(node ? [['node', node] as const] : []),
          ...(capability ? [['capability', capability] as const] : []),
          ...(relationship ? [['relationship', relationship] as const] : []),
        ]),
        ...Object.values(type.artifacts ?? {}).map((artifact) => ['artifact', artifact.type] as const),
      ]),
    );
    expect(named.filter(([kind, name]) => !Object.hasOwn(catalogueOf(kind), name))).toEqual([]);
  });

  it('marks every text as secret that is called so', () => {
    const open = kinds.flatMap((kind) =>
      Object.entries(catalogueOf(kind)).flatMap(([type, { properties }]: [string, AnyType]) =>
        Object.entries(properties ?? {})
          .filter(([name, { secret }]) => soundsSecret(name) && !secret)
          .map(([name]) => `${type} ${name}`),
      ),
    );
    expect(open).toEqual([]);
  });

  it('refuses no type that it has', () => {
    expect(
      [...refusedTypes.keys()].filter((name) => kinds.some((kind) => Object.hasOwn(catalogueOf(kind), name))),
    ).toEqual([]);
  });

  it('says why a type is refused, also for one that derives from it', () => {
    const reason =
      'it belongs to another batch system or container platform, and clusters here are made of Apache Mesos';
    const slurm = 'tosca.nodes.indigo.LRMS.FrontEnd.Slurm';
    expect(refusal(() => topologyOf({ node_templates: { a: { type: slurm } } }))).toBe(
      `node_templates.a: type ${slurm} is not supported: ${reason}`,
    );
    const node_types = { mine: { derived_from: slurm }, [slurm]: { derived_from: 'tosca.nodes.Root' } };
    expect(refusal(() => topologyOf({ node_templates: { a: { type: 'mine' } } }, {}, { node_types }))).toContain(
      reason,
    );
  });
});

function typesIn({ type, entries }: Schema): readonly (readonly ['data', string])[] {
  return [...(builtInTypes.has(type) ? [] : [['data', type] as const]), ...(entries ? typesIn(entries) : [])];
}
