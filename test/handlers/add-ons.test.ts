import { NotFound } from '../../lambdas/contracts/error-names.ts';
import type { ChangeAnswer, GatewayRequest } from '../../lambdas/contracts/gateway.ts';
import type { AddOn } from '../../lambdas/domain/add-on/add-on.ts';
import { makeDeployAddOn } from '../../lambdas/handlers/deploy-add-on.ts';
import { makeQueryMesos } from '../../lambdas/handlers/query-mesos.ts';
import { makeRemoveAddOn } from '../../lambdas/handlers/remove-add-on.ts';
import type { Gateway } from '../../lambdas/ports/gateway.ts';
import { clusterId, desired, foundation, readyNodes, spec } from '../support/clusters.ts';
import { deploymentRecord } from '../support/deployments.ts';
import { FakeClusterStore } from '../support/fake-cluster-store.ts';

const account = (password: string) => ({ username: 'admin', password });
const secrets = {
  mesos: account('mesos-pw'),
  marathon: account('marathon-pw'),
  chronos: account('chronos-pw'),
  consulGossipKey: '',
  templateLiterals: {},
  addOns: { 'cache.token': 't0ken', 'notebooks.tensorflow_password': 'jupyter-pw' },
  parameters: {},
};
const notebooks: AddOn = {
  name: 'notebooks',
  type: 'tosca.nodes.indigo.TensorflowOnMesos',
  properties: {
    tensorflow_image: { attribute: { node: 'slaves_server', name: 'private_address', path: [0] } },
    tensorflow_cpus: { literal: 1 },
    tensorflow_mem: { literal: 1024 },
    tensorflow_gpus: { literal: 0 },
    tensorflow_port: { literal: 10_001 },
    tensorflow_password: { secret: 'notebooks.tensorflow_password' },
  },
};
const withAddOn = desired({ spec: { ...spec(), addOns: [notebooks] }, secretVersion: 'v2' });
const slaves = readyNodes();
const marathon = {
  release: 'indigo_1',
  masterIps: foundation().masterInterfaces.map(({ privateIp }) => privateIp),
  account: secrets.marathon,
};

function world({ wanted = withAddOn, answer = { outcome: 'accepted' } as ChangeAnswer } = {}) {
  const sent: object[] = [];
  const versions: unknown[] = [];
  const change = async (request: object) => {
    sent.push(request);
    return answer;
  };
  const credentials = {
    get: async (_: string, version?: string) => {
      versions.push(version);
      return secrets;
    },
  };
  const deps = {
    store: new FakeClusterStore().add({ desired: wanted }, slaves),
    deployments: { find: async () => deploymentRecord() },
    credentials,
    gateway: { putGroup: change, deleteGroup: change },
  };
  return { sent, versions, deps };
}

