/** Types of a template's own, of every kind, and what class of nodes they make. */
import { TypeSystem } from '../../../lambdas/domain/tosca/catalogue/type-system.ts';
import { classOf, deploymentTypeOf, parseTemplate } from '../../../lambdas/domain/tosca/index.ts';
import { clusterNodes, compute, type Data, master, refusal, templateText, topologyOf } from './templates.ts';

const read = (changes: Data, top: Data = {}, more: Data = {}) =>
  topologyOf({ node_templates: clusterNodes(changes), ...more }, {}, top);
const refused = (changes: Data, top: Data = {}, more: Data = {}) => refusal(() => read(changes, top, more));
const indigo = (name: string) => `tosca.nodes.indigo.${name}`;

describe('types of a template', () => {
  it('of capabilities bring properties and attributes, below the node types that have them', () => {
    const top = {
      capability_types: {
        'my.Cache': {
          derived_from: 'tosca.capabilities.Endpoint',
          properties: { hit_rate: { type: 'float', default: 0.5, constraints: [{ less_or_equal: 1 }] } },
          attributes: { used: { type: 'integer' } },
        },
      },
      node_types: {
        'my.App': {
          derived_from: 'tosca.nodes.SoftwareComponent',
          capabilities: { cache: { type: 'my.Cache', properties: { name: { type: 'string', required: false } } } },
        },
      },
    };
    const app = (properties: Data) => ({
      type: 'my.App',
      requirements: [{ host: 'master' }],
      capabilities: { cache: { properties } },
    });
    const outputs = { used: { value: { get_attribute: ['app', 'cache', 'used'] } } };
    const topology = read({ app: app({ name: 'x' }) }, top, { outputs });
    const cache = topology.nodes.get('app')?.capabilities.get('cache');
    expect([cache?.get('hit_rate')?.value, cache?.get('name')?.value, cache?.get('protocol')?.value]).toEqual([
      0.5,
      'x',
      'tcp',
    ]);
    expect(topology.outputs.used).toEqual({ attribute: { node: 'app', name: 'cache', path: ['used'] } });
    expect(refused({ app: app({ hit_rate: 2 }) }, top)).toBe(
      'node_templates.app.capabilities.cache.properties.hit_rate: must be at most 1, but is <2>',
    );
  });

  it('of relationships bring properties, and host if they derive from HostedOn', () => {
    const top = {
      relationship_types: {
        'my.HostedOn': { derived_from: 'tosca.relationships.HostedOn', properties: { rack: { type: 'integer' } } },
      },
    };
    const hosted = (properties: Data, type = 'my.HostedOn') => ({
      ...master({ mesos_username: { get_property: ['HOST', 'instance_name'] } }),
      requirements: [{ host: { node: 'master_server', relationship: { type, properties } } }],
    });
    const master_server = compute({}, { properties: { instance_name: 'm' } });
    const node = read({ master: hosted({ rack: 4 }), master_server }, top).nodes.get('master');
    expect(node?.requirements[0]?.properties.get('rack')?.value).toBe(4);
    expect(node?.properties.get('mesos_username')?.value).toBe('m');
    expect(refused({ master: hosted({}) }, top)).toBe(
      'node_templates.master.requirements.host.relationship.properties.rack: is required by my.HostedOn and is not given',
    );
    expect(refused({ master: hosted({}, 'tosca.relationships.DependsOn') }, top)).toBe(
      'node_templates.master.requirements.host.relationship: <tosca.relationships.DependsOn> is no tosca.relationships.HostedOn, which the requirement is',
    );
    expect(refused({ master: hosted({}, 'my.HostdOn') }, top)).toContain('there is no relationship type <my.HostdOn>');
  });

  it('of policies are placements if they derive from one', () => {
    const top = {
      policy_types: {
        'my.Placement': {
          derived_from: 'tosca.policies.Placement',
          properties: { strict: { type: 'boolean', default: false } },
        },
      },
    };
    const policies = [
      { p: { type: 'my.Placement', properties: { availability_zone: 'a' }, targets: ['slave_server'] } },
    ];
    const [policy] = read({}, top, { policies }).policies;
    expect(policy?.ancestors).toEqual(['my.Placement', 'tosca.policies.Placement', 'tosca.policies.Root']);
    expect(policy?.properties.get('strict')?.value).toBe(false);
  });

  it('of artifacts are known, and others are not', () => {
    const top = { artifact_types: { 'my.Image': { derived_from: 'tosca.artifacts.Deployment.Image' } } };
    const app = (type: string) => ({
      type: indigo('Container.Application.Docker.Marathon'),
      requirements: [{ host: 'docker' }],
      artifacts: { image: { file: 'acme/app', type } },
    });
    const docker = { type: indigo('Container.Runtime.Docker') };
    const image = read({ app: app('my.Image'), docker }, top)
      .nodes.get('app')
      ?.artifacts.get('image');
    expect(image?.ancestors).toContain('tosca.artifacts.Deployment.Image');
    expect(refused({ app: app('tosca.artifacts.Deployment.Image.Container.Dockr'), docker })).toBe(
      'node_templates.app.artifacts.image: there is no artifact type <tosca.artifacts.Deployment.Image.Container.Dockr>; did you mean tosca.artifacts.Deployment.Image.Container.Docker?',
    );
  });

  it('define requirements again, and keep what they leave out', () => {
    const top = {
      node_types: {
        'my.App': { derived_from: 'tosca.nodes.SoftwareComponent', requirements: [{ host: { occurrences: [0, 1] } }] },
        'my.Pair': {
          derived_from: 'tosca.nodes.SoftwareComponent',
          requirements: [{ peer: { node: 'my.App', occurrences: [2, 2] } }],
        },
      },
    };
    const app = { type: 'my.App' };
    const pair = (peers: string[]) => ({
      type: 'my.Pair',
      requirements: [{ host: 'master' }, ...peers.map((peer) => ({ peer }))],
    });
    expect(read({ a: app, b: app, pair: pair(['a', 'b']) }, top).nodes.get('pair')?.requirements).toHaveLength(3);
    expect(refused({ a: app, pair: pair(['a']) }, top)).toBe(
      'node_templates.pair.requirements.peer: is required by my.Pair and is not given; name a node of type my.App',
    );
    expect(refused({ a: { ...app, requirements: [{ host: 'lb' }, { host: 'slave' }] } }, top)).toBe(
      'node_templates.a.requirements.host: is given 2 times; at most 1 is allowed',
    );
  });

  it('are refused with the place of a mistake', () => {
    const type = (body: Data) => refused({ app: { type: 'my.App' } }, { node_types: { 'my.App': body } });
    expect(type({ propertys: {} })).toBe('node_types.my.App.propertys: is not known; did you mean properties?');
    expect(type({ properties: { a: { typ: 'string' } } })).toBe(
      'node_types.my.App.properties.a.typ: is not known; did you mean type?',
    );
    expect(type({ capabilities: { a: 'my.Nothing' } })).toMatch(
      /^node_templates\.app: there is no capability type <my\.Nothing>; known are tosca\.capabilities\.Root, /,
    );
    expect(type({ requirements: [{ a: { occurrences: [2, 1] } }] })).toContain('occurrences: must be two numbers');
  });

  it('do not replace what is built in, and the log says so', () => {
    const top = {
      node_types: { 'tosca.nodes.Compute': { derived_from: 'tosca.nodes.Root' } },
      data_types: { 'tosca.datatypes.Credential': { derived_from: 'tosca.datatypes.Root' } },
    };
    expect(read({}, top).notes).toEqual([
      'node_types.tosca.nodes.Compute has no effect: the type is built in',
      'data_types.tosca.datatypes.Credential has no effect: the type is built in',
    ]);
  });
});

