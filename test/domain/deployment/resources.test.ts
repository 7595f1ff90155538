import { listResources } from '../../../lambdas/domain/deployment/resources.ts';
import { node } from '../../support/clusters.ts';
import { deploymentRecord, topologyNode } from '../../support/deployments.ts';

const slaves = topologyNode({ name: 'slave_server', count: 2, group: 'slaves' });
const software = topologyNode({ name: 'mesos_slave', type: 'tosca.nodes.indigo.MesosSlave', ancestors: [] });
const slave = (overrides: object) => node({ group: 'slaves', role: 'slave', ordinal: 1, ...overrides });
const none = { nodes: [], launches: [] };

describe('listResources', () => {
  it('has one resource per node template and count, storage and software too', () => {
    const storage = topologyNode({ name: 'disk', type: 'tosca.nodes.BlockStorage', ancestors: [] });
    const found = listResources(deploymentRecord({ topology: [slaves, software, storage] }), none);
    expect(found.map(({ nodeName }) => nodeName)).toEqual(['slave_server', 'slave_server', 'mesos_slave', 'disk']);
    expect(new Set(found.map(({ resourceId }) => resourceId)).size).toBe(4);
  });

  it('has none for a node template with count 0', () => {
    expect(listResources(deploymentRecord({ topology: [{ ...slaves, count: 0 }] }), none)).toEqual([]);
  });

  it('gives a place in the topology the same id whichever instance serves it', () => {
    const deployment = deploymentRecord({ topology: [slaves] });
    const before = listResources(deployment, none);
    const after = listResources(deployment, { nodes: [slave({})], launches: [] });
    expect(after.map(({ resourceId }) => resourceId)).toEqual(before.map(({ resourceId }) => resourceId));
    expect(before[0]?.resourceId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each([
    ['CREATE_IN_PROGRESS', 'launched', 'CREATING'],
    ['CREATE_IN_PROGRESS', 'starting', 'CREATING'],
    ['CREATE_IN_PROGRESS', 'ready', 'STARTED'],
    ['CREATE_IN_PROGRESS', 'failed', 'ERROR'],
    ['CREATE_COMPLETE', 'ready', 'STARTED'],
    ['CREATE_COMPLETE', 'terminating', 'CREATING'],
    ['CREATE_FAILED', 'ready', 'STARTED'],
    ['CREATE_FAILED', 'online', 'ERROR'],
    ['CREATE_FAILED', 'terminating', 'DELETING'],
    ['DELETE_IN_PROGRESS', 'ready', 'DELETING'],
  ] as const)('shows in a deployment that is %s a node that is %s as %s', (status, nodeStatus, state) => {
    const deployment = deploymentRecord({ status, topology: [{ ...slaves, count: 1 }] });
    const [resource] = listResources(deployment, { nodes: [slave({ status: nodeStatus })], launches: [] });
    expect(resource?.state).toBe(state);
  });

  it.each([
    ['CREATE_IN_PROGRESS', 'CREATING'],
    ['CREATE_COMPLETE', 'STARTED'],
    ['CREATE_FAILED', 'ERROR'],
    ['UPDATE_IN_PROGRESS', 'CONFIGURING'],
    ['UPDATE_FAILED', 'ERROR'],
    ['DELETE_IN_PROGRESS', 'DELETING'],
    ['DELETE_FAILED', 'ERROR'],
  ] as const)('shows software of a deployment that is %s as %s', (status, state) => {
    const [resource] = listResources(deploymentRecord({ status, topology: [software] }), none);
    expect(resource?.state).toBe(state);
  });

  it('shows a replacement that is being launched instead of the node that failed', () => {
    const launch = { token: 't', group: 'slaves', ordinals: [1], offerings: [], decidedAt: '2026-03-01T09:31:00.000Z' };
    const deployment = deploymentRecord({ topology: [{ ...slaves, count: 1 }] });
    const [resource] = listResources(deployment, { nodes: [slave({ status: 'failed' })], launches: [launch] });
    expect(resource?.state).toBe('CREATING');
  });

  it('prefers the live node of an ordinal over the ones before it, in any order', () => {
    const nodes = [
      slave({ instanceId: 'i-dead', status: 'failed', launchedAt: '2026-03-01T09:40:00.000Z' }),
      slave({ instanceId: 'i-live', launchedAt: '2026-03-01T09:35:00.000Z' }),
      slave({ instanceId: 'i-old', status: 'terminating', launchedAt: '2026-03-01T09:50:00.000Z' }),
    ];
    for (const order of [nodes, [...nodes].reverse()]) {
      const [resource] = listResources(deploymentRecord({ topology: [slaves] }), { nodes: order, launches: [] });
      expect(resource?.instanceId).toBe('i-live');
    }
  });

  it('shows nodes beyond the template count', () => {
    const deployment = deploymentRecord({ topology: [{ ...slaves, count: 1 }] });
    const nodes = [slave({ ordinal: 3 }), slave({ ordinal: 1 }), slave({ ordinal: 2, group: 'others' })];
    const found = listResources(deployment, { nodes, launches: [] });
    expect(found).toHaveLength(2);
  });

  it('tells the instance in the words of the Infrastructure Manager', () => {
    const nodes = [slave({ instanceId: 'i-1', privateIp: '10.0.9.1', publicIp: '198.51.100.7', market: 'spot' })];
    const [resource] = listResources(deploymentRecord({ topology: [slaves] }), { nodes, launches: [] });
    expect(resource?.vmInfo).toEqual({
      vmProperties: [
        {
          class: 'system',
          id: 'slave_server',
          state: 'configured',
          instance_id: 'i-1',
          instance_type: 'm6i.large',
          'provider.type': 'EC2',
          availability_zone: 'eu-west-1a',
          spot: 'yes',
          'net_interface.0.connection': 'private',
          'net_interface.0.ip': '10.0.9.1',
          'net_interface.1.connection': 'public',
          'net_interface.1.ip': '198.51.100.7',
        },
        { class: 'network', id: 'private' },
        { class: 'network', id: 'public' },
      ],
    });
  });

  it('was updated when its node last came further', () => {
    const readyAt = '2026-03-01T09:41:00.000Z';
    const [resource] = listResources(deploymentRecord({ topology: [slaves] }), {
      nodes: [slave({ readyAt })],
      launches: [],
    });
    expect(resource?.updatedAt).toBe(readyAt);
  });
});
