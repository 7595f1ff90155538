/** Instances that are terminated or stopped by somebody else while their cluster is being made. */
import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { FAULT_TEST_TIMEOUT_MS, type FaultLab, type LabCluster, openFaultLab } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS);

const roles = ['master', 'slave', 'load-balancer'] as const;
type Role = (typeof roles)[number];
const groups: Record<Role, string> = {
  master: 'master-server',
  slave: 'slave-server',
  'load-balancer': 'balancer-server',
};

describe('an instance that is lost while its cluster is made', () => {
  let lab: FaultLab;
  beforeAll(async () => {
    lab = await openFaultLab('lost-while-made');
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  const phases = {
    booting: (cluster: LabCluster, role: Role) => cluster.alive(role).some(({ state }) => state === 'running'),
    starting: async (cluster: LabCluster, role: Role) =>
      (await cluster.log()).includes(`starting containers on 1 node of ${groups[role]}`),
    ready: async (cluster: LabCluster, role: Role) =>
      (await cluster.log()).includes(`1 node of ${groups[role]} became ready`),
  };

  /** In each cluster another role boots so slowly that the cluster is not complete before. */
  async function createWithSlow(role: Role) {
    const slow = lab.cloud.faults.add({ kind: 'node', role, bootDelaySeconds: 120 });
    const cluster = await lab.create({});
    await lab.cloud.until(() => cluster.alive().length === 3, { what: 'the launches' });
    lab.cloud.faults.remove(slow);
    return cluster;
  }

  /** Three clusters at once, one per role; each loses the node of its role at that moment. */
  async function loseOneOfEach(
    isTime: (typeof phases)[keyof typeof phases],
    take: (ids: string[]) => Promise<unknown>,
  ) {
    const clusters: { role: Role; cluster: LabCluster; lost: string }[] = [];
    for (const role of roles) {
      clusters.push({ role, cluster: await createWithSlow(role === 'slave' ? 'load-balancer' : 'slave'), lost: '' });
    }
    await lab.cloud.until(
      async () => {
        for (const one of clusters.filter(({ lost }) => lost === '')) {
          if (!(await isTime(one.cluster, one.role))) continue;
          expect(await one.cluster.status()).toBe('CREATE_IN_PROGRESS');
          one.lost = one.cluster.alive(one.role)[0]?.instanceId ?? 'none';
          await take([one.lost]);
        }
        return clusters.every(({ lost }) => lost !== '');
      },
      { everySeconds: 2, what: 'the moment of loss' },
    );
    for (const { role, cluster, lost } of clusters) {
      await cluster.untilStatus('CREATE_COMPLETE');
      expect(await cluster.log()).toMatch(
        new RegExp(`${groups[role]} 1 \\(${lost}\\) is lost: .*was (terminated|stopped)`),
      );
      expect(cluster.alive().map(({ instanceId }) => instanceId)).toHaveLength(3);
      expect(cluster.alive(role)[0]?.instanceId).not.toBe(lost);
      expect(cluster.launched()).toBe(4);
      expect(await cluster.lacks()).toEqual([]);
    }
    await lab.removeAll(clusters.map(({ cluster }) => cluster));
  }

  it('is replaced when it is terminated while it boots', () => loseOneOfEach(phases.booting, lab.terminate));
  it('is replaced when it is terminated while it starts', () => loseOneOfEach(phases.starting, lab.terminate));
  it('is replaced when it is terminated after it was ready', () => loseOneOfEach(phases.ready, lab.terminate));
  it('is replaced when it is stopped', () =>
    loseOneOfEach(phases.starting, (InstanceIds) => lab.ec2.send(new StopInstancesCommand({ InstanceIds }))));
});
