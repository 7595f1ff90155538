import { Conflict } from '../../lambdas/contracts/error-names.ts';
import type { DeploymentStatus } from '../../lambdas/domain/cluster/records.ts';
import type { ClusterStore } from '../../lambdas/ports/cluster-store.ts';
import type { DeploymentStore } from '../../lambdas/ports/deployment-store.ts';
import { type DeploymentTable, openDeploymentTable } from '../support/deployment-table.ts';
import { apiNow } from '../support/deployments.ts';

const later = new Date(apiNow.getTime() + 60_000);

describe('setPower', () => {
  let opened: DeploymentTable;
  let store: DeploymentStore;
  let clusters: ClusterStore;

  beforeAll(async () => {
    opened = await openDeploymentTable();
    ({ store, clusters } = opened);
  });
  afterAll(() => opened.table.close());

  const made = async (status: DeploymentStatus) => {
    const { deploymentId } = await opened.create();
    await opened.setStatus(deploymentId, status);
    return deploymentId;
  };
  const stoppedOf = async (id: string) => [
    (await store.find(id))?.stopped,
    (await clusters.loadCluster(id)).record.desired.stopped,
  ];

  it('is seen by readers of the deployment and of the cluster, and ends passes under way', async () => {
    const id = await made('CREATE_COMPLETE');
    expect(await stoppedOf(id)).toEqual([undefined, undefined]);
    const { revision } = (await clusters.loadCluster(id)).record;
    await store.setPower(id, { instanceId: 'i-2', power: 'off' }, later);
    expect((await clusters.loadCluster(id)).record.revision).toBe(revision + 1);
    await store.setPower(id, { instanceId: 'i-1', power: 'off' }, later);
    expect(await stoppedOf(id)).toEqual([
      ['i-1', 'i-2'],
      ['i-1', 'i-2'],
    ]);
    expect((await store.find(id))?.updatedAt).toBe(later.toISOString());
    await store.setPower(id, { instanceId: 'i-1', power: 'on' }, later);
    expect((await stoppedOf(id))[1]).toEqual(['i-2']);
    await store.setPower(id, { instanceId: 'i-2', power: 'on' }, later);
    expect(await stoppedOf(id)).toEqual([undefined, undefined]);
  });

  it('may be repeated, and asked for at the same moment by several', async () => {
    const id = await made('UPDATE_FAILED');
    const ids = ['i-1', 'i-2', 'i-3', 'i-1', 'i-2', 'i-3'];
    await Promise.all(ids.map((instanceId) => store.setPower(id, { instanceId, power: 'off' }, later)));
    expect((await stoppedOf(id))[0]).toEqual(['i-1', 'i-2', 'i-3']);
    await store.setPower(id, { instanceId: 'i-9', power: 'on' }, later);
    expect((await stoppedOf(id))[0]).toHaveLength(3);
  });

  it.each(['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'] as const)(
    'is refused while %s',
    async (status) => {
      const id = await made(status);
      await expect(store.setPower(id, { instanceId: 'i-1', power: 'off' }, later)).rejects.toThrow(Conflict);
      expect((await stoppedOf(id))[0]).toBeUndefined();
    },
  );

  it('makes up no deployment', async () => {
    const id = '0197a000-0000-7000-b000-0000000000ff';
    await expect(store.setPower(id, { instanceId: 'i-1', power: 'off' }, later)).rejects.toThrow(Conflict);
    expect(await store.find(id)).toBeUndefined();
  });
});
