import { groupsOf } from '../../../lambdas/domain/cluster/spec.ts';
import { attributesOf, describeTopology, specifyCluster } from '../../../lambdas/domain/cluster/specification.ts';
import {
  clusterNodes,
  compute,
  type Data,
  loadBalancer,
  master,
  refusal,
  slave,
  topologyOf,
} from '../tosca/templates.ts';
import { nodeOf, nodesOf } from './specification-nodes.ts';

const context = {
  deploymentId: '0197a000-0000-7000-8000-000000000001',
  region: 'eu-west-1',
  zones: ['eu-west-1a', 'eu-west-1b'],
  maxSlaves: 20,
};
const topology = (changes: Data = {}, more: Data = {}, parameters: Data = {}, top: Data = {}) =>
  topologyOf({ node_templates: clusterNodes(changes), ...more }, parameters, top);
const specify = (changes: Data = {}, more: Data = {}, parameters: Data = {}, top: Data = {}) =>
  specifyCluster(topology(changes, more, parameters, top), context);
const refused = (changes: Data, more: Data = {}, parameters: Data = {}, top: Data = {}) =>
  refusal(() => specify(changes, more, parameters, top));

const masters = (count: number) => compute({ scalable: { count } });
const host = (properties: Data) => compute({ host: { num_cpus: 2, mem_size: '4 GB', ...properties } });
const elastic = { type: 'tosca.nodes.indigo.ElasticCluster', requirements: [{ lrms: 'master' }, { wn: 'slave' }] };
const worker = (wn: Data) => slave({}, 'slave_server', { capabilities: { wn: { properties: wn } } });

describe('roles', () => {
  it.each<[string, Data, RegExp]>([
    [
      'no master',
      {
        master: undefined,
        master_server: undefined,
        slave: slave({ front_end_ip: 'x', master_ips: ['x'] }),
        lb: loadBalancer({ master_ips: ['x'] }),
      },
      /^node_templates: there is no Mesos master; a cluster needs one node of type tosca\.nodes\.indigo\.MesosMaster$/,
    ],
    [
      'two master nodes',
      { other: master({}, 'other_server'), other_server: compute() },
      /master, other are all masters/,
    ],
    [
      'two load balancer nodes',
      { other: loadBalancer({}, 'other_server'), other_server: compute() },
      /lb, other are all load balancers/,
    ],
    [
      'two masters',
      { master_server: masters(2) },
      /^node_templates\.master_server\.capabilities\.scalable\.properties\.count: 2 masters are not possible; use 1, 3 or 5, for 2 or 4 would not survive more failures than 1 or 3$/,
    ],
    ['no masters', { master_server: masters(0) }, /0 masters are not possible/],
    ['seven masters', { master_server: masters(7) }, /7 masters are not possible/],
    ['three load balancers', { lb_server: masters(3) }, /3 load balancers are not possible; use 1 or 2/],
    [
      'too many slaves',
      { slave_server: masters(21) },
      /^node_templates: the cluster has up to 21 slaves; at most 20 are allowed here$/,
    ],
    [
      'a machine with two roles',
      { slave: slave({}, 'master_server') },
      /^node_templates\.master_server: hosts master and slave; /,
    ],
    [
      'a machine without role',
      { extra: compute() },
      /^node_templates\.extra: hosts no Mesos master, slave or load balancer/,
    ],
    [
      'a front end of another system',
      {
        master: {
          type: 'tosca.nodes.indigo.LRMS.FrontEnd',
          capabilities: { lrms: { properties: { type: 'slurm' } } },
          requirements: [{ host: 'master_server' }],
        },
      },
      /^node_templates\.master: tosca\.nodes\.indigo\.LRMS\.FrontEnd is not for Mesos/,
    ],
    [
      'software with scripts',
      {
        app: {
          type: 'tosca.nodes.SoftwareComponent',
          requirements: [{ host: 'master' }],
          interfaces: { Standard: { create: 'x.sh' } },
        },
      },
      /^node_templates\.app\.interfaces: brings scripts of its own \(Standard\.create\)/,
    ],
  ])('refuses %s', (_name, changes, message) => {
    expect(refused(changes)).toMatch(message);
  });

  it.each([1, 3, 5])('accepts %d masters', (count) => {
    expect(specify({ master_server: masters(count) }).spec.masters.count).toBe(count);
  });

  it('takes a load balancer with the count 0 as none', () => {
    const { spec } = specify({ lb_server: masters(0) });
    expect([spec.loadBalancers, spec.notes.some((note) => note.includes('there is no load balancer'))]).toEqual([
      undefined,
      true,
    ]);
  });

  it('accepts a cluster without load balancers and slaves', () => {
    const { spec } = specify({ lb: undefined, lb_server: undefined, slave: undefined, slave_server: undefined });
    expect(groupsOf(spec).map(({ name }) => name)).toEqual(['master-server']);
  });

  it('gives groups unique names that fit', () => {
    const long = 'A'.repeat(60);
    const { spec } = specify({
      'slave-server': compute(),
      other: slave({}, 'slave-server'),
      [long]: compute(),
      third: slave({}, long),
      '---': compute(),
      fourth: slave({}, '---'),
    });
    expect(spec.slaves.map(({ name }) => name)).toEqual(['slave-server', 'slave-server-2', 'a'.repeat(40), 'slave']);
  });

  it('describes all nodes for the API', () => {
    const all = topology();
    const nodes = describeTopology(all, groupsOf(specifyCluster(all, context).spec));
    expect(nodes.map(({ name, count, group }) => [name, count, group])).toEqual([
      ['master', 1, undefined],
      ['slave', 1, undefined],
      ['lb', 1, undefined],
      ['master_server', 1, 'master-server'],
      ['slave_server', 2, 'slave-server'],
      ['lb_server', 1, 'lb-server'],
    ]);
    expect(nodes[3]?.ancestors).toEqual(['tosca.nodes.indigo.Compute', 'tosca.nodes.Compute', 'tosca.nodes.Root']);
  });
});

