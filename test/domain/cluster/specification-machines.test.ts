import { specifyCluster } from '../../../lambdas/domain/cluster/specification.ts';
import { clusterNodes, compute, type Data, refusal, topologyOf } from '../tosca/templates.ts';

const context = {
  deploymentId: '0197a000-0000-7000-8000-000000000001',
  region: 'eu-west-1',
  zones: ['eu-west-1a', 'eu-west-1b'],
  maxSlaves: 20,
};
const specify = (changes: Data, more: Data = {}) =>
  specifyCluster(topologyOf({ node_templates: clusterNodes(changes), ...more }), context).spec;
const refused = (changes: Data, more: Data = {}) => refusal(() => specify(changes, more));
const slaveServer = (capabilities: Data, more: Data = {}) => ({ slave_server: compute(capabilities, more) });
const slaves = (changes: Data) => specify(changes).slaves[0];
const place = 'node_templates.slave_server';

describe('networks', () => {
  it.each<[unknown, boolean]>([
    ['PUBLIC', true],
    ['vpc-1.subnet-2.PUBLIC', true],
    ['net.PRIVATE', false],
    ['PRIVATE', false],
    ['', false],
    [null, false],
    ['mynet', false],
  ])('the name %j: public is %j', (network_name, expected) => {
    expect(slaves(slaveServer({ endpoint: { network_name } }))?.public).toBe(expected);
  });

  it.each<[Data, readonly unknown[]]>([
    [{ source: 80 }, ['tcp', 80, 80, '0.0.0.0/0']],
    [{ source: 1194, protocol: 'udp' }, ['udp', 1194, 1194, '0.0.0.0/0']],
    [{ source_range: [31024, 32048] }, ['tcp', 31024, 32048, '0.0.0.0/0']],
    [{ source_range: [9000, 'UNBOUNDED'] }, ['tcp', 9000, 65535, '0.0.0.0/0']],
    [{ target: 22, remote_cidr: '192.0.2.0/24' }, ['tcp', 22, 22, '192.0.2.0/24']],
    [{ source: 22, remote_cidr: '192.0.2.7' }, ['tcp', 22, 22, '192.0.2.7/32']],
  ])('the port %j', (port, [protocol, from, to, cidr]) => {
    const group = slaves(slaveServer({ endpoint: { network_name: 'PUBLIC', ports: { p: port } } }));
    expect(group?.openPorts).toEqual([{ protocol, from, to, cidr }]);
  });

  it('opens the same ports whatever their order in the template', () => {
    const [a, b, c] = [{ source: 5050 }, { source: 80, protocol: 'udp' }, { source: 80 }];
    const openPorts = (ports: Data) => slaves(slaveServer({ endpoint: { network_name: 'PUBLIC', ports } }))?.openPorts;
    expect(openPorts({ a, b, c })).toEqual(openPorts({ c, b, a }));
    expect(openPorts({ a, b, c })?.map(({ from }) => from)).toEqual([80, 80, 5050]);
  });

  it('are open once, also by the single port of an endpoint, and not on private nodes', () => {
    const ports = { a: { source: 80 }, b: { source: 80 }, c: { source: 1, protocol: 'igmp' } };
    expect(slaves(slaveServer({ endpoint: { network_name: 'PUBLIC', port: 80, ports } }))?.openPorts).toHaveLength(1);
    const spec = specify(slaveServer({ endpoint: { ports: { a: { source: 80 } } } }));
    expect(spec.slaves[0]?.openPorts).toEqual([]);
    expect(spec.notes).toContain(
      `${place}: its ports are open inside the cluster only, because its network_name is not PUBLIC`,
    );
  });

  it.each<[Data, string]>([
    [{ source_range: [0, 10] }, 'p: its ports must be between 1 and 65535, the first not above the second'],
    [{ source_range: [1, 70000] }, 'p: its ports must be between 1 and 65535, the first not above the second'],
    [{ source: 70000 }, 'p.source: must be at most 65535, but is <70000>'],
    [{ protocol: 'tcp' }, 'p: needs a source or a source_range'],
    [
      { source: 1, remote_cidr: '300.0.0.0/8' },
      'p.remote_cidr: 300.0.0.0/8 is no IPv4 range; write one such as 192.0.2.0/24',
    ],
    [
      { source: 1, remote_cidr: '10.0.0.0/33' },
      'p.remote_cidr: 10.0.0.0/33 is no IPv4 range; write one such as 192.0.2.0/24',
    ],
  ])('refuse the port %j', (port, message) => {
    expect(refused(slaveServer({ endpoint: { network_name: 'PUBLIC', ports: { p: port } } }))).toBe(
      `${place}.capabilities.endpoint.properties.ports.${message}`,
    );
  });

  it('refuse more rules than a security group holds', () => {
    const ports = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`p${i}`, { source: i + 1 }]));
    expect(refused(slaveServer({ endpoint: { network_name: 'PUBLIC', ports } }))).toMatch(
      /opens 60 port ranges; at most 50 are possible$/,
    );
  });
});