describe('requirements', () => {
  it.each<[string, Data, string]>([
    [
      'software for masters on a slave',
      {
        app: {
          type: indigo('SparkMesos'),
          properties: { marathon_password: 'p', zookeeper_peers: 'z' },
          requirements: [{ host: 'slave' }],
        },
      },
      'node_templates.app.requirements.host: <slave> has no capability <tosca.capabilities.indigo.MesosMaster>, which is needed',
    ],
    [
      'a capability that the target does not have',
      { slave_server: compute({}, { requirements: [{ dependency: { node: 'master', capability: 'attachment' } }] }) },
      'node_templates.slave_server.requirements.dependency: <master> has no capability <attachment>, which is needed',
    ],
    [
      'a capability that is for others',
      { app: { type: 'tosca.nodes.Root', requirements: [{ dependency: { node: 'slave', capability: 'wn' } }] } },
      'node_templates.app.requirements.dependency: the capability wn of <slave> is for tosca.nodes.indigo.ElasticCluster only',
    ],
  ])('refuse %s', (_name, changes, message) => {
    expect(refused(changes)).toBe(message);
  });

  it.each(['TensorflowOnMesos', 'CmsOneclient', 'XCache'])(
    'let %s be hosted on masters, slaves and machines',
    (name) => {
      const properties = {
        TensorflowOnMesos: { marathon_password: 'p', tensorflow_password: 'q' },
        CmsOneclient: { oneclient_pkg: 'o' },
        XCache: { master_ip: '10.0.0.1', orchestrator: 'marathon' },
      }[name];
      for (const host of ['master', 'slave', 'slave_server']) {
        const app = { type: indigo(name), properties, requirements: [{ host }] };
        expect(read({ app }).nodes.get('app')?.requirements[0]?.target).toBe(host);
      }
    },
  );

  it('take their relationship from a template of relationships, which may be a copy', () => {
    const relationship_templates = {
      disk: { type: 'tosca.relationships.AttachesTo', properties: { location: '/a', device: 'hdb' } },
      other: { copy: 'disk', properties: { location: '/b' } },
    };
    const disk = { type: 'tosca.nodes.BlockStorage', properties: { size: '1 GB' } };
    const slave_server = compute({}, { requirements: [{ local_storage: { node: 'disk', relationship: 'other' } }] });
    const [attached] =
      read({ disk, slave_server }, {}, { relationship_templates }).nodes.get('slave_server')?.requirements ?? [];
    expect([...(attached?.properties ?? [])].map(([name, { value }]) => [name, value])).toEqual([
      ['location', '/b'],
      ['device', 'hdb'],
    ]);
  });

  describe('with a node_filter', () => {
    const hosted = (host: Data) => ({ ...master(), requirements: [{ host }] });
    const filter = (num_cpus: unknown, more: Data = {}) => ({
      capabilities: [{ host: { properties: [{ num_cpus }] } }],
      ...more,
    });
    const inputs = { cpus: { default: 8 } };
    const nodes = (host: Data) => ({
      master: hosted(host),
      master_server: compute({ host: { num_cpus: { get_input: 'cpus' } } }),
    });

    it.each<[string, Data]>([
      ['without a node', { node_filter: filter({ in_range: [4, 16] }) }],
      ['with a type', { node: 'tosca.nodes.Compute', node_filter: filter([{ greater_than: 2 }, { less_than: 9 }]) }],
      ['with the node', { node: 'master_server', node_filter: filter({ equal: 8 }) }],
      [
        'by the type of the capability',
        {
          node_filter: {
            capabilities: [{ 'tosca.capabilities.Container': { properties: { num_cpus: { equal: 8 } } } }],
          },
        },
      ],
    ])('find the node that fits: %s', (_name, host) => {
      expect(read(nodes(host), {}, { inputs }).nodes.get('master')?.requirements[0]?.target).toBe('master_server');
    });

    it.each<[string, Data, string]>([
      [
        'no node fits',
        { node_filter: filter({ equal: 3 }) },
        'host: 0 node templates are of type <tosca.nodes.Compute> and what the filter asks for; name the node template that is meant',
      ],
      [
        'several fit',
        { node_filter: filter({ greater_than: 1 }) },
        'host: 2 node templates are of type <tosca.nodes.Compute> and what the filter asks for; name the node template that is meant',
      ],
      [
        'the named node does not fit',
        { node: 'slave_server', node_filter: filter({ equal: 8 }) },
        'host.node_filter: <slave_server> is not what the filter asks for',
      ],
      [
        'it is wrong',
        { node_filter: filter({ equals: 8 }) },
        'the constraint <equals> is not known; did you mean equal?',
      ],
    ])('are refused when %s', (_name, host, message) => {
      const others = { slave_server: compute({ host: { num_cpus: 2 } }) };
      expect(refused({ ...nodes(host), ...others }, {}, { inputs })).toContain(message);
    });
  });
});

