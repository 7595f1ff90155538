import { parse } from 'yaml';
import { DeploymentView } from '../../../lambdas/contracts/api.ts';
import { Conflict, DependencyUnavailable } from '../../../lambdas/contracts/error-names.ts';
import type { DeploymentStatus } from '../../../lambdas/domain/cluster/records.ts';
import { type Answer, type CallOptions, call, FakeWorld } from '../../support/api.ts';
import { zones } from '../../support/clusters.ts';
import { apiNow, bob } from '../../support/deployments.ts';
import { clusterTemplate } from '../../support/templates.ts';

const parameters = { mesos_password: 'parameter-$ecret', slave_num: 2 };
const json = { 'content-type': 'application/json' };

/** A deployment that POST has made, complete, with a node per slave. */
async function deployed(): Promise<{ readonly world: FakeWorld; readonly id: string }> {
  const world = new FakeWorld();
  const body = JSON.stringify({ template: clusterTemplate, parameters, callback: 'https://hook.example.org/a' });
  const { json: made } = await call(world, 'POST', '/deployments', { body, headers: json });
  const id = made.uuid as string;
  setStatus(world, id, 'CREATE_COMPLETE');
  world.nodes = [1, 2].map((ordinal) => ({
    ...{ instanceId: `i-0000000000000000${ordinal}`, group: 'mesos-slave-server', role: 'slave', ordinal },
    ...{ status: 'ready', instanceType: 'c5.xlarge', zone: zones[0]!, market: 'on-demand', startAttempts: 0 },
    launchedAt: apiNow.toISOString(),
  }));
  world.signals.length = 0;
  world.activity.length = 0;
  return { world, id };
}

function setStatus(world: FakeWorld, id: string, status: DeploymentStatus): void {
  world.deployments.set(id, { ...world.deployments.get(id)!, status, statusReason: 'as the test says' });
}

const put = (world: FakeWorld, id: string, body: unknown, options: CallOptions = {}): Promise<Answer> =>
  call(world, 'PUT', `/deployments/${id}`, { body: JSON.stringify(body), headers: json, ...options });

const slavesIn = (world: FakeWorld, id: string) => world.deployments.get(id)?.update?.spec.slaves[0]?.count;
const withCount = (count: string) => clusterTemplate.replace('count: { get_input: slave_num }', `count: ${count}`);