describe('deploy-add-on', () => {
  const decision = { kind: 'deploy-add-on' as const, key: 'deploy-add-on/notebooks', reason: 'r', name: 'notebooks' };

  it('gives Marathon the group with real addresses and secrets, in the version of the generation', async () => {
    const { sent, versions, deps } = world();
    expect(await makeDeployAddOn(deps)({ clusterId, decision })).toEqual({ key: decision.key, outcome: 'done' });
    expect(versions).toEqual(['v2']);
    const { owner } = deploymentRecord();
    const slave = slaves.find(({ role }) => role === 'slave');
    expect(sent).toMatchObject([
      {
        ...marathon,
        force: true,
        group: {
          id: `/${clusterId}/notebooks`,
          apps: [
            {
              container: { docker: { image: slave?.privateIp } },
              env: { PASSWORD: 'jupyter-pw' },
              labels: { created_by: `${owner.subject}@${owner.issuer}` },
            },
          ],
        },
      },
    ]);
  });

  it.each<[string, ChangeAnswer, object]>([
    [
      'refusals without secrets',
      { outcome: 'refused', status: 422, message: 'env: jupyter-pw and marathon-pw are bad' },
      { error: 'InvalidInput', message: 'Marathon refuses with 422: env: ******** and ******** are bad' },
    ],
    ['another deployment', { outcome: 'refused', status: 409, message: 'locked' }, { error: 'Conflict' }],
    ['silence', { outcome: 'unanswered', status: 503 }, { error: 'DependencyUnavailable' }],
  ])('reports %s', async (_, answer, expected) => {
    const { deps } = world({ answer });
    const result = await makeDeployAddOn(deps)({ clusterId, decision });
    expect(result).toMatchObject({ key: decision.key, outcome: 'failed', ...expected });
  });

  it.each([
    ['is to be removed', { ...withAddOn, presence: 'absent' as const }],
    ['does not have it any more', desired()],
  ])('does nothing for a cluster that %s', async (_, wanted) => {
    const { sent, deps } = world({ wanted });
    expect((await makeDeployAddOn(deps)({ clusterId, decision })).outcome).toBe('done');
    expect(sent).toEqual([]);
  });

  it('reports attributes that do not exist as what can never succeed', async () => {
    const tensorflow_image = { attribute: { node: 'slaves_server', name: 'public_address', path: [0] } };
    const broken = { ...notebooks, properties: { ...notebooks.properties, tensorflow_image } };
    const { deps } = world({ wanted: desired({ spec: { ...spec(), addOns: [broken] } }) });
    expect(await makeDeployAddOn(deps)({ clusterId, decision })).toMatchObject({
      outcome: 'failed',
      error: 'InvalidInput',
      message: expect.stringContaining('node_templates.notebooks.properties.tensorflow_image'),
    });
  });
});

describe('remove-add-on', () => {
  const decision = { kind: 'remove-add-on' as const, key: 'remove-add-on/notebooks', reason: 'r', name: 'notebooks' };

  it.each([
    ['of a cluster that is to be removed', { ...withAddOn, presence: 'absent' as const }],
    ['that the template has dropped', desired()],
  ])('removes the group %s', async (_, wanted) => {
    const { sent, deps } = world({ wanted });
    expect((await makeRemoveAddOn(deps)({ clusterId, decision })).outcome).toBe('done');
    expect(sent).toEqual([{ ...marathon, groupId: `/${clusterId}/notebooks`, force: true }]);
  });

  it('keeps one that the template has (again)', async () => {
    const { sent, deps } = world();
    expect((await makeRemoveAddOn(deps)({ clusterId, decision })).outcome).toBe('done');
    expect(sent).toEqual([]);
  });

  it('reports that the secret is gone', async () => {
    const { deps } = world({ wanted: desired() });
    const credentials = { get: () => Promise.reject(new NotFound('no secret')) };
    expect(await makeRemoveAddOn({ ...deps, credentials })({ clusterId, decision })).toMatchObject({
      outcome: 'failed',
      error: 'NotFound',
    });
  });
});

describe('query-mesos', () => {
  const operations = ['snapshot', 'putGroup', 'deleteGroup', 'viewGroups', 'putJob', 'deleteJob', 'viewJobs'] as const;

  it.each([
    ['snapshot', 'snapshot'],
    ['put-group', 'putGroup'],
    ['delete-group', 'deleteGroup'],
    ['view-groups', 'viewGroups'],
    ['put-job', 'putJob'],
    ['delete-job', 'deleteJob'],
    ['view-jobs', 'viewJobs'],
  ] as const)('answers %s', async (operation, method) => {
    const gateway = Object.fromEntries(operations.map((name) => [name, async () => name])) as unknown as Gateway;
    expect(await makeQueryMesos(gateway)({ operation } as GatewayRequest)).toBe(method);
  });

  it('answers null where nobody could tell', async () => {
    const gateway = { viewJobs: async () => undefined } as unknown as Gateway;
    expect(await makeQueryMesos(gateway)({ operation: 'view-jobs' } as GatewayRequest)).toBeNull();
  });
});