describe('classes', () => {
  it.each<[string, string]>([
    ['tosca.nodes.indigo.MesosMaster', 'cluster'],
    ['tosca.nodes.Compute', 'cluster'],
    ['tosca.nodes.indigo.TensorflowOnMesos', 'add-on'],
    ['tosca.nodes.SoftwareComponent', 'host-software'],
    ['tosca.nodes.indigo.OnedataServiceSpace', 'workload'],
    ['tosca.nodes.indigo.Qcg.Job', 'refused'],
    ['mine', 'add-on'],
  ])('%s is of the class %s', (type, expected) => {
    const node_types = { mine: { derived_from: 'tosca.nodes.indigo.TensorflowOnMesos' } };
    const types = new TypeSystem(parseTemplate(templateText({ node_templates: {} }, { node_types })).types);
    expect(classOf(types.nodeType(type, []))).toBe(expected);
  });

  it.each<[string, readonly string[], string]>([
    ['nothing but machines', ['machine'], 'TOSCA'],
    ['a service beside machines', ['machine', 'service'], 'MARATHON'],
    ['a job before a service', ['job', 'service'], 'CHRONOS'],
    ['a service before a job', ['service', 'job'], 'MARATHON'],
    ['a job of QCG', ['qcg'], 'QCG'],
    ['a chart of Helm', ['chart'], 'KUBERNETES_HELM_CHART'],
    ['a service of a type of its own', ['own'], 'MARATHON'],
  ])('a template with %s is as a whole what its first workload is', (_name, names, expected) => {
    const runtime = { type: indigo('Container.Runtime.Docker') };
    const onRuntime = { requirements: [{ host: 'runtime' }] };
    const all: Readonly<Record<string, Data>> = {
      machine: { type: 'Compute' },
      service: { type: indigo('Container.Application.Docker.Marathon'), ...onRuntime },
      own: { type: 'mine', ...onRuntime },
      job: { type: indigo('Container.Application.Docker.Chronos'), properties: { command: 'c' }, ...onRuntime },
      qcg: { type: indigo('Qcg.Job'), properties: { executable: 'e', environment: {} } },
      chart: { type: indigo('Kubernetes.HelmChart'), properties: { repository: 'r', name: 'n', version: '1' } },
    };
    const nodes = { runtime, ...Object.fromEntries(names.map((name) => [name, all[name]])) };
    const node_types = { mine: { derived_from: indigo('Container.Application.Docker.Marathon') } };
    expect(deploymentTypeOf(topologyOf({ node_templates: nodes }, {}, { node_types }))).toBe(expected);
  });
});
