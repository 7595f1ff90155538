/** Deployments that are deleted, or whose creation stops, at an awkward moment. */
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { keys } from '../../lambdas/contracts/table.ts';
import { type E2eCluster, type E2eLab, errorOf, openE2eLab } from '../support/e2e-lab.ts';
import { templateOf } from '../support/fault-lab.ts';
import { isUp } from '../support/invariants.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const template = templateOf({ masters: 3, slaves: 1, loadBalancers: 1 });
const nodes = 5;
const small = templateOf({ masters: 1, slaves: 1, loadBalancers: 0 });

describe('a deployment', () => {
  let lab: E2eLab;
  beforeAll(async () => {
    lab = await openE2eLab('deletion');
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());
  afterEach(() => {
    lab.cloud.faults.clear();
    lab.expectEmpty();
  });

  const ids = (cluster: E2eCluster) => cluster.alive().map(({ instanceId }) => instanceId);
  const recordOf = ({ id }: E2eCluster) => lab.latest().clusters.get(id);
  const moments: Readonly<Record<string, (cluster: E2eCluster) => boolean | Promise<boolean>>> = {
    'before its loop has looked at it': () => true,
    'while its foundation is made': ({ leftovers }) =>
      leftovers().then((found) => found.some((name) => name.startsWith('sg-'))),
    'while its nodes are launched': (cluster) => ids(cluster).length > 0,
    'while its nodes boot': (cluster) => ids(cluster).length === nodes && cluster.alive().every(isUp),
    'while its containers start': async (cluster) =>
      recordOf(cluster)?.nodes.some(({ status }) => status === 'starting') === true,
    'when a part of its nodes is ready': async (cluster) =>
      recordOf(cluster)?.nodes.some(({ status }) => status === 'ready') === true,
  };

  it('leaves nothing, at whatever moment of its creation it is deleted', async () => {
    const waiting = new Map<string, E2eCluster>();
    for (const moment of Object.keys(moments)) waiting.set(moment, await lab.deploy(template));
    const clusters = [...waiting.values()];
    const deleteInTime = async () => {
      for (const [moment, cluster] of waiting) {
        if (!(await moments[moment]?.(cluster))) continue;
        expect([moment, recordOf(cluster)?.status]).toEqual([moment, 'CREATE_IN_PROGRESS']);
        expect([moment, (await cluster.requestDelete()).status]).toEqual([moment, 204]);
        waiting.delete(moment);
      }
      return waiting.size === 0;
    };
    await lab.cloud.until(deleteInTime, { everySeconds: 1, what: 'the last moment' });
    await lab.untilGone(clusters);
    const launched = clusters.map((cluster) => cluster.launched());
    expect(launched[0]).toBe(0);
    expect(Math.max(...launched)).toBe(nodes);
    await lab.cloud.clock.advance(700_000);
    expect(clusters.map((cluster) => cluster.launched())).toEqual(launched);
  }, 60_000);

  it('cannot be deleted twice, neither one after the other nor at the same time', async () => {
    const clusters = [await lab.deploy(small), await lab.deploy(small)] as const;
    await lab.complete(clusters);
    const [one, other] = clusters;
    expect((await lab.api.request('DELETE', `/deployments/${one.id}?force=true`)).status).toBe(204);
    const again = await one.requestDelete();
    expect([again.status, errorOf(again).message]).toEqual([409, 'Deployment already in DELETE_IN_PROGRESS state.']);
    expect(await one.status()).toBe('DELETE_IN_PROGRESS');
    const answers = await Promise.all([other.requestDelete(), other.requestDelete()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    await lab.untilGone(clusters);
    const gone = await one.requestDelete();
    expect([gone.status, errorOf(gone).code]).toEqual([404, 404]);
  }, 30_000);

  it('whose signals are all lost is found by the sweep', async () => {
    lab.cloud.faults.add({
      kind: 'api-error',
      service: 'sqs',
      action: 'SendMessage',
      code: 'InternalFailure',
      status: 500,
    });
    const cluster = await lab.deploy(small);
    lab.cloud.faults.clear();
    expect(lab.cloud.services.states.inspect.executions().some(({ name }) => name.startsWith(cluster.id))).toBe(false);
    await cluster.untilStatus('CREATE_COMPLETE', { withinSeconds: 1200 });
    lab.cloud.faults.add({
      kind: 'api-error',
      service: 'sqs',
      action: 'SendMessage',
      code: 'InternalFailure',
      status: 500,
    });
    await lab.removeAll([cluster]);
  }, 30_000);

  it('whose creation stopped between its two records is undone', async () => {
    const cluster = await lab.deploy(small);
    await deleteMeta(cluster.id);
    expect(await cluster.status()).toBe('GONE');
    expect(await cluster.leftovers()).toContain('record CLUSTER');
    await lab.cloud.until(async () => (await cluster.leftovers()).length === 0, {
      withinSeconds: 900,
      what: 'the removal',
    });
    expect(cluster.launched()).toBe(0);
  }, 30_000);

  it('whose own record vanishes from a complete cluster is removed', async () => {
    const cluster = await lab.deploy(small);
    await cluster.untilStatus('CREATE_COMPLETE');
    await deleteMeta(cluster.id);
    const isRemoved = async () => (await cluster.leftovers()).length === 0 && recordOf(cluster)?.record === undefined;
    await lab.cloud.until(isRemoved, { withinSeconds: 26 * 3600, everySeconds: 60, what: 'the removal' });
  }, 30_000);

  /** As if the API had stopped between its two writes. */
  async function deleteMeta(id: string): Promise<void> {
    const { credentials, stack, awsEndpoint: endpoint, region } = lab.cloud;
    const client = new DynamoDBClient({ endpoint, region, credentials: credentials.user });
    const Key = { pk: { S: keys.deployment(id) }, sk: { S: keys.meta } };
    await client.send(new DeleteItemCommand({ TableName: stack.outputs.TableName, Key }));
    client.destroy();
  }
});
