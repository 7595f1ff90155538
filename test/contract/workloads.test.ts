/** What the contract says of services and jobs: reference 1.3, 1.5 and 1.6. */
import { DeploymentView, pageOf, ResourceView } from '../../lambdas/contracts/api.ts';
import type { DeploymentStatus } from '../../lambdas/domain/cluster/records.ts';
import type { FakeWorld } from '../support/api.ts';
import { ask, askJson, colleague, creation, deployedWorld, errorBody, one } from '../support/contract.ts';
import { topologyNode } from '../support/deployments.ts';

const kinds = ['MARATHON', 'CHRONOS'] as const;
type Kind = (typeof kinds)[number];
const application = 'tosca.nodes.indigo.Container.Application.Docker';

function world(type: Kind, status: DeploymentStatus = 'CREATE_COMPLETE'): FakeWorld {
  const nodeType = `${application}.${type === 'MARATHON' ? 'Marathon' : 'Chronos'}`;
  const made = deployedWorld({
    ...{ type, status, hostClusterId: 'c-1', hostClusterName: 'mesoscale-c-1' },
    hostEndpoint: 'https://203.0.113.1:8443',
    topology: [topologyNode({ name: 'app', type: nodeType, ancestors: [nodeType, application] })],
  });
  made.nodes = [];
  return made;
}

describe.each(kinds)('a deployment of type %s', (type) => {
  it('tells its cluster from the beginning on', async () => {
    const { json } = await ask(world(type, 'CREATE_IN_PROGRESS'), 'GET', one);
    expect(DeploymentView.parse(json)).toEqual(json);
    expect(json.cloudProviderName).toBe('mesoscale-c-1');
    expect(json.cloudProviderEndpoint).toEqual({
      cpEndpoint: 'https://203.0.113.1:8443',
      cpComputeServiceId: 'c-1',
      deploymentType: type,
    });
  });

  it('is listed among the others', async () => {
    const { json } = await ask(world(type), 'GET', '/deployments');
    expect(pageOf(DeploymentView).parse(json)).toEqual(json);
    expect(json.content).toHaveLength(1);
  });

  it.each([
    ['CREATE_IN_PROGRESS', 'CREATING'],
    ['CREATE_COMPLETE', 'STARTED'],
    ['CREATE_FAILED', 'ERROR'],
    ['UPDATE_IN_PROGRESS', 'CONFIGURING'],
    ['UPDATE_COMPLETE', 'STARTED'],
    ['DELETE_IN_PROGRESS', 'DELETING'],
    ['DELETE_FAILED', 'ERROR'],
  ] as const)('in status %s has a resource that is %s', async (status, state) => {
    const { json } = await ask(world(type, status), 'GET', `${one}/resources`);
    expect(pageOf(ResourceView).parse(json)).toEqual(json);
    expect(json.content).toMatchObject([{ state, toscaNodeName: 'app', requiredBy: [], metadata: {} }]);
  });

  it('has neither machines nor actions', async () => {
    const it = world(type);
    expect((await ask(it, 'GET', `${one}/extrainfo`)).body).toBe('[]');
    const { content } = (await ask(it, 'GET', `${one}/resources`)).json;
    const answer = await askJson(it, 'POST', `${one}/resources/${content[0].uuid}/actions`, { type: 'stop' });
    expect(answer.json).toEqual(errorBody(400, 'Bad Request', `${type} deployment: actions not supported yet.`));
  });

  it('is its owner’s to delete', async () => {
    const it = world(type);
    expect((await ask(it, 'DELETE', one, { auth: colleague })).statusCode).toBe(403);
    expect((await ask(it, 'DELETE', one)).statusCode).toBe(204);
    const again = await ask(it, 'DELETE', one);
    expect(again.json).toEqual(errorBody(409, 'Conflict', 'Deployment already in DELETE_IN_PROGRESS state.'));
  });
});

it('Marathon never has a task, Chronos has one while something is in progress', async () => {
  const taskOf = async (type: Kind) => (await ask(world(type, 'CREATE_IN_PROGRESS'), 'GET', one)).json.task;
  expect([await taskOf('MARATHON'), await taskOf('CHRONOS')]).toEqual(['NONE', 'DEPLOYER']);
});

it('Marathon has a group, Chronos nothing that a deployment could be called by', async () => {
  const idOf = async (type: Kind) => (await ask(world(type), 'GET', one)).json.physicalId;
  expect(await idOf('MARATHON')).toBe(one.split('/').at(-1));
  expect(await idOf('CHRONOS')).toBe('<NO_ENDPOINT>');
});

it.each(['CREATE_COMPLETE', 'CREATE_IN_PROGRESS', 'UPDATE_FAILED'] as const)(
  'jobs cannot be updated, in status %s either',
  async (status) => {
    const { json } = await askJson(world('CHRONOS', status), 'PUT', one, creation);
    expect(json).toEqual(errorBody(400, 'Bad Request', 'CHRONOS deployments cannot be updated.'));
  },
);

it('services cannot be updated while something is in progress', async () => {
  const { json } = await askJson(world('MARATHON', 'CREATE_IN_PROGRESS'), 'PUT', one, creation);
  expect(json).toEqual(errorBody(409, 'Conflict', 'Cannot update a deployment in CREATE_IN_PROGRESS state'));
});