describe('disks', () => {
  const disk = (properties: Data, location: unknown = '/data', type = 'tosca.nodes.indigo.BlockStorage') => ({
    disk_1: { type, properties },
    ...slaveServer(
      {},
      {
        requirements: [
          {
            local_storage: {
              node: 'disk_1',
              relationship: { type: 'tosca.relationships.AttachesTo', properties: { location, device: 'hdb' } },
            },
          },
        ],
      },
    ),
  });

  it.each<[unknown, number]>([
    [undefined, 30],
    ['10 GB', 20],
    ['20 GB', 20],
    ['100 GB', 94],
    ['100 GIB', 100],
  ])('disk_size %j gives %d GiB', (disk_size, expected) => {
    expect(slaves(slaveServer({ host: { disk_size } }))?.rootDiskGiB).toBe(expected);
  });

  it.each<[Data, unknown, Data]>([
    [{ size: '40 GIB' }, '/data', { sizeGiB: 40, location: '/data' }],
    [{ size: '1 MB' }, '/data/xrd/', { sizeGiB: 1, location: '/data/xrd' }],
    [{ size: '40 GIB' }, null, { sizeGiB: 40, location: '/mnt/disk-1' }],
    [{ size: '500 GB', type: 'pd-ssd' }, '/data', { sizeGiB: 466, location: '/data', type: 'gp3' }],
    [{ size: '500 GB', type: 'ST1' }, '/data', { sizeGiB: 466, location: '/data', type: 'st1' }],
    [{ size: '5 GB', type: 'sc1' }, '/data', { sizeGiB: 125, location: '/data', type: 'sc1' }],
    [
      { size: '5 GIB', snapshot_id: 'snap-0123456789abcdef0' },
      '/data',
      { sizeGiB: 5, location: '/data', snapshotId: 'snap-0123456789abcdef0' },
    ],
  ])('BlockStorage %j at %j', (properties, location, expected) => {
    expect(slaves(disk(properties, location))?.volumes).toEqual([{ name: 'disk-1', ...expected }]);
  });

  it('are attached by the short form and by relationship templates too', () => {
    const storage = { disk_1: { type: 'tosca.nodes.BlockStorage', properties: { size: '5 GIB' } } };
    const attach = (requirement: unknown) => ({
      ...storage,
      ...slaveServer({}, { requirements: [{ local_storage: requirement }] }),
    });
    expect(slaves(attach('disk_1'))?.volumes[0]?.location).toBe('/mnt/disk-1');
    const relationship_templates = {
      mount: { type: 'tosca.relationships.AttachesTo', properties: { location: '/pool' } },
    };
    const spec = specify(attach({ node: 'disk_1', relationship: 'mount' }), { relationship_templates });
    expect(spec.slaves[0]?.volumes[0]?.location).toBe('/pool');
  });

  it.each<[Data, unknown, RegExp]>([
    [
      { size: '5 GB', volume_id: 'vol-1' },
      '/data',
      /^node_templates\.disk_1\.properties\.volume_id: an existing volume cannot be attached/,
    ],
    [
      { size: '5 GB', snapshot_id: 'x' },
      '/data',
      /^node_templates\.disk_1\.properties\.snapshot_id: x is no EBS snapshot/,
    ],
    [{}, '/data', /^node_templates\.disk_1\.properties\.size: is missing/],
    [{ size: '90 TB' }, '/data', /GiB are too much; at most 16384 GiB/],
    [{ size: '2 TB', type: 'standard' }, '/data', /GiB are too much; at most 1024 GiB/],
    [{ size: '5 GB' }, 'data', /data is no usable mount point; write an absolute path such as \/data$/],
    [{ size: '5 GB' }, '/data/../etc', /is no usable mount point/],
    [{ size: '5 GB' }, '/..', /is no usable mount point/],
    [{ size: '5 GB' }, '/data; rm -rf /', /is no usable mount point/],
    [{ size: '5 GB' }, '/', /is no usable mount point/],
    [{ size: '5 GB' }, '/etc', /\/etc belongs to the system/],
  ])('refuse BlockStorage %j at %j', (properties, location, message) => {
    expect(refused(disk(properties, location))).toMatch(message);
  });

  it('belong to slaves only, and each has its place', () => {
    const storage = { disk_1: { type: 'tosca.nodes.BlockStorage', properties: { size: '5 GIB' } } };
    const requirements = [{ local_storage: 'disk_1' }];
    expect(refused({ ...storage, master_server: compute({}, { requirements }) })).toMatch(
      /only slaves can have extra volumes/,
    );
    const twice = [0, 1].map(() => ({
      local_storage: {
        node: 'disk_1',
        relationship: { type: 'tosca.relationships.AttachesTo', properties: { location: '/a' } },
      },
    }));
    expect(refused({ ...storage, ...slaveServer({}, { requirements: twice }) })).toMatch(
      /two volumes have the location \/a$/,
    );
    expect(specify(storage).notes).toContain('node_templates.disk_1 is not made: no node attaches it');
  });
});