describe('PUT /deployments/{id}', () => {
  it('answers 202 with the deployment, which is updated in one write', async () => {
    const { world, id } = await deployed();
    const answer = await put(world, id, { template: clusterTemplate, parameters: { slave_num: 5 } });
    expect(answer.json.message).toBeUndefined();
    expect(answer.statusCode).toBe(202);
    expect(DeploymentView.parse(answer.json)).toEqual(answer.json);
    expect(answer.json).toMatchObject({ uuid: id, status: 'UPDATE_IN_PROGRESS' });
    expect(answer.json).not.toHaveProperty('statusReason');
    expect(world.deployments.get(id)).toMatchObject({ generation: 2, status: 'UPDATE_IN_PROGRESS' });
    expect(slavesIn(world, id)).toBe(5);
    expect(world.desired.get(id)).toMatchObject({ generation: 1 });
    expect(world.signals).toEqual([{ kind: 'cluster-changed', clusterId: id }]);
    expect(world.activity.map(({ text }) => text)).toEqual(['update: slaves of mesos-slave-server: 2 → 5']);
  });

  it('merges parameters over the stored ones, secret ones included', async () => {
    const { world, id } = await deployed();
    expect((await put(world, id, { template: clusterTemplate })).statusCode).toBe(202);
    expect(world.deployments.get(id)?.parameters).toEqual({ slave_num: 2 });
    expect(world.activity.map(({ text }) => text)).toEqual(['update: nothing of the cluster changes']);
  });

  it('keeps the callback unless another one is given', async () => {
    const { world, id } = await deployed();
    await put(world, id, { template: clusterTemplate });
    expect(world.deployments.get(id)?.callback).toBe('https://hook.example.org/a');
    setStatus(world, id, 'UPDATE_COMPLETE');
    await put(world, id, { template: clusterTemplate, callback: 'https://hook.example.org/b', timeoutMins: 7 });
    expect(world.deployments.get(id)).toMatchObject({ callback: 'https://hook.example.org/b', timeoutMins: 7 });
    expect(world.deployments.get(id)?.update?.deadlineAt).toBe('2026-03-01T09:37:45.000Z');
  });

  it.each<DeploymentStatus>(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_FAILED'])(
    'is allowed in %s',
    async (status) => {
      const { world, id } = await deployed();
      setStatus(world, id, status);
      expect((await put(world, id, { template: clusterTemplate })).statusCode).toBe(202);
    },
  );

  it.each<DeploymentStatus>([
    ...(['CREATE_IN_PROGRESS', 'CREATE_FAILED', 'UPDATE_IN_PROGRESS'] as const),
    ...(['DELETE_IN_PROGRESS', 'DELETE_FAILED'] as const),
  ])('is refused in %s', async (status) => {
    const { world, id } = await deployed();
    setStatus(world, id, status);
    const answer = await put(world, id, { template: clusterTemplate });
    expect([answer.statusCode, answer.json.message]).toEqual([409, `Cannot update a deployment in ${status} state`]);
  });

  it('is for the owner only, and for what exists', async () => {
    const { world, id } = await deployed();
    const auth = { authenticated: 'true' as const, ...bob };
    expect((await put(world, id, { template: clusterTemplate }, { auth })).statusCode).toBe(404);
    const unknown = '0197a000-0000-7000-8000-0000000000ff';
    const answer = await put(world, unknown, { template: clusterTemplate });
    expect([answer.statusCode, answer.json.message]).toEqual([404, `The deployment <${unknown}> doesn't exist`]);
  });

  it.each<[string, object, RegExp]>([
    ['no template', {}, /^A TOSCA template must be provided$/],
    ['no TOSCA', { template: 'a: b' }, /tosca_definitions_version/],
    ['a bad parameter', { template: clusterTemplate, parameters: { slave_num: 'many' } }, /slave_num|count/],
    ['too many slaves', { template: clusterTemplate, parameters: { slave_num: 5001 } }, /at most 5000/],
    ['a bad callback', { template: clusterTemplate, callback: 'ftp://x' }, /^Callback value/],
    [
      'another password',
      { template: clusterTemplate, parameters: { mesos_password: 'another-$ecret' } },
      /^The update is not possible without another cluster: mesos_password cannot be changed to another one$/,
    ],
    [
      'other masters and another literal password',
      { template: clusterTemplate.replace('count: 3', 'count: 5').replace('literal-', 'other-') },
      /the number of masters cannot be changed from 3 to 5; marathon_password cannot be changed to another one$/,
    ],
  ])('refuses %s, and nothing changes', async (_name, body, message) => {
    const { world, id } = await deployed();
    const before = world.deployments.get(id);
    const answer = await put(world, id, body);
    expect(answer.json.message).toMatch(message);
    expect(answer.body).not.toContain('$ecret');
    expect(answer.statusCode).toBe(400);
    expect(world.deployments.get(id)).toEqual(before);
    expect([world.secrets.size, world.signals.length]).toEqual([1, 0]);
  });

  it('loses against another change with the words of the contract', async () => {
    const { world, id } = await deployed();
    world.failures.set('beginUpdate', new Conflict('x'));
    const answer = await put(world, id, { template: `${clusterTemplate}# password: "new-$ecret"\n` });
    expect(answer).toMatchObject({ statusCode: 409, headers: { 'Retry-After': '0' } });
    expect(answer.json.message).toBe(
      "The request couldn't be fulfilled because of a concurrent update. Please retry later",
    );
  });
});

describe('secrets of an update', () => {
  const template = clusterTemplate.replace(
    'topology_template:',
    'metadata: { api_token: secret-of-the-update }\ntopology_template:',
  );
  const markers = /<secret-\d+-\d+>/;

  it('lie in a version of their own, and in no record', async () => {
    const { world, id } = await deployed();
    expect((await put(world, id, { template, parameters: { token: 'of-nobody' } })).statusCode).toBe(202);
    const { update, ...record } = world.deployments.get(id)!;
    expect(update?.secretVersion).toBe(update?.updateId);
    expect(record.template).toMatch(markers);
    expect(JSON.stringify([record, update])).not.toMatch(/secret-of-the|of-nobody|\$ecret/);
    expect([...world.secrets.keys()]).toEqual([id, `${id}/${update?.secretVersion}`]);
    expect(world.secrets.get(id)?.parameters).toEqual({ mesos_password: 'parameter-$ecret' });
    expect(world.secrets.get(`${id}/${update?.secretVersion}`)).toMatchObject({
      mesos: { username: 'admin', password: 'parameter-$ecret' },
      parameters: { mesos_password: 'parameter-$ecret', token: 'of-nobody' },
    });
    expect((await call(world, 'GET', `/deployments/${id}/template`)).body).toBe(template);
  });

  it('stay in the version in use if they do not change', async () => {
    const { world, id } = await deployed();
    await put(world, id, { template, parameters: { slave_num: 3 } });
    const first = world.deployments.get(id)?.update?.secretVersion;
    setStatus(world, id, 'UPDATE_COMPLETE');
    await put(world, id, { template, parameters: { slave_num: 4 } });
    expect(world.deployments.get(id)?.update?.secretVersion).toBe(first);
    expect(world.deployments.get(id)?.generation).toBe(3);
    expect(world.secrets.size).toBe(2);
  });

  it('are dropped by the next update that changes them', async () => {
    const { world, id } = await deployed();
    await put(world, id, { template });
    setStatus(world, id, 'UPDATE_FAILED');
    await put(world, id, { template: template.replace('of-the-update', 'of-the-next') });
    const { update } = world.deployments.get(id)!;
    expect([...world.secrets.keys()]).toEqual([id, `${id}/${update?.secretVersion}`]);
  });

  it('are dropped if the update loses, and kept if nobody knows whether it stands', async () => {
    const { world, id } = await deployed();
    world.failures.set('beginUpdate', new Conflict('x'));
    await put(world, id, { template });
    expect(world.secrets.size).toBe(1);
    world.failures.set('beginUpdate', new DependencyUnavailable('x'));
    expect((await put(world, id, { template })).statusCode).toBe(503);
    expect(world.secrets.size).toBe(2);
  });

  it('come before the update: if they cannot be stored there is none', async () => {
    const { world, id } = await deployed();
    world.failures.set('addVersion', new DependencyUnavailable('x'));
    expect((await put(world, id, { template })).statusCode).toBe(503);
    expect(world.deployments.get(id)?.generation).toBe(1);
  });

  it('cost no update because an old version cannot be dropped', async () => {
    const { world, id } = await deployed();
    await put(world, id, { template });
    setStatus(world, id, 'UPDATE_COMPLETE');
    world.failures.set('dropVersion', new DependencyUnavailable('x'));
    expect((await put(world, id, { template: clusterTemplate })).statusCode).toBe(202);
    expect(world.logged.at(-2)).toMatchObject({ message: 'version of the secret not dropped' });
  });
});

