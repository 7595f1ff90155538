import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { InvalidInput } from '../../../lambdas/contracts/error-names.ts';
import { parseTemplate, readTopology, redactTemplate, restoreTemplate } from '../../../lambdas/domain/tosca/index.ts';
import { clusterNodes, refusal, templateText, topologyOf } from './templates.ts';

const header = 'tosca_definitions_version: tosca_simple_yaml_1_0\n';

const leaf = fc.oneof(
  fc.constantFrom(
    'SELF',
    'HOST',
    'TARGET',
    'master',
    'slave',
    'host',
    'string',
    'list',
    'mine',
    'other',
    'UNBOUNDED',
    '(a+)+',
    '2 GB',
    '',
  ),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const words = [
  ...[
    'type',
    'properties',
    'node',
    'host',
    'x',
    '__proto__',
    'derived_from',
    'required',
    'default',
    'constraints',
    'copy',
  ],
  ...[
    'entry_schema',
    'capabilities',
    'requirements',
    'attributes',
    'artifacts',
    'interfaces',
    'occurrences',
    'file',
    'a',
  ],
  ...[
    'capability',
    'relationship',
    'node_filter',
    'valid_source_types',
    'in_range',
    'pattern',
    'valid_values',
    'length',
  ],
  ...['get_input', 'get_property', 'get_attribute', 'get_artifact', 'get_nodes_of_type', 'concat', 'token'],
];

/** Reads it all; only InvalidInput may come out. */
function survives(text: string, parameters: Record<string, unknown> = {}): boolean {
  try {
    const document = parseTemplate(text);
    const topology = readTopology(document, parameters);
    const { text: stored, literals } = redactTemplate(document, topology);
    return restoreTemplate(stored, literals) === text;
  } catch (error) {
    if (error instanceof InvalidInput) return true;
    throw error;
  }
}

describe('hostile templates', () => {
  const bomb = ['a: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level += 1) bomb.push(`b${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`);

  it.each([
    ['too many bytes', `# ${'é'.repeat(140_000)}\n${header}`, /has \d+ bytes; at most 262144 are allowed$/],
    ['aliases that explode', `${bomb.join('\n')}\n`, /expands to more than 50000 values/],
    ['deep flow nesting', `a: ${'['.repeat(100_000)}`, /nested deeper than 64 levels/],
    ['deep block nesting', '- '.repeat(100_000), /nested deeper than 64 levels/],
    [
      'depth by aliases',
      `a0: &a0 [x]\n${Array.from({ length: 80 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`).join('\n')}\n`,
      /nested deeper/,
    ],
    ['too many tokens', ','.repeat(250_000), /too many YAML tokens|not valid YAML/],
  ])('refuses %s at once', (_name, text, message) => {
    const start = performance.now();
    expect(refusal(() => parseTemplate(text))).toMatch(message);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('takes the byte limit as a parameter', () => {
    expect(refusal(() => parseTemplate(header, 10))).toBe('The template has 49 bytes; at most 10 are allowed');
  });

  it('stops functions that multiply text', () => {
    const nodes = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `n${i}`,
        {
          type: 'tosca.nodes.indigo.Compute',
          properties: {
            instance_name:
              i === 0 ? 'x'.repeat(1000) : { concat: Array(2).fill({ get_property: [`n${i - 1}`, 'instance_name'] }) },
          },
        },
      ]),
    );
    expect(refusal(() => topologyOf({ node_templates: nodes }))).toMatch(/grows too big/);
  });

  it('stops big inputs that are used often', () => {
    const outputs = { o: { value: Array(2000).fill({ get_input: 'big' }) } };
    const topology = topologyOf({ inputs: { big: {} }, outputs }, { big: 'x'.repeat(50_000) });
    expect(topology.outputs.o).toEqual({
      literal: 'node_templates: the template grows too big when its functions are evaluated',
    });
  });

  it('follows long chains of secrets', () => {
    const inputs = Object.fromEntries(
      Array.from({ length: 5000 }, (_, i) => [`i${i}`, { default: { get_input: `i${i + 1}` } }]),
    );
    const nodes = { elastic: { type: 'tosca.nodes.Root' }, ...clusterNodes() } as Record<
      string,
      { properties?: object }
    >;
    const changed = { ...nodes.master, properties: { marathon_password: { get_input: 'i0' } } };
    const text = templateText({ inputs, node_templates: { ...nodes, master: changed } });
    expect(survives(text)).toBe(true);
  });

  it('looks into data types that hold themselves', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`p${i}`, { type: 'loop', required: false }]),
    );
    const node_types = { mine: { derived_from: 'tosca.nodes.Root', properties: { a: { type: 'loop' } } } };
    const text = templateText(
      { node_templates: { n: { type: 'mine', properties: { a: { p1: { p2: {} } } } } } },
      { node_types, data_types: { loop: { properties } } },
    );
    expect(survives(text)).toBe(true);
  });

  it('stops properties that depend on each other', () => {
    const name = (other: string) => ({ instance_name: { get_property: [other, 'instance_name'] } });
    const nodes = {
      a: { type: 'tosca.nodes.indigo.Compute', properties: name('b') },
      b: { type: 'tosca.nodes.indigo.Compute', properties: name('a') },
    };
    expect(refusal(() => topologyOf({ node_templates: nodes }))).toMatch(/depends on itself/);
  });

  it('refuses parameters that are nested too deep', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 5000; level += 1) deep = [deep];
    expect(refusal(() => topologyOf({ inputs: { a: {} }, node_templates: {} }, { a: deep }))).toBe(
      'parameters.a: is nested deeper than 64 levels',
    );
  });

  it('throws nothing but InvalidInput for any text', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '\n',
      '  ',
      '&x ',
      '*x',
      '!!int ',
      '|\n',
      '"',
      "'",
      '#',
      '?',
      '---\n',
      '<<',
      '%',
      '\t',
      '\u0000',
      '`',
      header,
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (parts) => survives(parts.join(''))),
      { numRuns: 200 },
    );
  });

  it('throws nothing but InvalidInput for any data', () => {
    const leaf = fc.oneof(
      fc.constantFrom('SELF', 'HOST', 'master', 'slave', 'host', 'count', 'private_address', '__proto__', '2 GB', ''),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, leaf, tie('list'), tie('call'), tie('map')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      call: fc
        .tuple(
          fc.constantFrom('get_input', 'get_property', 'get_attribute', 'concat', 'token', 'get_artifact'),
          tie('list'),
        )
        .map(([name, args]) => ({ [name]: args })),
      map: fc.dictionary(
        fc.constantFrom('type', 'properties', 'node', 'host', 'token', 'x', '__proto__'),
        tie('value'),
        { maxKeys: 3 },
      ),
    }));
    const places = ['inputs', 'outputs', 'policies', 'groups', 'relationship_templates', 'node_templates'];
    const property = fc.property(
      value,
      fc.constantFrom(...places, 'marathon_password', 'wn', 'tags'),
      (data, place) => {
        if (places.includes(place)) return survives(templateText({ node_templates: clusterNodes(), [place]: data }));
        const nodes = clusterNodes() as Record<string, { properties?: object }>;
        const changed = {
          ...nodes,
          master: { ...nodes.master, properties: { ...nodes.master?.properties, [place]: data } },
        };
        return survives(templateText({ node_templates: changed, outputs: { o: { value: data } } }));
      },
    );
    fc.assert(property, { numRuns: 120 });
  });

  /** Data that looks like parts of a template, wherever it is put. */
  const parts = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, leaf, tie('list'), tie('map')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    map: fc.dictionary(fc.constantFrom(...words), tie('value'), { maxKeys: 4 }),
  })).value;

  it('throws nothing but InvalidInput for any types of its own', () => {
    const sections = [
      'node_types',
      'data_types',
      'capability_types',
      'relationship_types',
      'policy_types',
      'artifact_types',
    ];
    const property = fc.property(fc.constantFrom(...sections), parts, parts, (section, body, given) => {
      const nodes = {
        ...clusterNodes(),
        mine: { type: 'mine', properties: { a: given }, requirements: [{ host: 'master' }] },
      };
      const own = {
        derived_from: 'tosca.nodes.SoftwareComponent',
        properties: { a: { type: 'other', required: false } },
      };
      const data_types = { other: { derived_from: 'string' } };
      const top = { node_types: { mine: own }, data_types, [section]: { mine: body, other: body } };
      return survives(templateText({ node_templates: nodes, outputs: { o: { value: given } } }, top));
    });
    fc.assert(property, { numRuns: 150 });
  });

  it('throws nothing but InvalidInput for any keys of a node template', () => {
    const keys = fc.constantFrom(
      ...['copy', 'artifacts', 'interfaces', 'requirements', 'capabilities', 'directives', 'attributes', 'metadata'],
    );
    const property = fc.property(keys, parts, (key, data) => {
      const nodes = clusterNodes();
      return survives(
        templateText({ node_templates: { ...nodes, slave: { ...(nodes.slave as object), [key]: data } } }),
      );
    });
    fc.assert(property, { numRuns: 150 });
  });

  it('throws nothing but InvalidInput for any inputs and parameters', () => {
    const property = fc.property(parts, parts, (definition, given) =>
      survives(templateText({ inputs: { size: definition }, node_templates: clusterNodes() }), { size: given }),
    );
    fc.assert(property, { numRuns: 100 });
  });

  it('throws nothing but InvalidInput for a real template with anything changed', () => {
    const template = readFileSync('examples/mesos-cluster.yaml', 'utf8');
    const change = fc.record({
      at: fc.nat(template.length),
      cut: fc.nat(40),
      put: fc.oneof(
        fc.string({ maxLength: 8 }),
        fc.constantFrom(...words, '\n', '  ', ': ', '- ', '&a', '*a', '{ ', ' }'),
      ),
    });
    const property = fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const text = changes.reduce((rest, { at, cut, put }) => rest.slice(0, at) + put + rest.slice(at + cut), template);
      return survives(text, { marathon_password: 'pw' });
    });
    fc.assert(property, { numRuns: 150 });
  });

  it('is never slow: wide and deep definitions', () => {
    const start = performance.now();
    const many = (count: number, entry: (index: number) => unknown) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, entry(index)]));
    const derived = many(2000, (index) => ({ derived_from: index === 0 ? 'tosca.nodes.Root' : `t${index - 1}` }));
    const used = many(2000, (index) => ({ type: `t${index}` }));
    survives(templateText({ node_templates: used }, { node_types: derived }));
    const filter = { capabilities: [{ host: { properties: [{ num_cpus: { greater_than: 1 } }] } }] };
    const seekers = many(400, () => ({ type: 'SoftwareComponent', requirements: [{ host: { node_filter: filter } }] }));
    const machines = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`m${index}`, { type: 'Compute' }]));
    survives(templateText({ node_templates: { ...seekers, ...machines } }));
    const nested = many(500, (index) => ({ properties: { a: { type: `t${(index + 1) % 500}`, required: false } } }));
    const holder = { mine: { derived_from: 'tosca.nodes.Root', properties: { a: { type: 't0', required: false } } } };
    survives(
      templateText(
        { node_templates: many(1000, () => ({ type: 'mine' })) },
        { node_types: holder, data_types: nested },
      ),
    );
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