describe('elastic slaves', () => {
  it.each<[Data, number, { count: number; bounds: { min: number; max: number } }]>([
    [{ min_instances: 0, max_instances: 4 }, 0, { count: 0, bounds: { min: 0, max: 4 } }],
    [{ min_instances: 2, max_instances: 4 }, 0, { count: 2, bounds: { min: 2, max: 4 } }],
    [{ min_instances: 0, max_instances: 4 }, 9, { count: 4, bounds: { min: 0, max: 4 } }],
    [{ max_instances: 4 }, 2, { count: 2, bounds: { min: 1, max: 4 } }],
    [{}, 3, { count: 3, bounds: { min: 1, max: 3 } }],
  ])('%j with the count %d', (wn, count, expected) => {
    const { spec } = specify({ elastic, slave: worker(wn), slave_server: masters(count) });
    expect(spec.slaves[0]).toMatchObject(expected);
  });

  it('count with the most that they may be, and their bounds must fit', () => {
    expect(refused({ elastic, slave: worker({ max_instances: 21 }) })).toMatch(/up to 21 slaves/);
    expect(refused({ elastic, slave: worker({ min_instances: 3, max_instances: 2 }) })).toMatch(
      /min_instances 3 is more than max_instances 2$/,
    );
  });

  it.each<[string, Data, Data, { min: number; max: number } | undefined, RegExp]>([
    ['wn gives the most', worker({ max_instances: 4 }), {}, { min: 1, max: 4 }, /because slave gives max_instances$/],
    ['wn gives the least', worker({ min_instances: 0 }), {}, { min: 0, max: 2 }, /because slave gives min_instances$/],
    [
      'the Compute node gives the most',
      worker({}),
      { min_instances: 2, max_instances: 5 },
      { min: 2, max: 5 },
      /^node_templates\.slave_server: follows the load, 2 to 5 slaves, because slave_server gives max_instances$/,
    ],
    [
      'both do, and wn counts',
      worker({ max_instances: 4 }),
      { min_instances: 0, max_instances: 5 },
      { min: 0, max: 4 },
      /because slave gives max_instances$/,
    ],
  ])('are those of which %s', (_, software, scalable, bounds, note) => {
    const { spec } = specify({ slave: software, slave_server: compute({ scalable: { count: 2, ...scalable } }) });
    expect(spec.slaves[0]).toMatchObject({ count: 2, bounds });
    expect(spec.notes).toContainEqual(expect.stringMatching(note));
  });

  it.each<[string, Data, Data]>([
    ['nothing is given but the count', worker({}), {}],
    ['the Compute node gives only the least', worker({}), { min_instances: 1 }],
    ['least and most are the count', worker({ min_instances: 2, max_instances: 2 }), {}],
  ])('are none where %s', (_, software, scalable) => {
    const { spec } = specify({ slave: software, slave_server: compute({ scalable: { count: 2, ...scalable } }) });
    expect(spec.slaves[0]).toMatchObject({ count: 2 });
    expect(spec.slaves[0]?.bounds).toBeUndefined();
    expect(spec.notes.join()).not.toContain('follows the load');
  });
});

