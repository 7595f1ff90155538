import { Conflict } from '../../../lambdas/contracts/error-names.ts';
import type { NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import { call, FakeWorld } from '../../support/api.ts';
import { node } from '../../support/clusters.ts';
import { alice } from '../../support/deployments.ts';

const deploymentId = '0197a000-0000-7000-8000-000000000042';
const resources = `/deployments/${deploymentId}/resources`;
const compute = {
  type: 'tosca.nodes.indigo.Compute',
  ancestors: ['tosca.nodes.indigo.Compute', 'tosca.nodes.Compute'],
};
const topology = [
  { name: 'master_server', ...compute, count: 3, group: 'masters' },
  { name: 'slave_server', ...compute, count: 2, group: 'slaves' },
  { name: 'mesos', type: 'tosca.nodes.indigo.MesosMaster', ancestors: ['tosca.nodes.SoftwareComponent'], count: 1 },
];
const masters = [1, 2, 3].map((ordinal) => node({ group: 'masters', role: 'master', ordinal }));
const slaves = [1, 2].map((ordinal) => node({ group: 'slaves', role: 'slave', ordinal }));

function world(nodes: readonly NodeRecord[] = [...masters, ...slaves], overrides = {}): FakeWorld {
  const made = new FakeWorld();
  made.add({ deploymentId, owner: alice, status: 'CREATE_COMPLETE', topology, ...overrides });
  made.nodes = nodes;
  return made;
}
async function resourceOf(of: FakeWorld, name: string, index = 0) {
  const { json } = await call(of, 'GET', resources, { query: 'size=100' });
  return json.content.filter(({ toscaNodeName }: { toscaNodeName: string }) => toscaNodeName === name)[index];
}
const act = (of: FakeWorld, rid: string, type: unknown) =>
  call(of, 'POST', `${resources}/${rid}/actions`, {
    body: JSON.stringify({ type }),
    headers: { 'Content-Type': 'application/json' },
  });

describe('POST /deployments/{id}/resources/{rid}/actions', () => {
  it('stops a slave and starts it again, and shows what was asked for at once', async () => {
    const at = world();
    const { uuid } = await resourceOf(at, 'slave_server', 1);
    const answer = await act(at, uuid, 'stop');
    expect([answer.statusCode, answer.body]).toEqual([202, '']);
    expect(at.deployments.get(deploymentId)?.stopped).toEqual([slaves[1]?.instanceId]);
    expect(at.signals).toEqual([{ kind: 'cluster-changed', clusterId: deploymentId }]);
    expect(at.activity.map(({ text }) => text)).toEqual(['slaves 2 is to stop']);
    expect((await resourceOf(at, 'slave_server', 1)).state).toBe('STOPPING');
    expect((await act(at, uuid, 'stop')).json).toMatchObject({
      code: 409,
      message: 'Cannot stop a resource in STOPPING state',
    });
    at.nodes = at.nodes.map((each) => (each === slaves[1] ? { ...each, status: 'stopped' } : each));
    expect((await resourceOf(at, 'slave_server', 1)).state).toBe('STOPPED');
    expect((await act(at, uuid, 'start')).statusCode).toBe(202);
    expect(at.deployments.get(deploymentId)?.stopped).toEqual([]);
    expect((await resourceOf(at, 'slave_server', 1)).state).toBe('STARTING');
  });

  it.each([
    ['drains before it stops', { status: 'draining', drain: { goal: 'stop', since: '' } }, 'STOPPING'],
    ['shuts down', { status: 'stopping' }, 'STOPPING'],
    ['boots again', { status: 'launched', poweredOnAt: '2026-03-01T10:00:00.000Z' }, 'STARTING'],
    ['leaves for good', { status: 'draining', drain: { goal: 'removal', since: '' } }, 'DELETING'],
  ] as const)('shows a node that %s', async (_, change, state) => {
    const spare = node({ group: 'slaves', role: 'slave', ordinal: 3 });
    const at = world([...masters, slaves[0]!, { ...slaves[1]!, ...change }, ...(state === 'DELETING' ? [spare] : [])]);
    expect((await resourceOf(at, 'slave_server', 1)).state).toBe(state);
  });

  it.each(['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'CREATE_FAILED', 'DELETE_IN_PROGRESS'])(
    'is refused while %s',
    async (status) => {
      const at = world(undefined, { status });
      const { statusCode, json } = await act(at, 'x', 'stop');
      expect([statusCode, json.message]).toEqual([409, `Cannot perform actions on deployment in ${status} state`]);
    },
  );

  it('wants a type that it knows', async () => {
    for (const type of [undefined, null, 'reboot', 7]) {
      const { statusCode, json } = await act(world(), 'x', type);
      expect([statusCode, json.message]).toEqual([400, 'An action type must be provided']);
    }
  });

  it('wants a compute resource that exists', async () => {
    const at = world();
    expect((await act(at, 'nope', 'stop')).json).toMatchObject({
      code: 400,
      message: 'Unknown resource with id <nope>',
    });
    const { uuid } = await resourceOf(at, 'mesos');
    expect((await act(at, uuid, 'stop')).json).toMatchObject({
      code: 400,
      message: `Resource <${uuid}> is a tosca.nodes.indigo.MesosMaster: only compute nodes can be started and stopped`,
    });
  });

  it('starts only what is stopped', async () => {
    const at = world();
    const { uuid } = await resourceOf(at, 'slave_server');
    expect((await act(at, uuid, 'start')).json).toMatchObject({
      code: 409,
      message: 'Cannot start a resource in STARTED state',
    });
  });

  it('stops no spot instance', async () => {
    const at = world([...masters, { ...slaves[0]!, market: 'spot' }, slaves[1]!]);
    const { uuid } = await resourceOf(at, 'slave_server');
    const { statusCode, json } = await act(at, uuid, 'stop');
    expect(statusCode).toBe(400);
    expect(json.message).toBe('slaves 1 is a spot instance: EC2 can only terminate it, not stop it');
  });

  it('stops a master only while the others are a quorum', async () => {
    const at = world();
    const { uuid } = await resourceOf(at, 'master_server');
    expect((await act(at, uuid, 'stop')).statusCode).toBe(202);
    const second = await resourceOf(at, 'master_server', 1);
    const { statusCode, json } = await act(at, second.uuid, 'stop');
    expect(statusCode).toBe(409);
    expect(json.message).toBe('Cannot stop masters 2: 1 other masters serve, and a quorum of 3 is 2');
  });

  it('stops a single master', async () => {
    const [template] = topology;
    const at = world([masters[0]!], { topology: [{ ...template!, count: 1 }] });
    const { uuid } = await resourceOf(at, 'master_server');
    expect((await act(at, uuid, 'stop')).statusCode).toBe(202);
  });

  it('tells of a change that came between', async () => {
    const at = world();
    const { uuid } = await resourceOf(at, 'slave_server');
    at.failures.set('setPower', new Conflict('too late'));
    expect((await act(at, uuid, 'stop')).statusCode).toBe(409);
  });
});
