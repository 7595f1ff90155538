import { dynamoClusterStore } from '../../lambdas/adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../../lambdas/adapters/dynamo-deployment-store.ts';
import { dynamoIdempotencyKeys } from '../../lambdas/adapters/dynamo-idempotency-keys.ts';
import { dynamoQuotas } from '../../lambdas/adapters/dynamo-quotas.ts';
import { keyLifetimeSeconds } from '../../lambdas/domain/deployment/claim.ts';
import type { IdempotencyKeys, Quotas } from '../../lambdas/ports/creation-guards.ts';
import { desired } from '../support/clusters.ts';
import { alice, apiNow, bob, deploymentId, deploymentRecord } from '../support/deployments.ts';
import { startTable, type TestTable } from '../support/dynalite.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(() => table.close());

const later = (seconds: number) => new Date(apiNow.getTime() + seconds * 1000);

describe('dynamoIdempotencyKeys', () => {
  let keys: IdempotencyKeys;
  let serial = 0;
  let key: string;
  beforeEach(() => {
    keys = dynamoIdempotencyKeys(table.client, table.tableName);
    serial += 1;
    key = `key ${serial}`;
  });
  const claimOf = (id: string, at = apiNow) => ({
    fingerprint: 'f',
    deploymentId: id,
    claimedAt: at.toISOString(),
    isMade: false,
  });

  it('remembers what a key stands for, by owner', async () => {
    expect(await keys.find(alice, key, apiNow)).toBeUndefined();
    expect(await keys.claim(alice, key, claimOf('a'), undefined)).toBe(true);
    expect(await keys.find(alice, key, apiNow)).toEqual(claimOf('a'));
    expect(await keys.find(bob, key, apiNow)).toBeUndefined();
    await keys.settle(alice, key, claimOf('a'));
    expect(await keys.find(alice, key, apiNow)).toEqual({ ...claimOf('a'), isMade: true });
  });

  it('is given to one of many who claim it at the same moment', async () => {
    const claims = Array.from({ length: 8 }, (_, n) => claimOf(`d${n}`));
    const won = await Promise.all(claims.map((claim) => keys.claim(alice, key, claim, undefined)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await keys.find(alice, key, apiNow))?.deploymentId).toBe(`d${won.indexOf(true)}`);
  });

  it('is taken over from a request that stopped, by one of those who found it so', async () => {
    await keys.claim(alice, key, claimOf('a'), undefined);
    const found = await keys.find(alice, key, later(60));
    const won = await Promise.all(['b', 'c'].map((id) => keys.claim(alice, key, claimOf(id, later(60)), found)));
    expect(won.filter(Boolean)).toHaveLength(1);
    // The one that stopped after all changes nothing any more.
    await keys.settle(alice, key, claimOf('a'));
    await keys.release(alice, key, claimOf('a'));
    expect(await keys.find(alice, key, later(60))).toMatchObject({ deploymentId: won[0] ? 'b' : 'c', isMade: false });
  });

  it('is never taken over from a request that was done meanwhile', async () => {
    await keys.claim(alice, key, claimOf('a'), undefined);
    const found = await keys.find(alice, key, later(60));
    await keys.settle(alice, key, claimOf('a'));
    expect(await keys.claim(alice, key, claimOf('b', later(60)), found)).toBe(false);
  });

  it('is free after its release, and after a day', async () => {
    await keys.claim(alice, key, claimOf('a'), undefined);
    await keys.release(alice, key, claimOf('a'));
    expect(await keys.find(alice, key, apiNow)).toBeUndefined();
    expect(await keys.claim(alice, key, claimOf('b'), undefined)).toBe(true);
    await keys.settle(alice, key, claimOf('b'));
    await keys.release(alice, key, claimOf('b'));
    const nextDay = later(keyLifetimeSeconds);
    expect(await keys.find(alice, key, later(keyLifetimeSeconds - 1))).toBeDefined();
    expect(await keys.find(alice, key, nextDay)).toBeUndefined();
    expect(await keys.claim(alice, key, claimOf('c', nextDay), undefined)).toBe(true);
  });
});

describe('dynamoQuotas', () => {
  let quotas: Quotas;
  let owner: typeof alice;
  let serial = 0;
  beforeEach(() => {
    quotas = dynamoQuotas(table.client, table.tableName);
    serial += 1;
    owner = { issuer: 'https://iam.example.org/', subject: `owner-${serial}` };
  });
  const counted = (id: string) => ({ deploymentId: id, since: apiNow.toISOString() });

  it('is exact, also for requests at the same moment', async () => {
    const taken = await Promise.all(Array.from({ length: 8 }, (_, n) => quotas.take(owner, counted(`d${n}`), 3)));
    expect(taken.filter(Boolean)).toHaveLength(3);
    expect(await quotas.list(owner)).toHaveLength(3);
  });

  it('counts a repeated request once, and lets it pass where there is no room for another', async () => {
    expect([await quotas.take(owner, counted('a'), 1), await quotas.take(owner, counted('a'), 1)]).toEqual([
      true,
      true,
    ]);
    expect(await quotas.take(owner, counted('b'), 1)).toBe(false);
    expect(await quotas.list(owner)).toEqual([counted('a')]);
  });

  it('has room again for what was given back, and may be forgotten when nothing is left', async () => {
    await quotas.take(owner, counted('a'), 1);
    await quotas.giveBack(owner, [counted('a'), counted('never there')]);
    await quotas.giveBack(owner, [counted('a')]);
    expect(await quotas.list(owner)).toEqual([]);
    expect(await quotas.take(owner, counted('b'), 1)).toBe(true);
    expect(await quotas.list(owner)).toEqual([counted('b')]);
  });

  it('gives nothing back of an owner who has nothing', async () => {
    await quotas.giveBack(owner, [counted('a')]);
    expect(await quotas.list(owner)).toEqual([]);
  });

  it('is given back by forgetting the deployment', async () => {
    const deployment = deploymentRecord({ owner });
    await quotas.take(owner, { deploymentId, since: deployment.createdAt }, 1);
    await dynamoDeploymentStore(table.client, table.tableName).create(deployment, desired({ clusterId: deploymentId }));
    await dynamoClusterStore(table.client, table.tableName).forgetCluster(deploymentId);
    expect(await quotas.list(owner)).toEqual([]);
  });

  it('tells the loop whether there is a callback', async () => {
    const store = dynamoClusterStore(table.client, table.tableName);
    const deployments = dynamoDeploymentStore(table.client, table.tableName);
    await deployments.create(deploymentRecord(), desired({ clusterId: deploymentId }));
    expect(await store.loadCluster(deploymentId)).not.toHaveProperty('hasCallback');
    await store.forgetCluster(deploymentId);
    await deployments.create(deploymentRecord({ callback: 'https://h/' }), desired({ clusterId: deploymentId }));
    expect(await store.loadCluster(deploymentId)).toHaveProperty('hasCallback', true);
    await store.forgetCluster(deploymentId);
  });
});