describe('removal_list', () => {
  /** Ids of the resources of the slaves, in order of their places. */
  async function slaveResources(world: FakeWorld, id: string): Promise<readonly string[]> {
    const { json: page } = await call(world, 'GET', `/deployments/${id}/resources`);
    const content = page.content as readonly { readonly toscaNodeName: string; readonly uuid: string }[];
    return content.filter(({ toscaNodeName }) => toscaNodeName === 'mesos_slave_server').map(({ uuid }) => uuid);
  }

  it('names the instances that go, and is no part of the template that is kept', async () => {
    const { world, id } = await deployed();
    const [first] = await slaveResources(world, id);
    const template = withCount(`1, removal_list: [ ${first} ]`);
    const answer = await put(world, id, { template });
    expect(answer.json.message).toBeUndefined();
    expect(world.deployments.get(id)?.update).toMatchObject({ removals: [world.nodes[0]!.instanceId] });
    expect(slavesIn(world, id)).toBe(1);
    const kept = (await call(world, 'GET', `/deployments/${id}/template`)).body;
    expect(kept).not.toContain('removal_list');
    expect(kept).toContain("'literal-$ecret'");
    expect(parse(kept)).toEqual(parse(withCount('1')));
  });

  it('is taken out although it is empty', async () => {
    const { world, id } = await deployed();
    expect((await put(world, id, { template: withCount('2, removal_list: []') })).statusCode).toBe(202);
    expect((await call(world, 'GET', `/deployments/${id}/template`)).body).not.toContain('removal_list');
  });

  it('takes a resource without an instance for gone', async () => {
    const { world, id } = await deployed();
    const [, second] = await slaveResources(world, id);
    world.nodes = world.nodes.slice(0, 1);
    expect((await put(world, id, { template: withCount(`1, removal_list: [ ${second} ]`) })).statusCode).toBe(202);
    expect(world.deployments.get(id)?.update?.removals).toEqual([]);
  });

  it.each(['0197a000-0000-5000-8000-0000000000ee', 'x'])('must know %s', async (unknown) => {
    const { world, id } = await deployed();
    const answer = await put(world, id, { template: withCount(`1, removal_list: [ ${unknown} ]`) });
    expect([answer.statusCode, answer.json.message]).toEqual([400, `Unknown resource with id <${unknown}>`]);
  });

  it('must stand where it can be taken out', async () => {
    const { world, id } = await deployed();
    const [first] = await slaveResources(world, id);
    const shared = `dsl_definitions:\n  shared: &shared { count: 1, removal_list: [ ${first} ] }\ntopology_template:`;
    const template = clusterTemplate
      .replace('topology_template:', shared)
      .replace('{ count: { get_input: slave_num } }', '*shared');
    const answer = await put(world, id, { template });
    expect(answer.json.message).toMatch(/^node_templates\.mesos_slave_server: removal_list must stand in/);
  });

  it('makes the places that an update adds younger than the first ones', async () => {
    const { world, id } = await deployed();
    await put(world, id, { template: clusterTemplate, parameters: { slave_num: 3 } });
    const later = new Date(apiNow.getTime() + 300_000).toISOString();
    world.nodes = [...world.nodes, { ...world.nodes[0]!, instanceId: 'i-9', ordinal: 3, launchedAt: later }];
    const { json: page } = await call(world, 'GET', `/deployments/${id}/resources`);
    const times = (page.content as { creationTime: string; toscaNodeName: string }[])
      .filter(({ toscaNodeName }) => toscaNodeName === 'mesos_slave_server')
      .map(({ creationTime }) => creationTime)
      .sort();
    expect(times).toEqual(['2026-03-01T09:30+0000', '2026-03-01T09:30+0000', '2026-03-01T09:35+0000']);
  });
});
