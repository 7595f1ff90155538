import { clusterNodes, compute, type Data, master, refusal, slave, topologyOf } from './templates.ts';

const read = (changes: Data, more: Data = {}, parameters: Data = {}, top: Data = {}) =>
  topologyOf({ node_templates: clusterNodes(changes), ...more }, parameters, top);
const refused = (changes: Data, more: Data = {}, parameters: Data = {}, top: Data = {}) =>
  refusal(() => read(changes, more, parameters, top));

describe('types', () => {
  it.each([
    ['tosca.nodes.indigo.MesosMastr', '; did you mean tosca.nodes.indigo.MesosMaster?'],
    ['acme.nodes.Thing', '; supported are tosca.nodes.BlockStorage, '],
    ['tosca.nodes.indigo.Toaster', '; supported are tosca.nodes.BlockStorage, '],
  ])('names the node, the type and what is near or known when there is no type %s', (type, hint) => {
    expect(refused({ thing: { type } })).toContain(`node_templates.thing: type ${type} is not supported${hint}`);
  });

  it.each(['tosca:Compute', 'Compute', 'tosca.nodes.Compute'])('accepts %s', (type) => {
    expect(topologyOf({ node_templates: { a: { type } } }).nodes.get('a')?.type.name).toBe('tosca.nodes.Compute');
  });

  it('merges what a type inherits', () => {
    const type = read({}).nodes.get('master')?.type;
    expect(type?.ancestors).toEqual([
      'tosca.nodes.indigo.MesosMaster',
      'tosca.nodes.indigo.LRMS.FrontEnd.Mesos',
      'tosca.nodes.indigo.LRMS.FrontEnd',
      'tosca.nodes.SoftwareComponent',
      'tosca.nodes.Root',
    ]);
    expect(Object.keys(type?.capabilities ?? {}).sort()).toEqual(['feature', 'host', 'lrms']);
  });

  it('accepts types that the template derives itself', () => {
    const node_types = {
      'my.Master': {
        derived_from: 'tosca.nodes.indigo.MesosMaster',
        properties: {
          motto: { type: 'string', default: 'hi' },
          level: { type: 'integer', required: false, constraints: [{ in_range: [1, 3] }] },
        },
      },
    };
    const own = (level: number) => ({ ...master({ level }), type: 'my.Master' });
    const node = read({ master: own(2) }, {}, {}, { node_types }).nodes.get('master');
    expect(node?.properties.get('motto')?.value).toBe('hi');
    expect(node?.properties.get('marathon_username')?.value).toBe('admin');
    expect(refused({ master: own(4) }, {}, {}, { node_types })).toBe(
      'node_templates.master.properties.level: must be at most 3, but is <4>',
    );
  });

  it('refuses types that derive from themselves or from nothing known', () => {
    const node_types = { a: { derived_from: 'b' }, b: { derived_from: 'a' }, c: { derived_from: 'nowhere' } };
    expect(refused({ x: { type: 'a' } }, {}, {}, { node_types })).toMatch(/derives from itself/);
    expect(refused({ x: { type: 'c' } }, {}, {}, { node_types })).toMatch(/type nowhere is not supported/);
  });
});

