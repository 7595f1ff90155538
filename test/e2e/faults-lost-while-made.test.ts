/** Instances that are terminated or stopped by somebody else while their cluster is being made. */
import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { FAULT_TEST_TIMEOUT_MS, type FaultLab, type LabCluster, openFaultLab } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS);

const groups = { master: 'master-server', slave: 'slave-server', 'load-balancer': 'balancer-server' } as const;
type Role = keyof typeof groups;
const roles = Object.keys(groups) as Role[];

describe('an instance that is lost while its cluster is made', () => {
  let lab: FaultLab;
  beforeAll(async () => {
    lab = await openFaultLab('lost-while-made');
  }, ASSEMBLY_TIMEOUT_MS);
  afterEach(() => lab.cloud.faults.clear());
  afterAll(() => lab.close());

  const phases = {
    booting: ({ alive }: LabCluster, role: Role) => alive(role).some(({ state }) => state === 'running'),
    starting: async ({ log }: LabCluster, role: Role) =>
      new RegExp(`starting containers on . nodes? of ${groups[role]}`).test(await log()),
    ready: async ({ log }: LabCluster, role: Role) =>
      new RegExp(`. nodes? of ${groups[role]} became ready`).test(await log()),
  };

  /** The node of each role is lost at that moment of its life; one slave takes so long that the cluster is not complete before. */
  async function loseOneOfEach(
    isTime: (typeof phases)[keyof typeof phases],
    take: (ids: string[]) => Promise<unknown>,
  ) {
    lab.cloud.faults.add({ kind: 'node', role: 'slave', bootDelaySeconds: 300, times: 1 });
    const cluster = await lab.create({ slaves: 2 });
    const lost = new Map<Role, string>();
    const loseInTime = async () => {
      for (const role of roles.filter((one) => !lost.has(one))) {
        if (!(await isTime(cluster, role))) continue;
        expect(await cluster.status()).toBe('CREATE_IN_PROGRESS');
        const id = cluster.alive(role)[0]?.instanceId ?? '';
        lost.set(role, id);
        await take([id]);
      }
      return lost.size === roles.length;
    };
    await lab.cloud.until(loseInTime, { everySeconds: 3, what: 'the moments of loss' });
    await cluster.untilStatus('CREATE_COMPLETE');
    for (const [role, id] of lost) {
      expect(await cluster.log()).toMatch(
        new RegExp(`${groups[role]} . \\(${id}\\) is lost: .*was (terminated|stopped)`),
      );
    }
    expect(cluster.alive()).toHaveLength(4);
    expect(cluster.launched()).toBe(7);
    await cluster.remove();
  }

  it('is replaced when it is terminated while it boots', () => loseOneOfEach(phases.booting, lab.terminate));
  it('is replaced when it is terminated while it starts', () => loseOneOfEach(phases.starting, lab.terminate));
  it('is replaced when it is terminated after it was ready', () => loseOneOfEach(phases.ready, lab.terminate));
  it('is replaced when it is stopped', () =>
    loseOneOfEach(phases.starting, (InstanceIds) => lab.ec2.send(new StopInstancesCommand({ InstanceIds }))));
});
