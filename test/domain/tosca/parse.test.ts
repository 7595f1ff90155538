import { parseTemplate } from '../../../lambdas/domain/tosca/index.ts';
import { readYaml } from '../../../lambdas/domain/tosca/yaml.ts';
import { clusterNodes, refusal, templateText, topologyOf } from './templates.ts';

const header = 'tosca_definitions_version: tosca_simple_yaml_1_0\n';
const minimal = `${header}topology_template:\n  node_templates: {}\n`;

describe('parseTemplate', () => {
  it.each([
    ['text that is no YAML', 'a: [1, 2', /^The template is not valid YAML at line 1, column \d+: /],
    ['a generator pattern', '<pattern>\n  a: {b\n', /not valid YAML|is not a map/],
    ['nothing', '', /is not a map; a TOSCA template begins with tosca_definitions_version$/],
    ['a list', '- a', /is not a map/],
    ['two documents', `${minimal}---\n${minimal}`, /more than one YAML document/],
    ['no version', 'topology_template: {}', /^tosca_definitions_version: is missing; .* tosca_simple_yaml_1_0$/],
    [
      'another version',
      'tosca_definitions_version: heat_2013\ntopology_template: {a: 1}',
      /<heat_2013> is not supported/,
    ],
    ['a map as version', 'tosca_definitions_version: {a: 1}', /^tosca_definitions_version: must be a single value/],
    ['no topology', header, /^topology_template: is missing; it holds node_templates, inputs and outputs$/],
    ['a list as topology', `${header}topology_template: [a]`, /^topology_template: must be a map, but is a list$/],
    ['a misspelled section', `${header}topology_template: {node_template: {}}`, /did you mean node_templates\?$/],
    [
      'a key given twice',
      `${minimal}description: a\ndescription: b\n`,
      /line 5, column 1: the key <description> is given twice/,
    ],
    ['a key twice in a flow map', `${header}topology_template: {inputs: {}, inputs: {}}`, /<inputs> is given twice/],
    ['a map as key', `${minimal}? {a: 1}\n: b\n`, /a key must be a single value/],
    ['a missing anchor', `${header}topology_template: *nowhere`, /not valid YAML/],
    [
      'an anchor within itself',
      `${header}metadata: &m {a: *m}\ntopology_template: {a: 1}`,
      /<m> refers to itself or to nothing/,
    ],
    ['a node without type', templateText({ node_templates: { a: {} } }), /^node_templates\.a\.type: is missing/],
    [
      'a node that is a list',
      templateText({ node_templates: { a: [] } }),
      /^node_templates\.a: must be a map, but is a list$/,
    ],
    [
      'an odd requirement',
      templateText({ node_templates: { a: { type: 'x', requirements: [{ a: 1, b: 2 }] } } }),
      /requirements\.0: must be a map with exactly one key/,
    ],
    [
      'an odd flag',
      templateText({ inputs: { a: { required: 'perhaps' } } }),
      /^inputs\.a\.required: must be true or false, but is <perhaps>$/,
    ],
  ])('refuses %s', (_name, text, message) => {
    expect(refusal(() => parseTemplate(text))).toMatch(message);
  });

  it.each(['tosca_simple_yaml_1_0', "'tosca_simple_yaml_1_0'", 'tosca_simple_yaml_1_0_0'])(
    'accepts version %s',
    (version) => {
      expect(
        parseTemplate(`tosca_definitions_version: ${version}\ntopology_template: {a: }`.replace('{a: }', '{inputs: }'))
          .inputs.size,
      ).toBe(0);
    },
  );

  it('tolerates imports, repositories and dsl_definitions', () => {
    const text = `${header}imports: [{x: 'https://example.org/types.yaml'}]\nrepositories: {a: 1}\ndsl_definitions: {a: 1}\ntemplate_name: a\ntopology_template: {inputs: {}}\n`;
    expect(parseTemplate(text).text).toBe(text);
  });

  it.each<[string, string, string]>([
    ['the top', templateText({}, { imports: [], node_type: {} }), 'node_type: is not known; did you mean node_types?'],
    [
      'an input',
      templateText({ inputs: { a: { defualt: 1 } } }),
      'inputs.a.defualt: is not known; did you mean default?',
    ],
    ['an output', templateText({ outputs: { a: { valeu: 1 } } }), 'outputs.a.valeu: is not known; did you mean value?'],
    [
      'a requirement',
      templateText({ node_templates: { a: { type: 'x', requirements: [{ host: { nod: 'b' } }] } } }),
      'node_templates.a.requirements.host.nod: is not known; did you mean node?',
    ],
    [
      'a relationship',
      templateText({
        node_templates: { a: { type: 'x', requirements: [{ host: { node: 'b', relationship: { typ: 'c' } } }] } },
      }),
      'node_templates.a.requirements.host.relationship.typ: is not known; did you mean type?',
    ],
    [
      'a capability',
      templateText({ node_templates: { a: { type: 'x', capabilities: { host: { num_cpus: 1 } } } } }),
      'node_templates.a.capabilities.host.num_cpus: is not known; known are properties, attributes',
    ],
    [
      'an artifact',
      templateText({ node_templates: { a: { type: 'x', artifacts: { image: { files: 'b' } } } } }),
      'node_templates.a.artifacts.image.files: is not known; did you mean file?',
    ],
    [
      'a policy',
      templateText({ policies: [{ a: { type: 'x', target: ['b'] } }] }),
      'policies.a.target: is not known; did you mean targets?',
    ],
    [
      'a group',
      templateText({ groups: { a: { member: [] } } }),
      'groups.a.member: is not known; did you mean members?',
    ],
    [
      'a relationship template',
      templateText({ relationship_templates: { a: { type: 'x', propertis: {} } } }),
      'relationship_templates.a.propertis: is not known; did you mean properties?',
    ],
  ])('refuses an unknown key of %s, with the nearest known name', (_name, text, message) => {
    expect(refusal(() => parseTemplate(text))).toBe(message);
  });

  it('notes a capability that stands beside the key capabilities, and refuses any other stray key of a node', () => {
    const nodes = clusterNodes();
    const stray = (key: string) => ({ ...nodes, slave_server: { ...(nodes.slave_server as object), [key]: {} } });
    expect(topologyOf({ node_templates: stray('scalable') }).notes).toEqual([
      'node_templates.slave_server.scalable has no effect: capabilities stand below the key capabilities',
    ]);
    expect(refusal(() => topologyOf({ node_templates: stray('propertys') }))).toBe(
      'node_templates.slave_server.propertys: is not known; did you mean properties?',
    );
  });

  it('notes what is understood and has no effect', () => {
    const topology = {
      node_templates: { a: { type: 'x', directives: ['substitutable'], attributes: { state: 'on' } } },
      groups: { all: { type: 'tosca.groups.Root', members: ['a'] } },
      substitution_mappings: { node_type: 'x' },
    };
    expect(parseTemplate(templateText(topology)).notes).toEqual([
      'node_templates.a.directives has no effect: there is nothing that a node could be substituted by',
      'node_templates.a.attributes has no effect: attributes are what is found at the running cluster',
      'groups.all has no effect but as a target of policies',
      'substitution_mappings has no effect: a template is a whole deployment here',
    ]);
    expect(refusal(() => parseTemplate(templateText({ groups: { all: { members: ['b'] } } })))).toBe(
      'groups.all.members: there is no node template <b>',
    );
  });

  it('takes operations without an implementation for no scripts', () => {
    const scripts = (interfaces: object) =>
      parseTemplate(templateText({ node_templates: { a: { type: 'x', interfaces } } })).nodeTemplates[0]?.scripts;
    expect(scripts({ Standard: { create: null, start: { inputs: { a: 1 } }, inputs: { b: 2 } } })).toEqual([]);
    expect(scripts({ Standard: { create: 'a.sh', start: { implementation: 'b.sh' } } })).toEqual([
      'Standard.create',
      'Standard.start',
    ]);
  });

  describe('copy', () => {
    const source = { type: 'tosca.nodes.indigo.Compute', properties: { instance_name: 'a', tags: { x: '1' } } };
    const read = (b: object, more: object = {}) => topologyOf({ node_templates: { a: source, b, ...more } });

    it('takes all of another template, and what is given goes before', () => {
      const node = read({ copy: 'a', properties: { instance_name: 'b' } }).nodes.get('b');
      expect(node?.type.name).toBe('tosca.nodes.indigo.Compute');
      expect(node?.properties.get('instance_name')?.value).toBe('b');
      expect(node?.properties.get('tags')?.value).toEqual({ x: '1' });
    });

    it.each<[string, object, object, string]>([
      ['nothing', { copy: 'aa' }, {}, 'node_templates.b.copy: there is no template <aa>; did you mean a?'],
      ['a copy', { copy: 'c' }, { c: { copy: 'a' } }, 'node_templates.b.copy: <c> is a copy itself; copy its original'],
      ['itself', { copy: 'b' }, {}, 'node_templates.b.copy: <b> is a copy itself; copy its original'],
    ])('refuses a copy of %s', (_name, copy, more, message) => {
      expect(refusal(() => read(copy, more))).toBe(message);
    });

    it('is bounded', () => {
      const tags = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`t${i}`, 'x']));
      const copies = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`c${i}`, { copy: 'a' }]));
      const nodes = { a: { ...source, properties: { tags } }, ...copies };
      expect(refusal(() => parseTemplate(templateText({ node_templates: nodes })))).toMatch(
        /copies have more than 50000/,
      );
    });
  });

  it('reads required: yes and no in every spelling', () => {
    const text = `${header}topology_template:\n  inputs:\n    a: {required: yes}\n    b: {required: No}\n    c: {required: true}\n    d: {required: false}\n    e: {}\n`;
    const required = [...parseTemplate(text).inputs.values()].map((input) => input.required);
    expect(required).toEqual([true, false, true, false, true]);
  });

  it('takes a missing section, a null one and null properties as empty', () => {
    const document = parseTemplate(
      `${header}topology_template:\n  inputs:\n  outputs: ~\n  node_templates:\n    a:\n      type: x\n      properties:\n      capabilities:\n        scalable:\n          properties:\n`,
    );
    expect(document.nodeTemplates[0]?.capabilities.get('scalable')?.size).toBe(0);
  });

  it('reads CRLF, a byte order mark, comments with no-break spaces and a missing final newline', () => {
    const text = `\uFEFF${minimal.replaceAll('\n', '\r\n')}# a\u00a0comment`;
    expect(parseTemplate(text).nodeTemplates).toEqual([]);
  });

  it('merges `<<` and shares anchors', () => {
    const text = `${header}dsl_definitions:\n  host: &host { num_cpus: 2, mem_size: 4 GB }\ntopology_template:\n  node_templates:\n    a:\n      type: tosca.nodes.Compute\n      capabilities:\n        host:\n          properties:\n            <<: *host\n            num_cpus: 4\n`;
    const host = parseTemplate(text).nodeTemplates[0]?.capabilities.get('host');
    expect([...(host ?? [])].map(([name, value]) => [name, value.kind === 'scalar' && value.text])).toEqual([
      ['num_cpus', '4'],
      ['mem_size', '4 GB'],
    ]);
  });

  it('keeps the text of scalars that are versions', () => {
    const text = `${header}topology_template: {node_templates: {a: {type: Compute, capabilities: {os: {properties: {version: 16.10}}}}}}`;
    expect(parseTemplate(text).nodeTemplates[0]?.capabilities.get('os')?.get('version')).toMatchObject({
      plain: 16.1,
      text: '16.10',
    });
  });

  it('reads unbraced pairs inside flow sequences', () => {
    const value = readYaml("concat: [ 'http://', get_attribute: [ n, public_address, 0 ], ':5050' ]");
    const items = value.kind === 'map' ? value.entries.get('concat') : undefined;
    expect(items?.kind === 'list' && items.items.map((item) => item.kind)).toEqual(['scalar', 'map', 'scalar']);
  });

  it('treats names such as __proto__ as ordinary', () => {
    const text = `${header}dsl_definitions: {__proto__: {polluted: 1}}\ntopology_template: {inputs: {__proto__: {default: 1}, constructor: {default: 2}}, outputs: {__proto__: {value: {get_input: __proto__}}}}`;
    expect([...parseTemplate(text).inputs.keys()]).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const topology = topologyOf(JSON.parse('{"node_templates":{"__proto__":{"type":"tosca.nodes.Compute"}}}'));
    expect([...topology.nodes.keys()]).toEqual(['__proto__']);
  });
});
