import { describeChange } from '../../../lambdas/domain/cluster/change.ts';
import type { ClusterSpec, SlaveGroup } from '../../../lambdas/domain/cluster/spec.ts';
import { group, readyNodes, spec } from '../../support/clusters.ts';

const before = spec();
const slaves = before.slaves[0]!;
const balancers = before.loadBalancers!;
const nodes = readyNodes(before);

function change(after: Partial<ClusterSpec>, removals: readonly string[] = [], from: ClusterSpec = before) {
  return describeChange({ spec: from, nodes: readyNodesOf(from) }, { spec: { ...from, ...after }, removals });
}
const readyNodesOf = (of: ClusterSpec) => (of === before ? nodes : readyNodes(of));
const withSlaves = (overrides: Partial<SlaveGroup>): Partial<ClusterSpec> => ({
  slaves: [{ ...slaves, ...overrides }],
});
const withMasters = (overrides: Partial<ClusterSpec['masters']>): Partial<ClusterSpec> => ({
  masters: { ...before.masters, ...overrides },
});
const withSoftware = (overrides: Partial<ClusterSpec['software']>): Partial<ClusterSpec> => ({
  software: { ...before.software, ...overrides },
});

describe('describeChange', () => {
  it('has nothing to say of the same specification', () => {
    expect(change({ notes: ['another note'] })).toEqual({ refusals: [], changes: [] });
  });

  it.each<[string, Partial<ClusterSpec>, readonly string[]]>([
    ['more slaves', withSlaves({ count: 5 }), ['slaves of slaves: 2 → 5']],
    ['no slaves', withSlaves({ count: 0 }), ['slaves of slaves: 2 → 0']],
    ['bounds', withSlaves({ bounds: { min: 1, max: 9 } }), ['bounds of slaves: none → 1 to 9']],
    ['size', withSlaves({ instanceTypes: ['c5.large'] }), ['instance types of slaves: m6i.large, m5.large → c5.large']],
    ['image', withSlaves({ imageId: 'ami-1' }), ["image of slaves: the stack's → ami-1"]],
    ['disk', withSlaves({ rootDiskGiB: 50 }), ['root disk of slaves: 30 GiB → 50 GiB']],
    [
      'volumes',
      withSlaves({ volumes: [{ name: 'v', sizeGiB: 9, location: '/v', type: 'io1', snapshotId: 'snap-1' }] }),
      ['volumes of slaves: none → 9 GiB io1 at /v from snap-1'],
    ],
    ['zones', withSlaves({ zones: ['b', 'a'] }), ['zones of slaves: any → a, b']],
    ['network', withSlaves({ public: false }), ['network of slaves: PUBLIC → PRIVATE']],
    ['market', withSlaves({ preemptible: true }), ['market of slaves: on demand → spot']],
    [
      'ports',
      withSlaves({
        openPorts: [
          { protocol: 'tcp', from: 80, to: 80, cidr: '0.0.0.0/0' },
          { protocol: 'udp', from: 1, to: 9, cidr: '10.0.0.0/8' },
        ],
      }),
      ['open ports of slaves: none → tcp 80 from 0.0.0.0/0, udp 1-9 from 10.0.0.0/8'],
    ],
    ['tags', withSlaves({ tags: { a: 'b' } }), ['tags of slaves: new ones on new nodes only']],
    ['a group more', { slaves: [slaves, { ...slaves, name: 'big', count: 3 }] }, ['slaves of big: 0 → 3']],
    ['a group less', { slaves: [] }, ['slaves of slaves: 2 → 0']],
    ['fewer load balancers', { loadBalancers: { ...balancers, count: 1 } }, ['load balancers of balancers: 2 → 1']],
    [
      "the masters' size",
      withMasters({ instanceTypes: ['m5.xlarge'] }),
      ['instance types of masters: m6i.large, m5.large → m5.xlarge'],
    ],
    ['an add-on', { addOns: [{ name: 'tf', type: 't', properties: {} }] }, ['tf is put on the cluster']],
  ])('tells %s', (_name, after, changes) => {
    expect(change(after)).toEqual({ refusals: [], changes });
  });

  it('tells the first and the last load balancer', () => {
    const { loadBalancers: _, ...without } = before;
    expect(describeChange({ spec: before, nodes }, { spec: without, removals: [] }).changes).toEqual([
      'load balancers: 2 → 0',
    ]);
    expect(describeChange({ spec: without, nodes }, { spec: before, removals: [] }).changes).toEqual([
      'load balancers: 0 → 2',
    ]);
  });

  it('tells who is named for removal', () => {
    const named = nodes.find(({ role }) => role === 'slave')!;
    expect(change({}, [named.instanceId]).changes).toEqual([`slaves 1 (${named.instanceId}) is removed`]);
  });

  it.each<[string, Partial<ClusterSpec>, string]>([
    ['the release', { release: 'indigo_2' }, 'the release cannot be changed from indigo_1 to indigo_2'],
    ['master count', withMasters({ count: 5 }), 'the number of masters cannot be changed from 3 to 5'],
    ['master zones', withMasters({ zones: ['a'] }), "the masters' zones cannot be changed from any to a"],
    ['master network', withMasters({ public: false }), "the masters' network cannot be changed from PUBLIC to PRIVATE"],
    [
      'master node',
      withMasters({ computeNode: 'x' }),
      "the masters' Compute node cannot be changed from masters_server to x",
    ],
    ['user name', withSoftware({ mesosUsername: 'root' }), 'mesos_username cannot be changed from admin to root'],
    ['TLS', withSoftware({ marathonTls: false }), 'marathon_enable_ssl cannot be changed from true to false'],
    ['Consul', withSoftware({ consulEnabled: false }), 'enable_consul_sd cannot be changed from true to false'],
    ['Chronos', withSoftware({ chronosEnabled: false }), 'enable_chronos cannot be changed from true to false'],
    ['GPUs', withSoftware({ gpuEnabled: true }), 'the use of GPUs cannot be changed from false to true'],
    [
      "the load balancers' node",
      { loadBalancers: { ...balancers, computeNode: 'y' } },
      "the load balancers' Compute node cannot be changed from balancers_server to y",
    ],
    [
      'two Compute nodes with names alike',
      withSlaves({ computeNode: 'slaves-server' }),
      'the Compute node of the slaves called slaves cannot be changed from slaves_server to slaves-server',
    ],
  ])('refuses another %s', (_name, after, refusal) => {
    expect(change(after).refusals).toEqual([refusal]);
  });

  it('refuses all of it at once', () => {
    const after = {
      release: 'indigo_2' as const,
      ...withMasters({ count: 1 }),
      ...withSoftware({ chronosTls: false }),
    };
    expect(change(after).refusals).toHaveLength(3);
  });

  const alone = spec({ masters: 1 });
  it.each<[string, Partial<ClusterSpec['masters']>]>([
    ['size', { instanceTypes: ['m5.4xlarge'] }],
    ['zone', { zones: ['eu-west-1c'] }],
  ])('refuses another %s of the only master', (_name, overrides) => {
    const { refusals } = change({ masters: { ...alone.masters, ...overrides } }, [], alone);
    expect(refusals.at(-1)).toMatch(/^the only master cannot be replaced/);
  });

  it('takes another size of the only master that its instance satisfies as well', () => {
    const after = { masters: { ...alone.masters, instanceTypes: ['m6i.large'] } };
    expect(change(after, [], alone).refusals).toEqual([]);
  });

  it('tells of a group that is renamed that one goes and another comes', () => {
    const renamed = group({ name: 'workers', role: 'slave', count: 2 }) as SlaveGroup;
    expect(change({ slaves: [renamed] }).changes).toEqual(['slaves of slaves: 2 → 0', 'slaves of workers: 0 → 2']);
  });
});