describe('images', () => {
  it.each<[unknown, string | undefined]>([
    ['ami-0123456789abcdef0', 'ami-0123456789abcdef0'],
    ['aws://eu-west-1/ami-0123456789abcdef0', 'ami-0123456789abcdef0'],
    ['ubuntu-16.04', undefined],
    ['ost://cloud.example.org/1113d7e8', undefined],
    ['', undefined],
  ])('%j', (image, expected) => {
    expect(slaves(slaveServer({ os: { image } }))?.imageId).toBe(expected);
  });

  it.each<[Data, RegExp]>([
    [
      { image: 'aws://us-east-1/ami-0123456789abcdef0' },
      /image: the image is in us-east-1, but clusters are in eu-west-1; give an image of that region$/,
    ],
    [{ image: 'ami-xyz' }, /image: ami-xyz is no AMI id/],
    [{ type: 'windows' }, /type: windows is not supported; use linux$/],
    [{ architecture: 'arm64' }, /architecture: arm64 is not supported; use x86_64$/],
  ])('refuses %j', (os, message) => {
    expect(refused(slaveServer({ os }))).toMatch(message);
  });

  it('notes what is used in place of a distribution', () => {
    const os = { type: 'linux', distribution: 'ubuntu', version: '16.10' };
    expect(specify(slaveServer({ os })).notes).toContain(
      `${place}: the stack's node image is used in place of ubuntu 16.10`,
    );
  });
});

