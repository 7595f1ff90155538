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

  it('tolerates unknown keys at the top, imports and dsl_definitions', () => {
    const text = `${header}imports: [{x: 'https://example.org/types.yaml'}]\ndsl_definitions: {a: 1}\nwhatever: [1]\ntopology_template: {inputs: {}}\n`;
    expect(parseTemplate(text).text).toBe(text);
  });

  it('notes keys of a node template that have no effect', () => {
    const nodes = clusterNodes();
    const text = templateText({ node_templates: { ...nodes, slave: { ...(nodes.slave as object), scalable: {} } } });
    expect(parseTemplate(text).notes).toEqual([
      'node_templates.slave.scalable has no effect: a node template has no such key',
    ]);
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
    const text = `${header}__proto__: {polluted: 1}\ntopology_template: {inputs: {__proto__: {default: 1}, constructor: {default: 2}}, outputs: {__proto__: {value: {get_input: __proto__}}}}`;
    expect([...parseTemplate(text).inputs.keys()]).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const topology = topologyOf(JSON.parse('{"node_templates":{"__proto__":{"type":"tosca.nodes.Compute"}}}'));
    expect([...topology.nodes.keys()]).toEqual(['__proto__']);
  });
});