describe('software', () => {
  it('has the settings of the master, and the passwords apart', () => {
    const { spec, credentials } = specify({
      master: master({
        mesos_username: 'me',
        enable_chronos: 'no',
        marathon_enable_ssl: false,
        mesos_password: 'pw-mesos',
      }),
    });
    expect(spec.software).toEqual({
      mesosUsername: 'me',
      mesosAuthenticateHttp: true,
      marathonUsername: 'admin',
      marathonTls: false,
      chronosEnabled: false,
      chronosUsername: 'admin',
      chronosTls: true,
      consulEnabled: true,
      gpuEnabled: false,
    });
    expect(credentials).toEqual({ mesosPassword: 'pw-mesos', marathonPassword: 'pw-marathon' });
    expect(JSON.stringify(spec)).not.toContain('pw-');
    expect(spec.name).toMatch(/^[a-z0-9-]{1,63}$/);
  });

  it.each<[string, Data, string]>([
    [
      'a user name with a colon',
      { mesos_username: 'a:b' },
      'node_templates.master.properties.mesos_username: a:b is no usable user name; use letters, digits and . _ @ + -, at most 64',
    ],
    [
      'a password with a blank',
      { marathon_password: 'top secret' },
      'node_templates.master.properties.marathon_password: must have 1 to 128 characters of printable ASCII, without blanks',
    ],
    [
      'an unknown release',
      { release: 'indigo_9' },
      'node_templates.master.properties.release: there is no release indigo_9; there are indigo_1, indigo_2, deep_1',
    ],
    [
      'GPUs with a release that has none',
      { release: 'indigo_1', enable_gpu_support: true },
      'node_templates.master.properties.release: indigo_1 cannot offer GPUs; use deep_1 or indigo_2, or leave enable_gpu_support and num_gpus out',
    ],
    [
      'a user name that is known later',
      { mesos_username: { get_attribute: ['HOST', 'x'] } },
      'node_templates.master.properties.mesos_username: must be known now; an attribute of a node is known only later',
    ],
  ])('refuses %s', (_name, properties, message) => {
    expect(refused({ master: master(properties) })).toBe(message);
  });

  it('shows no secret in an open place', () => {
    const inputs = { pw: {} };
    const both = { marathon_password: { get_input: 'pw' }, marathon_username: { get_input: 'pw' } };
    expect(refused({ master: master(both) }, { inputs }, { pw: 'hush' })).toBe(
      'node_templates.master.properties.marathon_username: takes its value from a secret input and would show it; use an input of its own',
    );
    const server = compute({}, { properties: { tags: { key: { get_input: 'pw' }, other: 'x' } } });
    const { spec } = specify(
      { master: master({ marathon_password: { get_input: 'pw' } }), slave_server: server },
      { inputs },
      { pw: 'hush' },
    );
    expect(spec.slaves[0]?.tags).toEqual({ key: '********', other: 'x' });
  });

  it.each<[Data, Data, string]>([
    [{ release: 'indigo_2' }, {}, 'indigo_2'],
    [{}, { metadata: { release: 'indigo_2' } }, 'indigo_2'],
    [{}, {}, 'indigo_1'],
    [{ enable_gpu_support: true }, {}, 'deep_1'],
  ])('chooses the release by %j and %j', (properties, top, release) => {
    expect(specify({ master: master(properties) }, {}, {}, top).spec.release).toBe(release);
  });

  it('gives slaves with GPU support a machine with a GPU', () => {
    const { spec } = specify({ slave: slave({ enable_gpu_support: true }), slave_server: host({}) });
    expect([spec.slaves[0]?.instanceTypes[0], spec.release, spec.software.gpuEnabled]).toEqual([
      'g4dn.xlarge',
      'deep_1',
      true,
    ]);
    expect(
      refused({ slave: slave({ enable_gpu_support: true }), slave_server: host({ instance_type: 'm5.large' }) }),
    ).toMatch(/m5\.large has no GPU/);
    expect(specify({ slave_server: host({ num_gpus: 1 }) }).spec.software.gpuEnabled).toBe(true);
  });

  it('notes what has no effect', () => {
    const { notes } = specify({
      master: master({ hybrid: true, enable_nfs_share: true }),
      slave: slave({ enable_consul_sd: false }),
      lb: loadBalancer({ marathon_password: 'another', marathon_username: 'x' }),
      app: { type: 'tosca.nodes.SoftwareComponent', requirements: [{ host: 'master' }] },
    }).spec;
    for (const part of [
      'master.properties.hybrid has no effect',
      'master.properties.enable_nfs_share has no effect',
      'slave.properties.enable_consul_sd follows',
      'marathon_password: the master',
      'marathon_username: the master',
      'node_templates.app has no effect',
    ])
      expect(notes.some((note) => note.includes(part))).toBe(true);
    expect(notes.join('\n')).not.toContain('another');
  });
});

describe('attributesOf', () => {
  const { spec } = specify({ master_server: masters(3), lb_server: masters(2) });
  const { nodes, foundation } = nodesOf(spec);

  it('lists addresses in ordinal order, of slots for masters and the virtual one for load balancers', () => {
    expect(attributesOf(spec, [...nodes].reverse(), foundation)).toEqual({
      master_server: {
        private_address: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
        public_address: ['203.0.113.1', '203.0.113.2', '203.0.113.3'],
        endpoint: { ip_address: '203.0.113.1' },
      },
      lb_server: {
        private_address: ['10.0.1.11', '10.0.1.12'],
        public_address: ['203.0.113.100'],
        endpoint: { ip_address: '203.0.113.100' },
      },
      slave_server: {
        private_address: ['10.0.1.21', '10.0.1.22'],
        public_address: [],
        endpoint: { ip_address: '10.0.1.21' },
      },
    });
  });

  it('leaves out nodes that go, and knows nothing without a foundation', () => {
    const going = { ...nodeOf(spec.slaves[0]!, 1, 20), status: 'terminating' as const };
    expect(attributesOf(spec, [going], undefined)).toEqual({
      master_server: { private_address: [], public_address: [] },
      lb_server: { private_address: [], public_address: [] },
      slave_server: { private_address: [], public_address: [] },
    });
  });
});