describe('properties', () => {
  it.each<[string, Data, string]>([
    [
      'a required one is missing',
      { slave: slave({ front_end_ip: null }) },
      'node_templates.slave.properties.front_end_ip: is required by tosca.nodes.indigo.MesosSlave and is not given',
    ],
    [
      'one is unknown',
      { master: master({ marathon_pasword: 'x' }) },
      'node_templates.master.properties.marathon_pasword: is not known; did you mean marathon_password?',
    ],
    [
      'a capability is unknown',
      { slave_server: compute({ hots: {} }) },
      'node_templates.slave_server.capabilities.hots: is no capability of tosca.nodes.indigo.Compute; did you mean host?',
    ],
    [
      'one of a capability is unknown',
      { slave_server: compute({ host: { preemptible_instance: true } }) },
      'node_templates.slave_server.capabilities.host.properties.preemptible_instance: is not known; did you mean preemtible_instance?',
    ],
    [
      'an integer is none',
      { slave_server: compute({ host: { num_cpus: 'two' } }) },
      'node_templates.slave_server.capabilities.host.properties.num_cpus: must be an integer, but is <two>',
    ],
    [
      'an integer is too small',
      { slave_server: compute({ host: { num_cpus: 0 } }) },
      'node_templates.slave_server.capabilities.host.properties.num_cpus: must be at least 1, but is <0>',
    ],
    [
      'a count is negative',
      { slave_server: compute({ scalable: { count: -1 } }) },
      'node_templates.slave_server.capabilities.scalable.properties.count: must be at least 0, but is <-1>',
    ],
    [
      'a size lacks its blank',
      { slave_server: compute({ host: { mem_size: '4GB' } }) },
      'node_templates.slave_server.capabilities.host.properties.mem_size: must be a number, a blank and a unit, such as 4 GB, 512 MB or 40 GIB, but is <4GB>',
    ],
    [
      'a list is text',
      { slave: slave({ master_ips: '10.0.0.1' }) },
      'node_templates.slave.properties.master_ips: must be a list, but is a single value',
    ],
    [
      'text is a map',
      { slave: slave({ front_end_ip: { a: 1 } }) },
      'node_templates.slave.properties.front_end_ip: must be text, but is a map',
    ],
    [
      'a range is reversed',
      { lb_server: compute({ endpoint: { ports: { all: { source_range: [9, 1] } } } }) },
      'node_templates.lb_server.capabilities.endpoint.properties.ports.all.source_range: must be a range, such as [ 31000, 32000 ], the second number not smaller than the first',
    ],
    [
      'a value is none of the valid ones',
      { lb_server: compute({ endpoint: { ports: { a: { protocol: 'icmp', source: 1 } } } }) },
      'node_templates.lb_server.capabilities.endpoint.properties.ports.a.protocol: must be one of udp, tcp, igmp, but is <"icmp">',
    ],
    [
      'a data type has an unknown key',
      { lb_server: compute({ endpoint: { ports: { a: { sauce: 1 } } } }) },
      'node_templates.lb_server.capabilities.endpoint.properties.ports.a.sauce: is not known; did you mean source?',
    ],
    [
      'ports are an empty map',
      { lb_server: compute({ endpoint: { ports: {} } }) },
      'node_templates.lb_server.capabilities.endpoint.properties.ports: must be of length 1 or more, but is <{}>',
    ],
    [
      'a password is empty',
      { master: master({ mesos_password: '' }) },
      'node_templates.master.properties.mesos_password: is empty; give a password, or leave the property out where it is optional',
    ],
    [
      'a required password is empty',
      { master: master({ marathon_password: { concat: ['', ''] } }) },
      'node_templates.master.properties.marathon_password: is empty; give a password, or leave the property out where it is optional',
    ],
    [
      'a password is an attribute',
      { master: master({ marathon_password: { get_attribute: ['SELF', 'x'] } }) },
      'node_templates.master.properties.marathon_password: must be known now; an attribute of a node is known only later',
    ],
  ])('are refused when %s', (_name, changes, message) => {
    expect(refused(changes)).toBe(message);
  });

  it.each<[unknown, string, unknown]>([
    ['2', 'num_cpus', 2],
    ['2.0', 'num_cpus', 2],
    [2, 'instance_type', '2'],
    [true, 'gpu_model', 'true'],
    ['TRUE', 'sgx', true],
    ['yes', 'sgx', false],
    [1, 'sgx', false],
    ['1 GB', 'mem_size', 1e9],
    ['1.5 gIb', 'mem_size', 1.5 * 1024 ** 3],
    ['512   MB', 'mem_size', 512e6],
    ['2 TIB', 'disk_size', 2 * 1024 ** 4],
    ['2.4 GHz', 'cpu_frequency', 2.4e9],
    [['a', 'b'], 'gpu_model', ['a', 'b']],
  ])('read %j as %s %j', (given, name, value) => {
    const topology = read({ slave_server: compute({ host: { [name]: given } }) });
    expect(topology.nodes.get('slave_server')?.capabilities.get('host')?.get(name)?.value).toEqual(value);
  });

  it('have their defaults, and no well-known password', () => {
    const { properties } = read({}).nodes.get('master') ?? {};
    expect(properties?.get('enable_chronos')).toMatchObject({ value: true, given: false });
    expect(properties?.has('mesos_password')).toBe(false);
  });

  it('may be empty passwords where the type itself says by its default that empty is none', () => {
    const properties = { marathon_password: 'pw', zookeeper_peers: 'z', spark_swift_password: { get_input: 'swift' } };
    const spark = { type: 'tosca.nodes.indigo.SparkMesos', properties, requirements: [{ host: 'master' }] };
    const topology = read({ spark }, { inputs: { swift: { type: 'string', default: '' } } });
    expect(topology.nodes.get('spark')?.properties.get('spark_swift_password')?.value).toBe('');
  });

  it('may be attributes that are known only later', () => {
    const topology = read({
      slave: slave({ public_front_end_ip: { concat: ['http://', { get_attribute: ['HOST', 'public_address', 0] }] } }),
    });
    expect(topology.nodes.get('slave')?.properties.get('public_front_end_ip')?.value).toMatchObject({
      expression: {
        concat: [{ literal: 'http://' }, { attribute: { node: 'slave_server', name: 'public_address', path: [0] } }],
      },
    });
  });
});

