import type { NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import { listResources } from '../../../lambdas/domain/deployment/resources.ts';
import { node } from '../../support/clusters.ts';
import { deploymentRecord, topologyNode } from '../../support/deployments.ts';

const slaves = topologyNode({ name: 'slave_server', count: 2, group: 'slaves' });
const software = topologyNode({ name: 'mesos_slave', type: 'tosca.nodes.indigo.MesosSlave', ancestors: [] });
const slave = (overrides: object) => node({ group: 'slaves', role: 'slave', ordinal: 1, ...overrides });
const none = { nodes: [], launches: [] };

describe('listResources', () => {
  it('shows as many places of an elastic group as its load asks for', () => {
    const deployment = deploymentRecord({ status: 'CREATE_COMPLETE', topology: [{ ...slaves, count: 3 }] });
    const shown = (wanted: number): string[] =>
      listResources(deployment, { nodes: [slave({})], launches: [], wanted: { [slaves.group!]: wanted } }).map(
        ({ state }) => state,
      );
    expect(shown(1)).toEqual(['STARTED']);
    expect(shown(5)).toEqual(['STARTED', 'CREATING', 'CREATING', 'CREATING', 'CREATING']);
  });

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
    ['CREATE_IN_PROGRESS', 'ready', 'CREATING'],
    ['CREATE_IN_PROGRESS', 'failed', 'CREATING'],
    ['CREATE_COMPLETE', 'ready', 'STARTED'],
    ['CREATE_COMPLETE', 'terminating', 'CREATING'],
    ['CREATE_COMPLETE', 'failed', 'ERROR'],
    ['CREATE_FAILED', 'ready', 'ERROR'],
    ['CREATE_FAILED', 'terminating', 'ERROR'],
    ['UPDATE_IN_PROGRESS', 'ready', 'STARTED'],
    ['UPDATE_IN_PROGRESS', 'launched', 'CREATING'],
    ['UPDATE_FAILED', 'ready', 'STARTED'],
    ['UPDATE_FAILED', 'launched', 'ERROR'],
    ['UPDATE_FAILED', 'terminating', 'DELETING'],
    ['DELETE_FAILED', 'terminating', 'ERROR'],
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
    const deployment = deploymentRecord({ status: 'CREATE_COMPLETE', topology: [{ ...slaves, count: 1 }] });
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

  describe('of a deployment that was updated', () => {
    const updated = (count: number, countAtFirst = count) =>
      deploymentRecord({ status: 'UPDATE_IN_PROGRESS', topology: [{ ...slaves, count, countAtFirst }] });
    const states = (nodes: readonly NodeRecord[], of = updated(2)) =>
      listResources(of, { nodes, launches: [] }).map(({ instanceId, state }) => [instanceId, state]);
    const at = (ordinal: number, status: NodeRecord['status'] = 'ready') =>
      slave({ instanceId: `i-${ordinal}`, ordinal, status });

    it('are exactly the places that are served, whichever they are', () => {
      expect(states([at(1), at(3)])).toEqual([
        ['i-1', 'STARTED'],
        ['i-3', 'STARTED'],
      ]);
    });

    it.each(['draining', 'drained', 'terminating'] as const)('are being deleted while their nodes are %s', (status) => {
      expect(states([at(1), at(2, status), at(3)])).toEqual([
        ['i-1', 'STARTED'],
        ['i-2', 'DELETING'],
        ['i-3', 'STARTED'],
      ]);
    });

    it('are gone with the update when their nodes only shut down', () => {
      const over = { ...updated(2), status: 'UPDATE_COMPLETE' as const };
      expect(states([at(1), at(2, 'terminating'), at(3)], over)).toHaveLength(2);
      expect(states([at(1), at(2, 'draining'), at(3)], over)).toHaveLength(3);
    });

    it('are the lowest free places for nodes that are still to come', () => {
      expect(states([at(2), at(3, 'draining')], updated(3))).toEqual([
        [undefined, 'CREATING'],
        ['i-2', 'STARTED'],
        ['i-3', 'DELETING'],
        [undefined, 'CREATING'],
      ]);
    });

    it('are shown of a Compute node that is gone until its nodes are', () => {
      expect(states([at(1, 'draining')], updated(0))).toEqual([['i-1', 'DELETING']]);
      expect(states([], updated(0))).toEqual([]);
    });

    it('are as old as the deployment only if it was made with them', () => {
      const later = { ...at(2), launchedAt: '2026-03-01T10:10:00.000Z' };
      const found = listResources(updated(3, 1), { nodes: [at(1), later], launches: [] });
      const { createdAt, updatedAt } = updated(3);
      expect(found.map((resource) => resource.createdAt)).toEqual([createdAt, later.launchedAt, updatedAt]);
    });
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