describe('policies', () => {
  const policy = (type: string, properties: Data, targets?: readonly string[]) => ({
    [`p_${type}`]: { type, properties, ...(targets ? { targets } : {}) },
  });
  const zone = (availability_zone: string, targets?: readonly string[]) =>
    policy('tosca.policies.Placement', { availability_zone }, targets);
  const zonesOf = (policies: readonly Data[], more: Data = {}) => {
    const spec = specify({}, { policies, ...more });
    return [spec.masters.zones, spec.slaves[0]?.zones];
  };

  it('place the targets, software by its host, groups by their members, and all nodes without targets', () => {
    const a = ['eu-west-1a'];
    expect(zonesOf([zone('eu-west-1a', ['slave_server'])])).toEqual([undefined, a]);
    expect(zonesOf([zone('eu-west-1a', ['slave'])])).toEqual([undefined, a]);
    expect(
      zonesOf([zone('eu-west-1a', ['g'])], { groups: { g: { type: 'tosca.groups.Root', members: ['master'] } } }),
    ).toEqual([a, undefined]);
    expect(zonesOf([zone('eu-west-1a'), zone('eu-west-1b', ['slave'])])).toEqual([a, ['eu-west-1a', 'eu-west-1b']]);
    expect(
      zonesOf([
        policy('tosca.policies.indigo.Placement', { cloud_id: 'x', availability_zone: 'eu-west-1a' }, ['slave']),
      ]),
    ).toEqual([undefined, a]);
  });

  it('warn when all masters share a zone', () => {
    const spec = specify(
      { master_server: compute({ scalable: { count: 3 } }) },
      { policies: [zone('eu-west-1a', ['master'])] },
    );
    expect(spec.notes.some((note) => note.includes('its masters share eu-west-1a'))).toBe(true);
  });

  it('are skipped with a note when they are about other clouds or unknown', () => {
    const sla = policy('tosca.policies.indigo.SlaPlacement', { sla_id: 'x' });
    const aware = policy('tosca.policies.indigo.CredentialsAwareSlaPlacement', {
      sla_id: 'x',
      username: 'u',
      password: 'p',
    });
    const other = policy('my.Policy', { what: 'ever' });
    const { notes } = specify({}, { policies: [sla, aware, other] });
    expect(notes.filter((note) => note.includes(' is skipped: '))).toHaveLength(3);
  });

  it('may name the SLA in a plain placement, as older templates do', () => {
    const { notes } = specify({}, { policies: [policy('tosca.policies.Placement', { sla_id: 'x' }, ['slave'])] });
    expect(notes).toContain('policies.p_tosca.policies.Placement.properties.sla_id has no effect: there is one cloud');
  });

  it.each<[string, readonly Data[], string]>([
    [
      'an unknown zone',
      [zone('eu-west-1c')],
      "policies.p_tosca.policies.Placement.properties.availability_zone: eu-west-1c is none of the stack's zones, which are eu-west-1a, eu-west-1b",
    ],
    [
      'two SLA policies',
      [
        policy('tosca.policies.indigo.SlaPlacement', { sla_id: 'x' }),
        policy('tosca.policies.indigo.SlaPlacement', { sla_id: 'y' }),
      ],
      'Only a single placement policy is supported',
    ],
    [
      'an unknown target',
      [zone('eu-west-1a', ['nobody'])],
      'policies.p_tosca.policies.Placement.targets: there is no node template <nobody>',
    ],
    [
      'a missing property',
      [policy('tosca.policies.indigo.SlaPlacement', {})],
      'policies.p_tosca.policies.indigo.SlaPlacement.properties.sla_id: is required by tosca.policies.indigo.SlaPlacement and is not given',
    ],
  ])('refuse %s', (_name, policies, message) => {
    expect(refused({}, { policies })).toContain(message);
  });
});

describe('machines', () => {
  it('note the accounts and the name that they do not get', () => {
    const os_users = [{ os_user_name: 'ada' }];
    const { notes } = specify(slaveServer({}, { properties: { os_users, instance_name: 'mine' } }));
    expect(notes).toContain(
      `${place}.properties.os_users has no effect: machines get no accounts; operators use Session Manager`,
    );
    expect(notes).toContain(`${place}.properties.instance_name has no effect: instances are named after their cluster`);
    expect(specify(slaveServer({}, { properties: { os_users: [] } })).notes.join()).not.toContain('os_users');
  });

  it('are preemptible only as slaves', () => {
    const spot = { host: { preemtible_instance: true } };
    const spec = specify({ ...slaveServer(spot), master_server: compute(spot) });
    expect([spec.slaves[0]?.preemptible, spec.masters.preemptible]).toEqual([true, false]);
    expect(spec.slaves[0]?.instanceTypes.length).toBeGreaterThanOrEqual(6);
    expect(spec.notes.join()).not.toContain('instance_type');
  });

  it('are noted if they are spot instances of one type only', () => {
    const host = { instance_type: 'm5.large', preemtible_instance: true };
    const spec = specify(slaveServer({ host }));
    expect(spec.slaves[0]?.instanceTypes).toEqual(['m5.large']);
    expect(spec.notes.join()).toContain('host.properties.instance_type: spot instances of one type only');
    expect(specify({ master_server: compute({ host }) }).notes.join()).not.toContain('of one type only');
  });

  it('carry the tags of the template, except reserved ones', () => {
    const tags = (value: Data) => slaveServer({}, { properties: { tags: value } });
    expect(slaves(tags({ owner: 'me', n: 1 }))?.tags).toEqual({ owner: 'me', n: '1' });
    expect(refused(tags({ 'aws:x': 'y' }))).toMatch(/reserved$/);
    expect(refused(tags({ 'mesoscale:role': 'y' }))).toMatch(/reserved$/);
    expect(refused(tags({ x: 'y'.repeat(257) }))).toMatch(/at most 256; x has more$/);
    expect(refused(tags(Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`k${i}`, 'v']))))).toMatch(
      /has 31 tags/,
    );
  });
});
