import { pageOf, ResourceView } from '../../../lambdas/contracts/api.ts';
import { call, FakeWorld } from '../../support/api.ts';
import { node } from '../../support/clusters.ts';
import { deploymentId, topologyNode } from '../../support/deployments.ts';

const resources = `/deployments/${deploymentId}/resources`;
const href = `https://api.example.org${resources}`;

function deployed(): FakeWorld {
  const world = new FakeWorld();
  const software = { type: 'tosca.nodes.indigo.MesosSlave', ancestors: ['tosca.nodes.SoftwareComponent'] };
  world.add({
    status: 'CREATE_COMPLETE',
    topology: [
      topologyNode({ name: 'slave_server', count: 3, group: 'slaves' }),
      topologyNode({ name: 'mesos_slave', ...software }),
    ],
  });
  world.nodes = [1, 2, 3].map((ordinal) =>
    node({ group: 'slaves', role: 'slave', ordinal, instanceId: `i-${ordinal}`, privateIp: `10.0.9.${ordinal}` }),
  );
  return world;
}

describe('GET /deployments/{id}/resources', () => {
  it('shows every node template once per count, in one page', async () => {
    const { statusCode, json } = await call(deployed(), 'GET', `${resources}/`);
    expect(statusCode).toBe(200);
    expect(pageOf(ResourceView).parse(json)).toEqual(json);
    expect(json.content.map((resource: { readonly toscaNodeName: string }) => resource.toscaNodeName)).toEqual([
      'slave_server',
      'slave_server',
      'slave_server',
      'mesos_slave',
    ]);
    expect(json.links).toEqual([{ rel: 'self', href }]);
  });

  it('shows a node with its instance', async () => {
    const [resource] = (await call(deployed(), 'GET', resources)).json.content;
    expect(resource).toEqual({
      uuid: expect.any(String),
      creationTime: '2026-03-01T09:30+0000',
      updateTime: '2026-03-01T09:30+0000',
      physicalId: 'i-1',
      state: 'STARTED',
      toscaNodeType: 'tosca.nodes.indigo.Compute',
      toscaNodeName: 'slave_server',
      requiredBy: [],
      metadata: { VirtualMachineInfo: expect.any(String) },
      links: [
        { rel: 'deployment', href: `https://api.example.org/deployments/${deploymentId}` },
        { rel: 'self', href: `${href}/${resource.uuid}` },
      ],
    });
    const [system] = JSON.parse(resource.metadata.VirtualMachineInfo).vmProperties;
    expect(system).toMatchObject({ class: 'system', state: 'configured', 'net_interface.0.ip': '10.0.9.1' });
  });

  it('shows software without instance', async () => {
    const resource = (await call(deployed(), 'GET', resources)).json.content[3];
    expect(resource).toMatchObject({ state: 'STARTED', metadata: {} });
    expect(resource).not.toHaveProperty('physicalId');
  });

  it('pages as CLUES asks', async () => {
    const { json } = await call(deployed(), 'GET', resources, { query: 'size=3&page=1' });
    expect(json.content).toHaveLength(1);
    expect(json.page).toEqual({ size: 3, totalElements: 4, totalPages: 2, number: 1 });
  });

  it('finds by type and by ancestor, all in one page whatever the size', async () => {
    const query = 'type=tosca.nodes.Compute&size=1';
    const { json } = await call(deployed(), 'GET', resources, { query });
    expect(json.content).toHaveLength(3);
    expect(json.page).toMatchObject({ totalElements: 3, totalPages: 1 });
    expect(json.links[0].href).toContain('type=tosca.nodes.Compute');
    expect((await call(deployed(), 'GET', resources, { query: 'type=other' })).json.content).toEqual([]);
  });
});

describe('GET /deployments/{id}/resources/filter', () => {
  it('answers with a bare array', async () => {
    const query = 'type=tosca.nodes.indigo.MesosSlave';
    const { json } = await call(deployed(), 'GET', `${resources}/filter`, { query });
    expect(json).toMatchObject([{ toscaNodeName: 'mesos_slave' }]);
  });

  it.each(['', 'type='])('answers 400 to %j', async (query) => {
    expect((await call(deployed(), 'GET', `${resources}/filter`, { query })).json).toMatchObject({ code: 400 });
  });
});

describe('a list of thousands of nodes', () => {
  const lambdaLimitBytes = 6 * 1024 * 1024;
  it('fits into what Lambda may answer: it leaves out the metadata, which each resource has', async () => {
    const world = new FakeWorld();
    const count = 6000;
    world.add({ topology: [topologyNode({ name: 'slave_server', count, group: 'slaves' })] });
    world.nodes = Array.from({ length: count }, (_, index) => {
      const addresses = { privateIp: '10.0.111.111', publicIp: '198.51.100.100' };
      return node({ group: 'slaves', role: 'slave', ordinal: index + 1, ...addresses });
    });
    const query = 'type=tosca.nodes.Compute';
    const list = await call(world, 'GET', resources, { query });
    expect(list.json.content).toHaveLength(count);
    expect(list.json.content[0]).toMatchObject({ physicalId: expect.any(String), metadata: {} });
    for (const answer of [list, await call(world, 'GET', `${resources}/filter`, { query })]) {
      expect(Buffer.byteLength(JSON.stringify(answer.body))).toBeLessThan(lambdaLimitBytes);
    }
    const one = await call(world, 'GET', `${resources}/${list.json.content[0].uuid}`);
    expect(one.json.metadata).toHaveProperty('VirtualMachineInfo');
  });
});

describe('GET /deployments/{id}/resources/{rid}', () => {
  it('shows one resource as the list does', async () => {
    const world = deployed();
    const [first] = (await call(world, 'GET', resources)).json.content;
    expect((await call(world, 'GET', `${resources}/${first.uuid}/`)).json).toEqual(first);
  });

  it('answers 404 for another id', async () => {
    const { statusCode, json } = await call(deployed(), 'GET', `${resources}/nope`);
    expect(statusCode).toBe(404);
    expect(json.message).toBe(`The resource <nope> in deployment <${deploymentId}> doesn't exist`);
  });
});

describe('GET /deployments/{id}/extrainfo', () => {
  it('is text that is a JSON array of the instances', async () => {
    const { headers, body } = await call(deployed(), 'GET', `/deployments/${deploymentId}/extrainfo`);
    expect(headers['Content-Type']).toBe('text/plain;charset=UTF-8');
    expect(JSON.parse(body)).toHaveLength(3);
    expect(JSON.parse(body)[0].vmProperties[0]).toMatchObject({ class: 'system', id: 'slave_server' });
  });

  it('is an empty array without instances', async () => {
    const world = deployed();
    world.nodes = [];
    expect((await call(world, 'GET', `/deployments/${deploymentId}/extrainfo`)).body).toBe('[]');
  });
});
