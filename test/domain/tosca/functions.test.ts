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

  it.each<[string, Data, unknown, unknown]>([
    ['an integer', { type: 'integer' }, '3', 3],
    ['a float', { type: 'float' }, '0.50', 0.5],
    ['a boolean', { type: 'boolean' }, 'True', true],
    ['a list', { type: 'list' }, '["a"]', ['a']],
    ['a map', { type: 'map' }, '{"a":1}', { a: 1 }],
    ['text that is a number', { type: 'string' }, '3', '3'],
    ['an integer that is none', { type: 'integer' }, 'three', 'three'],
    ['a list that is none', { type: 'list' }, '{"a":1}', '{"a":1}'],
  ])('given as text are what they declare: %s', (_name, definition, given, value) => {
    const outputs = { o: { value: { get_input: 'cpus' } } };
    const topology = topologyOf({ ...input(definition), outputs, node_templates: {} }, { cpus: given });
    expect(topology.outputs.o).toEqual({ literal: value });
  });

  it.each<[string, Data, Data, readonly string[]]>([
    ['a fitting value', { type: 'integer', constraints: [{ in_range: [1, 4] }] }, { cpus: 2 }, []],
    [
      'a value of another type',
      { type: 'integer' },
      { cpus: 'many' },
      ['inputs.cpus: must be an integer, but is <many>; it is used all the same'],
    ],
    [
      'a default that its constraints forbid',
      { type: 'string', default: 'c', constraints: [{ valid_values: ['a', 'b'] }] },
      {},
      ['inputs.cpus: must be one of a, b, but is <"c">; it is used all the same'],
    ],
    [
      'an entry of another type',
      { type: 'list', entry_schema: { type: 'integer' } },
      { cpus: [1, 'x'] },
      ['inputs.cpus.1: must be an integer, but is <x>; it is used all the same'],
    ],
    ['a boolean for text', { type: 'string', default: false }, {}, []],
    ['a word for a boolean', { type: 'boolean' }, { cpus: 'yes' }, ['inputs.cpus: <yes> is read as false']],
  ])('are used whatever they are, and noted: %s', (_name, definition, parameters, notes) => {
    expect(topologyOf({ ...input(definition), node_templates: {} }, parameters).notes).toEqual(notes);
  });

  it('that are secret are noted without their value', () => {
    const inputs = { db_password: { type: 'string', constraints: [{ min_length: 8 }] } };
    expect(topologyOf({ inputs, node_templates: {} }, { db_password: 'hunter2' }).notes).toEqual([
      'inputs.db_password: must be of length 8 or more; it is used all the same',
    ]);
  });

  it('that are secret are noted without what their constraints allow', () => {
    const inputs = { db_password: { type: 'string', constraints: [{ valid_values: ['hunter2', 'hunter3'] }] } };
    expect(topologyOf({ inputs, node_templates: {} }, { db_password: 'x' }).notes).toEqual([
      'inputs.db_password: must be what its constraints allow; it is used all the same',
    ]);
  });

  it.each<[string, Data, string]>([
    ['an unknown type', { type: 'strng' }, 'inputs.cpus.type: there is no type <strng>; did you mean string?'],
    [
      'an unknown entry type',
      { type: 'list', entry_schema: 'intger' },
      'inputs.cpus.type: there is no type <intger>; did you mean integer?',
    ],
    [
      'an unknown constraint',
      { type: 'integer', constraints: [{ at_most: 4 }] },
      'inputs.cpus.constraints.at_most: the constraint <at_most> is not known; known are',
    ],
  ])('are refused for %s', (_name, definition, message) => {
    expect(failure('x', input({ default: 1, ...definition }))).toContain(message);
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
    [
      'a function that is not supported',
      { get_operation_output: ['SELF', 'Standard', 'create', 'x'] },
      'the function get_operation_output is not supported, for no operation is run',
    ],
    ['an artifact that is not there', { get_artifact: ['SELF', 'x'] }, '<slave_server> has no artifact <x>'],
    ['a place for an artifact', { get_artifact: ['SELF', 'x', '/tmp'] }, 'artifacts are not copied to nodes'],
    ['nodes of an unknown type', { get_nodes_of_type: 'nobody' }, 'there is no node type <nobody>'],
    ['SOURCE outside of a relationship', { get_property: ['SOURCE', 'x'] }, 'SOURCE means nothing here'],
    ['a step beyond a value', { get_property: ['SELF', 'tags', 'x', 'y'] }, 'there is no <x> in the value'],
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

  it('get_artifact gives the file, of the template or of its type', () => {
    const image = { file: { concat: ['acme/', { get_input: 'name' }] }, type: 'tosca.artifacts.Deployment.Image' };
    const topology = topologyOf(
      {
        inputs: { name: { default: 'app' } },
        node_templates: {
          app: {
            type: 'tosca.nodes.indigo.Container.Application.Docker.Marathon',
            artifacts: { image },
            requirements: [{ host: 'docker' }],
          },
          docker: { type: 'tosca.nodes.indigo.Container.Runtime.Docker' },
        },
        outputs: { image: { value: { get_artifact: ['app', 'image'] } } },
      },
      {},
    );
    expect(topology.outputs.image).toEqual({ literal: 'acme/app' });
    expect(topology.nodes.get('app')?.artifacts.get('image')?.file.value).toBe('acme/app');
  });

  it('get_nodes_of_type gives names, in both spellings', () => {
    const outputs = {
      machines: { value: { get_nodes_of_type: 'tosca.nodes.Compute' } },
      masters: { value: { get_nodes_of_type: ['tosca.nodes.indigo.MesosMaster'] } },
    };
    const topology = topologyOf({ node_templates: clusterNodes(), outputs });
    expect(topology.outputs).toEqual({
      machines: { literal: ['master_server', 'slave_server', 'lb_server'] },
      masters: { literal: ['master'] },
    });
  });

  it.each<[string, unknown, string, string, readonly (string | number)[]]>([
    ['its own, though it is software', ['app', 'load_balancer_ips', 0], 'app', 'load_balancer_ips', [0]],
    ['its machine, where it has none', ['slave', 'private_address', 0], 'slave_server', 'private_address', [0]],
    ['what a requirement points to', ['slave', 'host', 'private_address'], 'slave_server', 'private_address', []],
    ['a capability', ['slave_server', 'endpoint', 'ip_address'], 'slave_server', 'endpoint', ['ip_address']],
    [
      "a machine's capability, of its software",
      ['slave', 'endpoint', 'ip_address'],
      'slave_server',
      'endpoint',
      ['ip_address'],
    ],
    [
      'a capability, in a place that the template leaves open',
      ['docker', 'host', 'publish_ports', 0, 'target'],
      'docker',
      'host',
      ['publish_ports', 0, 'target'],
    ],
    ['a property without value', ['space', 'token'], 'space', 'token', []],
    ["a property's list of attributes", ['slave', 'master_ips', 0], 'master_server', 'private_address', [0]],
  ])('get_attribute names an attribute of %s', (_name, call, node, name, path) => {
    const nodes = clusterNodes({
      app: { type: 'tosca.nodes.indigo.Container.Application.Docker.Marathon', requirements: [{ host: 'docker' }] },
      docker: {
        type: 'tosca.nodes.indigo.Container.Runtime.Docker',
        capabilities: {
          host: { properties: { num_cpus: 2, publish_ports: [{ source: 80 }, { source: 81, target: 82 }] } },
        },
      },
      space: { type: 'tosca.nodes.indigo.OnedataSpace', properties: { space: 's' } },
    });
    const outputs = {
      asked: { value: { get_attribute: call } },
      known: { value: { get_attribute: ['docker', 'host', 'publish_ports', 1, 'target'] } },
    };
    const topology = topologyOf({ node_templates: nodes, outputs });
    expect(topology.outputs).toEqual({ asked: { attribute: { node, name, path } }, known: { literal: 82 } });
  });

  it('get_property follows a list of attributes', () => {
    const outputs = { first: { value: { get_property: ['slave', 'master_ips', 0] } } };
    expect(topologyOf({ node_templates: clusterNodes(), outputs }).outputs).toEqual({
      first: { attribute: { node: 'master_server', name: 'private_address', path: [0] } },
    });
  });

  it('SOURCE and TARGET are the two ends of a relationship', () => {
    const disk = { type: 'tosca.nodes.indigo.BlockStorage', properties: { size: '10 GB', type: 'gp3' } };
    const properties = {
      location: { concat: ['/', { get_property: ['TARGET', 'type'] }] },
      device: { get_property: ['SOURCE', 'instance_name'] },
    };
    const relationship = { type: 'tosca.relationships.AttachesTo', properties };
    const requirements = [{ local_storage: { node: 'disk', relationship } }];
    const server = compute({}, { properties: { instance_name: 's' }, requirements });
    const topology = topologyOf({ node_templates: clusterNodes({ disk, slave_server: server }) });
    const [attached] = topology.nodes.get('slave_server')?.requirements ?? [];
    expect(attached?.properties.get('location')?.value).toBe('/gp3');
    expect(attached?.properties.get('device')?.value).toBe('s');
  });
});
