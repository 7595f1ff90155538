/** Requests at the same moment, on the table as it is: one of them wins, and the other is told. */
import { dynamoClusterStore } from '../../../lambdas/adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../../../lambdas/adapters/dynamo-deployment-store.ts';
import { dynamoQuotas } from '../../../lambdas/adapters/dynamo-quotas.ts';
import { dynamoWorkloadStore } from '../../../lambdas/adapters/dynamo-workload-store.ts';
import { templateText } from '../../domain/tosca/templates.ts';
import { runtime, service } from '../../domain/workload/workload-support.ts';
import { type Answer, call, FakeWorld } from '../../support/api.ts';
import { startTable, type TestTable } from '../../support/dynalite.ts';
import { addHost, type HostOptions } from '../../support/hosts.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(() => table.close());

/** Hosts have numbers of their own in every test, as they share the table; so has the owner. */
let serial = 0;

interface Scene {
  readonly host: string;
  post(): Promise<Answer>;
  remove(query?: string): Promise<Answer>;
  claims(): Promise<readonly string[]>;
  status(id: string): Promise<string | undefined>;
}

async function scene(options: HostOptions = {}): Promise<Scene> {
  serial += 1;
  const world = new FakeWorld();
  const owner = { issuer: 'https://iam.example.org/', subject: `user-${serial}` };
  const host = addHost(world, serial, { ...options, deployment: { owner } });
  const made = world.hosts.get(host);
  const [deployment, desired] = [world.deployments.get(host), world.desired.get(host)];
  if (!made || !deployment || !desired) throw new Error('there is no host');
  const at = [table.client, table.tableName] as const;
  const clusters = dynamoClusterStore(...at);
  const deployments = dynamoDeploymentStore(...at);
  const workloads = dynamoWorkloadStore(...at);
  await deployments.create(deployment, desired);
  await clusters.saveFoundation(host, made.foundation);
  await clusters.saveNodes(host, made.nodes);
  Object.assign(world.services, { clusters, deployments, workloads, quotas: dynamoQuotas(...at) });
  // Every request has ids of its own, in every test.
  Object.assign(world.services.ids, { uuid: () => crypto.randomUUID() });
  const template = templateText({ node_templates: { web: service(), runtime: runtime({ num_cpus: 3 }) } });
  const auth = { authenticated: 'true' as const, ...owner };
  const headers = { 'content-type': 'application/json' };
  return {
    host,
    post: () => call(world, 'POST', '/deployments', { body: JSON.stringify({ template }), headers, auth }),
    remove: (query = '') => call(world, 'DELETE', `/deployments/${host}`, { query, auth }),
    claims: async () => Object.keys((await workloads.listClaims(host)).claims),
    status: async (id) => (await deployments.find(id))?.status,
  };
}
const statuses = (answers: readonly Answer[]) => answers.map(({ statusCode }) => statusCode).sort();

describe('at the same moment', () => {
  it('two workloads for the last room: one gets it, the other is refused with the reason', async () => {
    const { post, claims, host } = await scene();
    const answers = await Promise.all([post(), post()]);
    expect(statuses(answers)).toEqual([201, 409]);
    const [made, refused] = answers.toSorted((a, b) => a.statusCode - b.statusCode);
    expect(refused?.json.message).toContain(`${host}: no slave has room for 3 CPUs`);
    expect(await claims()).toEqual([made?.json.uuid]);
  });

  it('many workloads with room for all: all get it', async () => {
    const { post, claims } = await scene({ free: [{ cpus: 12 }, { cpus: 12 }] });
    expect(statuses(await Promise.all(Array.from({ length: 6 }, post)))).toEqual([201, 201, 201, 201, 201, 201]);
    expect(await claims()).toHaveLength(6);
  });

  it('two workloads with room for one and a slave to come: both get it', async () => {
    const { post, claims } = await scene({ slaves: { bounds: { min: 1, max: 2 }, instanceTypes: ['m5.xlarge'] } });
    expect(statuses(await Promise.all([post(), post()]))).toEqual([201, 201]);
    expect(await claims()).toHaveLength(2);
  });

  it.each([1, 2, 3, 4])('a workload and the deletion of its cluster: one of them loses (%d)', async () => {
    const { post, remove, claims, status, host } = await scene();
    const [made, removed] = await Promise.all([post(), remove()]);
    expect([
      [201, 409],
      [409, 204],
    ]).toContainEqual([made.statusCode, removed.statusCode]);
    expect(await claims()).toHaveLength(made.statusCode === 201 ? 1 : 0);
    expect(await status(host)).toBe(made.statusCode === 201 ? 'CREATE_COMPLETE' : 'DELETE_IN_PROGRESS');
  });

  it.each([1, 2, 3, 4])('a workload and the forced deletion of its cluster: nothing stays (%d)', async () => {
    const { post, remove, status, host } = await scene();
    const [made, removed] = await Promise.all([post(), remove('force=true')]);
    expect(removed.statusCode).toBe(204);
    expect(await status(host)).toBe('DELETE_IN_PROGRESS');
    expect([201, 409]).toContain(made.statusCode);
    // One that was claimed and not yet stored when the deletion came finds its cluster leaving, and fails of it.
    if (made.statusCode === 201)
      expect(['DELETE_IN_PROGRESS', 'CREATE_IN_PROGRESS']).toContain(await status(made.json.uuid));
  });
});

describe('one after the other', () => {
  it('a cluster with a workload is not deleted, and with force both are', async () => {
    const { post, remove, status, host } = await scene();
    const { uuid } = (await post()).json;
    const refused = await remove();
    expect([refused.statusCode, refused.json.message]).toEqual([409, expect.stringContaining(`${uuid} (web)`)]);
    expect(await status(host)).toBe('CREATE_COMPLETE');
    expect((await remove('force=true')).statusCode).toBe(204);
    expect([await status(uuid), await status(host)]).toEqual(['DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS']);
  });
});
