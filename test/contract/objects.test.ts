/** What the API answers, object by object: reference 1.5, 1.6 and 1.8. */
import { DeploymentView, productVersion, ResourceView } from '../../lambdas/contracts/api.ts';
import type { DeploymentStatus } from '../../lambdas/domain/cluster/records.ts';
import { callbackView } from '../../lambdas/handlers/api/views.ts';
import { FakeWorld } from '../support/api.ts';
import { ask, askJson, creation, deployedWorld, one, rels } from '../support/contract.ts';
import { alice, deploymentId, deploymentRecord } from '../support/deployments.ts';

const base = 'https://api.example.org';
const resources = `${one}/resources`;

describe('a deployment', () => {
  const always = ['uuid', 'creationTime', 'status', 'task', 'outputs', 'links'];
  /** What the clients fail without: reference 1.9. */
  const forClients = ['updateTime', 'createdBy', 'cloudProviderEndpoint', 'cloudProviderName'];
  const show = async (overrides: Parameters<typeof deployedWorld>[0]) =>
    (await ask(deployedWorld(overrides), 'GET', one)).json;

  it('right after POST is in progress, with no task and no outputs', async () => {
    const { json } = await askJson(new FakeWorld(), 'POST', '/deployments', creation);
    expect(Object.keys(json)).toEqual(expect.arrayContaining([...always, ...forClients]));
    expect(json).toMatchObject({ status: 'CREATE_IN_PROGRESS', task: 'NONE', outputs: {}, cloudProviderEndpoint: {} });
    expect(json).not.toHaveProperty('statusReason');
  });

  it.each([
    ['CREATE_IN_PROGRESS', 'DEPLOYER'],
    ['CREATE_COMPLETE', 'NONE'],
    ['CREATE_FAILED', 'NONE'],
    ['UPDATE_IN_PROGRESS', 'DEPLOYER'],
    ['UPDATE_COMPLETE', 'NONE'],
    ['UPDATE_FAILED', 'NONE'],
    ['DELETE_IN_PROGRESS', 'DEPLOYER'],
    ['DELETE_FAILED', 'NONE'],
  ] as const)('that is %s has the task %s and all that clients need', async (status, task) => {
    const json = await show({ status });
    expect(json).toMatchObject({ status, task });
    expect(Object.keys(json)).toEqual(expect.arrayContaining([...always, ...forClients]));
    expect(DeploymentView.parse(json)).toEqual(json);
  });

  it('has links to itself, its resources and its template, in this order', async () => {
    expect((await show({})).links).toEqual([
      { rel: 'self', href: `${base}${one}` },
      { rel: 'resources', href: `${base}${one}/resources` },
      { rel: 'template', href: `${base}${one}/template` },
    ]);
  });

  it('tells what is known and leaves out what is not', async () => {
    const known = {
      callback: 'https://h.example/x',
      userGroup: 'g',
      statusReason: 'why',
      outputs: { ips: ['1'], n: {} },
    };
    expect(await show({ status: 'CREATE_FAILED', ...known })).toMatchObject(known);
    const bare = await show({});
    for (const name of ['callback', 'userGroup', 'statusReason']) expect(bare).not.toHaveProperty(name);
  });

  it('names its provider once that is chosen', async () => {
    expect(await show({})).toMatchObject({
      physicalId: deploymentId,
      cloudProviderName: 'aws-eu-west-1',
      cloudProviderEndpoint: {
        cpEndpoint: 'https://ec2.eu-west-1.amazonaws.com',
        cpComputeServiceId: 'aws-eu-west-1',
        deploymentType: 'AWS',
      },
      createdBy: alice,
    });
  });

  it('in a callback is the same without links', async () => {
    const record = deploymentRecord({ status: 'CREATE_COMPLETE', outputs: { ip: '198.51.100.7' }, userGroup: 'g' });
    const world = new FakeWorld();
    world.add(record);
    const { links: _, ...shown } = (await ask(world, 'GET', one)).json;
    expect(callbackView(record, 'eu-west-1')).toEqual({ ...shown, links: [] });
  });
});