describe('requirements', () => {
  it.each<[string, Data, string]>([
    [
      'names an unknown node',
      { slave: slave({}, 'slave_serv') },
      'node_templates.slave.requirements.host: there is no node template <slave_serv>; did you mean slave_server?',
    ],
    [
      'is unknown',
      { lb: { ...master({}, 'lb_server'), requirements: [{ host: 'lb_server' }, { hosts: 'x' }] } },
      'node_templates.lb.requirements.hosts: is no requirement of tosca.nodes.indigo.MesosMaster; did you mean host?',
    ],
    [
      'is missing',
      { lb: { ...master(), requirements: [] } },
      'node_templates.lb.requirements.host: is required by tosca.nodes.indigo.MesosMaster and is not given; name a node of type tosca.nodes.Compute',
    ],
    [
      'is given twice',
      { lb: { ...master(), requirements: [{ host: 'lb_server' }, { host: 'slave_server' }] } },
      'node_templates.lb.requirements.host: is given 2 times; at most 1 is allowed',
    ],
    [
      'points to the wrong type',
      { slave: slave({}, 'master') },
      'node_templates.slave.requirements.host: <master> is a tosca.nodes.indigo.MesosMaster; a tosca.nodes.Compute is needed',
    ],
    [
      'names no node',
      { slave: { ...slave(), requirements: [{ host: { capability: 'tosca.capabilities.Container' } }] } },
      'node_templates.slave.requirements.host: names no node; name the node template that is meant',
    ],
    [
      'names a type of several nodes',
      { slave: slave({}, 'tosca.nodes.Compute') },
      'node_templates.slave.requirements.host: 3 node templates are of type <tosca.nodes.Compute>; name the node template that is meant',
    ],
  ])('are refused when one %s', (_name, changes, message) => {
    expect(refused(changes)).toBe(message);
  });

  it('are found by a type that one node has, and in both forms', () => {
    const node_types = { 'my.Server': { derived_from: 'tosca.nodes.indigo.Compute' } };
    const changes = {
      slave_server: { type: 'my.Server' },
      slave: {
        ...slave(),
        requirements: [
          { host: { node: 'my.Server', relationship: 'tosca.relationships.HostedOn' } },
          { dependency: 'master' },
        ],
      },
    };
    const targets = read(changes, {}, {}, { node_types })
      .nodes.get('slave')
      ?.requirements.map(({ target }) => target);
    expect(targets).toEqual(['slave_server', 'master']);
  });

  it('let other software be hosted on software', () => {
    const node_types = { 'my.App': { derived_from: 'tosca.nodes.SoftwareComponent' } };
    const app = { type: 'my.App', requirements: [{ host: 'master' }] };
    expect(read({ app }, {}, {}, { node_types }).nodes.has('app')).toBe(true);
  });

  it('may not form a loop', () => {
    const changes = {
      slave: { ...slave(), requirements: [{ host: 'slave_server' }, { dependency: 'master' }] },
      master: { ...master(), requirements: [{ host: 'master_server' }, { dependency: 'slave' }] },
    };
    expect(refused(changes)).toBe('Found node depencency loop in TOSCA topology; involved nodes: master, slave');
    expect(refused({ app: { type: 'tosca.nodes.Root', requirements: [{ dependency: 'app' }] } })).toMatch(
      /involved nodes: app$/,
    );
  });

  it('take mutual attribute references for no loop', () => {
    const changes = { master: master({ wn_ips: { get_attribute: ['slave_server', 'private_address'] } }) };
    expect(read(changes).nodes.size).toBe(6);
  });
});
