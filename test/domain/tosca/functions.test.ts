import { clusterNodes, compute, type Data, master, refusal, slave, topologyOf } from './templates.ts';

/** Evaluates a value as the text property `instance_name` of slave_server. */
function evaluated(value: unknown, more: Data = {}, parameters: Data = {}, changes: Data = {}): unknown {
  const nodes = clusterNodes({
    slave_server: compute({ scalable: { count: 2 } }, { properties: { instance_name: value } }),
    ...changes,
  });
  const topology = topologyOf({ node_templates: nodes, ...more }, parameters);
  return topology.nodes.get('slave_server')?.properties.get('instance_name')?.value;
}
const failure = (value: unknown, more: Data = {}, parameters: Data = {}) =>
  refusal(() => evaluated(value, more, parameters));
const place = 'node_templates.slave_server.properties.instance_name';

describe('inputs', () => {
  const input = (definition: Data) => ({ inputs: { cpus: definition } });

  it.each<[string, Data, Data, unknown]>([
    ['the value', { default: 'a' }, { cpus: 'b' }, 'b'],
    ['the default', { default: 'a' }, {}, 'a'],
    ['an empty default', { default: '' }, {}, ''],
    ['a number', {}, { cpus: 2.5 }, '2.5'],
    [
      'a value that its constraints forbid',
      { type: 'integer', constraints: [{ valid_values: [1] }] },
      { cpus: 'many' },
      'many',
    ],
    ['the default for an optional null', { required: false, default: 'a' }, { cpus: null }, 'a'],
  ])('give %s', (_name, definition, parameters, value) => {
    expect(evaluated({ get_input: 'cpus' }, input(definition), parameters)).toBe(value);
  });

  it.each<[string, Data, Data]>([
    ['no value', {}, {}],
    ['null', {}, { cpus: null }],
    ['null in spite of a default', { default: 'a' }, { cpus: null }],
    ['an inherited name only', {}, Object.create({ cpus: 'x' })],
  ])('are required: refuse %s', (_name, definition, parameters) => {
    expect(failure('x', input(definition), parameters)).toBe(
      "Input <cpus> is required and is not present in the user's input list, nor has a default value",
    );
  });

  it('that are optional and not set may not be used', () => {
    const definition = { type: 'integer', required: false };
    expect(evaluated('x', input(definition))).toBe('x');
    const nodes = clusterNodes({ slave_server: compute({ host: { num_cpus: { get_input: 'cpus' } } }) });
    expect(refusal(() => topologyOf({ node_templates: nodes, ...input(definition) }))).toBe(
      'Failed to evaluate node_templates[slave_server][capabilities][host][properties][num_cpus][get_input][cpus]: No input provided for <cpus> and no default value provided in the definition',
    );
  });

  it('must be declared, but more parameters than inputs are fine', () => {
    expect(failure({ get_input: 'cpu' }, input({ default: 1 }))).toBe(
      `${place}: there is no input <cpu>; did you mean cpus?`,
    );
    expect(evaluated('x', {}, { other: 1 })).toBe('x');
  });

  it('are followed into maps and lists', () => {
    const parameters = { cpus: { list: ['a', 'b'] } };
    expect(evaluated({ get_input: ['cpus', 'list', 1] }, input({}), parameters)).toBe('b');
    expect(failure({ get_input: ['cpus', 'list', 2] }, input({}), parameters)).toBe(
      `${place}: there is no <2> in the value`,
    );
  });
});

describe('functions', () => {
  it.each<[string, unknown, unknown]>([
    ['concat', { concat: ['a', 1, true, '-', { concat: ['b'] }] }, 'a1true-b'],
    ['token', { token: ['a:b:c', ':', 1] }, 'b'],
    ['get_property of itself', { get_property: ['SELF', 'tags', 'x'] }, 'fine'],
    ['get_property of a node', { get_property: ['master', 'marathon_username'] }, 'admin'],
    ['get_property of a capability', { get_property: ['SELF', 'scalable', 'count'] }, '2'],
    ['get_property through a requirement', { get_property: ['slave', 'host', 'num_cpus'] }, '2'],
    ["get_property of a target's capability", { get_property: ['elastic', 'wn', 'max_instances'] }, '7'],
    ["get_property of a target's own property", { get_property: ['elastic', 'lrms', 'mesos_username'] }, 'admin'],
    ['get_attribute of a property', { get_attribute: ['master', 'mesos_username'] }, 'admin'],
  ])('%s', (_name, value, result) => {
    const elastic = { type: 'tosca.nodes.indigo.ElasticCluster', requirements: [{ lrms: 'master' }, { wn: 'slave' }] };
    const worker = slave({}, 'slave_server', { capabilities: { wn: { properties: { max_instances: 7 } } } });
    const server = compute(
      { scalable: { count: 2 }, host: { num_cpus: 2 } },
      { properties: { instance_name: value, tags: { x: 'fine' } } },
    );
    expect(evaluated(undefined, {}, {}, { elastic, slave: worker, slave_server: server })).toBe(result);
  });

  it.each<[string, unknown, string]>([
    ['an unknown node', { get_property: ['mastr', 'x'] }, 'there is no node template <mastr>; did you mean master?'],
    ['an unknown property', { get_property: ['master', 'x'] }, '<master> has no property <x>'],
    ['HOST of a machine', { get_property: ['HOST', 'x'] }, 'HOST means nothing here; name a node template'],
    ['a list in concat', { concat: ['a', ['b']] }, 'joins and splits single values only, but one is a list'],
    ['a token that is not there', { token: ['a:b', ':', 2] }, 'the text has no part number 2'],
    ['a token without index', { token: ['a:b', ':'] }, 'needs three arguments: text, separator and index'],
    ['a function that is not supported', { get_artifact: ['SELF', 'x'] }, 'the function get_artifact is not supported'],
    ['an attribute of an unknown node', { get_attribute: ['nobody', 'x'] }, 'there is no node template <nobody>'],
  ])('refuse %s', (_name, value, message) => {
    expect(failure(value)).toContain(message);
  });

  it('take a map with the key token for a function only if it holds a list', () => {
    const os = { credential: { token: 'abc', user: 'me' } };
    const topology = topologyOf({ node_templates: clusterNodes({ slave_server: compute({ os }) }) });
    expect(topology.nodes.get('slave_server')?.capabilities.get('os')?.get('credential')?.value).toEqual({
      token: 'abc',
      user: 'me',
      token_type: 'password',
    });
  });

  it('get_property through HOST climbs to the machine', () => {
    const nodes = clusterNodes({
      master: master({ mesos_username: { get_property: ['HOST', 'instance_name'] } }),
      master_server: compute({}, { properties: { instance_name: 'm' } }),
    });
    expect(topologyOf({ node_templates: nodes }).nodes.get('master')?.properties.get('mesos_username')?.value).toBe(
      'm',
    );
  });
});