describe('a resource', () => {
  it('has a place in the topology, its instance, and links to deployment and itself, in this order', async () => {
    const [resource] = (await ask(deployedWorld(), 'GET', resources)).json.content;
    expect(ResourceView.parse(resource)).toEqual(resource);
    expect(resource).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      creationTime: '2026-03-01T09:30+0000',
      updateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d\+0000$/),
      physicalId: 'i-1',
      state: 'STARTED',
      toscaNodeType: 'tosca.nodes.indigo.Compute',
      toscaNodeName: 'slave_server',
      requiredBy: [],
      metadata: { VirtualMachineInfo: expect.stringMatching(/^\{"vmProperties":\[/) },
      links: [
        { rel: 'deployment', href: `${base}${one}` },
        { rel: 'self', href: `${base}${resources}/${resource.uuid}` },
      ],
    });
  });

  it('there is one per node template and count of that node, software too', async () => {
    const { json } = await ask(deployedWorld(), 'GET', resources);
    const names = json.content.map(({ toscaNodeName }: { toscaNodeName: string }) => toscaNodeName);
    expect(names).toEqual(['slave_server', 'slave_server', 'mesos_slave']);
    const [, , software] = json.content;
    expect(software).toMatchObject({ metadata: {}, requiredBy: [] });
    expect(software).not.toHaveProperty('physicalId');
  });

  it('a count of 0 makes none, and keeps its uuid otherwise', async () => {
    const world = deployedWorld();
    const uuids = async () =>
      (await ask(world, 'GET', resources)).json.content.map(({ uuid }: { uuid: string }) => uuid);
    const before = await uuids();
    world.nodes = [];
    expect(await uuids()).toEqual(before);
    const record = world.deployments.get(deploymentId);
    if (record) world.add({ ...record, topology: record.topology.map((each) => ({ ...each, count: 0 })) });
    expect(await uuids()).toEqual([]);
  });

  /** State of a node without instance, of one that is ready, and of software. */
  it.each([
    ['CREATE_IN_PROGRESS', ['CREATING', 'CREATING', 'CREATING']],
    ['CREATE_COMPLETE', ['CREATING', 'STARTED', 'STARTED']],
    ['CREATE_FAILED', ['ERROR', 'ERROR', 'ERROR']],
    ['UPDATE_IN_PROGRESS', ['CREATING', 'STARTED', 'CONFIGURING']],
    ['UPDATE_COMPLETE', ['CREATING', 'STARTED', 'STARTED']],
    ['UPDATE_FAILED', ['ERROR', 'STARTED', 'ERROR']],
    ['DELETE_IN_PROGRESS', ['DELETING', 'DELETING', 'DELETING']],
    ['DELETE_FAILED', ['ERROR', 'ERROR', 'ERROR']],
  ] as readonly [DeploymentStatus, readonly string[]][])('of a deployment that is %s is %j', async (status, states) => {
    const world = deployedWorld({ status });
    world.nodes = world.nodes.filter(({ ordinal }) => ordinal === 2);
    const { content } = (await ask(world, 'GET', resources)).json;
    expect(content.map(({ state }: { state: string }) => state)).toEqual(states);
  });
});

describe('a page', () => {
  const world = (count: number) => {
    const filled = new FakeWorld();
    for (let n = 0; n < count; n += 1) {
      filled.add({ deploymentId: `0197a000-0000-7000-8000-${String(n).padStart(12, '0')}`, userGroup: 'a b&c' });
    }
    return filled;
  };
  const list = (count: number, query: string) => ask(world(count), 'GET', '/deployments', { query });

  it.each([
    [0, '', ['self']],
    [25, '', ['self']],
    [25, 'size=50', ['self']],
    [25, 'page=0', ['first', 'self', 'next', 'last']],
    [25, 'page=1', ['first', 'prev', 'self', 'next', 'last']],
    [25, 'page=2', ['first', 'prev', 'self', 'last']],
    [25, 'page=3', ['first', 'prev', 'self', 'last']],
    [10, 'page=0', ['self']],
    [2001, '', ['first', 'self', 'next', 'last']],
  ])('of %d deployments with %j has the links %j', async (count, query, expected) => {
    expect(rels(await list(count, query))).toEqual(expected);
  });

  it('is empty content and no pages when there is nothing', async () => {
    expect((await list(0, 'page=0&size=5')).json).toMatchObject({
      content: [],
      page: { size: 5, totalElements: 0, totalPages: 0, number: 0 },
    });
  });

  it('counts, and links with page, size, sort and what was filtered by', async () => {
    const { json } = await list(
      23,
      `page=1&size=10&createdBy=me&userGroup=${encodeURIComponent('a b&c')}&access_token=x`,
    );
    expect(json.page).toEqual({ size: 10, totalElements: 23, totalPages: 3, number: 1 });
    const href = (page: number) =>
      `${base}/deployments?createdBy=me&userGroup=a+b%26c&page=${page}&size=10&sort=createdAt,desc`;
    expect(json.links).toEqual([
      { rel: 'first', href: href(0) },
      { rel: 'prev', href: href(0) },
      { rel: 'self', href: href(1) },
      { rel: 'next', href: href(2) },
      { rel: 'last', href: href(2) },
    ]);
  });

  it('of resources pages as well', async () => {
    const { json } = await ask(deployedWorld(), 'GET', resources, { query: 'page=0&size=2' });
    expect([json.content.length, json.page.totalPages]).toEqual([2, 2]);
    expect(json.links.at(-1)).toEqual({
      rel: 'last',
      href: `${base}${resources}?page=1&size=2&sort=createdAt,desc`,
    });
  });
});

describe('/info and /configuration', () => {
  it('/info has the flat members that orchent knows and the nested ones of Spring', async () => {
    const [revision, time] = ['abc123', '2026-02-28T12:00Z'];
    expect((await ask(new FakeWorld(), 'GET', '/info', { auth: null })).json).toEqual({
      projectVersion: productVersion,
      serverHostname: 'api.example.org',
      projectRevision: revision,
      projectTimestamp: time,
      build: { version: productVersion, name: 'mesoscale' },
      git: { branch: 'main', commit: { id: revision, time } },
    });
  });

  it('/configuration is flat, and every value text', async () => {
    const { json } = await ask(new FakeWorld(), 'GET', '/configuration');
    expect(Object.keys(json)).toEqual(
      expect.arrayContaining(['cpr_url', 'slam_url', 'cmdb_url', 'im_url', 'monitoring_url']),
    );
    for (const value of Object.values(json)) expect(typeof value).toBe('string');
  });
});
