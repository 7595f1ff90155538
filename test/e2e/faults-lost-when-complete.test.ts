/** Instances of complete clusters that are terminated or stopped by somebody else. */
import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { FAULT_TEST_TIMEOUT_MS, type FaultLab, type LabCluster, openFaultLab } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS);

describe('a complete cluster', () => {
  let lab: FaultLab;
  let cluster: LabCluster;
  beforeAll(async () => {
    lab = await openFaultLab('lost-when-complete');
    cluster = await lab.create({ masters: 3, slaves: 2, loadBalancers: 2 });
    await cluster.untilStatus('CREATE_COMPLETE');
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  const slotOf = (instanceId: string) =>
    Number(
      lab.cloud.services.ec2.inspect.instances().find((one) => one.instanceId === instanceId)?.tags['mesoscale:slot'],
    );
  const byIp = (ip: string | undefined) =>
    cluster.alive('master').find(({ privateIp }) => privateIp === ip)?.instanceId ?? 'none';
  const software = () => lab.cloud.services.nodes.inspect.cluster(cluster.id);
  const leader = () => byIp(software()?.mesosLeader);
  const followers = () =>
    cluster
      .alive('master')
      .filter(({ instanceId }) => instanceId !== leader())
      .map(({ instanceId }) => instanceId);
  const holder = () =>
    lab.cloud.services.ec2.inspect
      .addresses()
      .find(({ tags, holder }) => tags['mesoscale:role'] === 'load-balancer' && holder)?.holder ?? 'none';
  const bystander = () =>
    cluster.alive('load-balancer').find(({ instanceId }) => instanceId !== holder())?.instanceId ?? 'none';

  async function heals(lost: readonly string[], take = lab.terminate) {
    const addresses = cluster
      .alive('master')
      .map(({ privateIp }) => privateIp)
      .sort();
    await take(lost);
    await lab.cloud.until(
      () => {
        const alive = cluster.alive().map(({ instanceId }) => instanceId);
        return alive.length === 7 && lost.every((id) => !alive.includes(id));
      },
      { what: 'the replacement' },
    );
    await lab.untilWhole(cluster);
    expect(await cluster.status()).toBe('CREATE_COMPLETE');
    for (const id of lost) expect(await cluster.log()).toContain(`(${id}) is lost: `);
    expect(
      cluster
        .alive('master')
        .map(({ privateIp }) => privateIp)
        .sort(),
    ).toEqual(addresses);
    expect(new Set(cluster.alive('master').map(({ instanceId }) => slotOf(instanceId))).size).toBe(3);
  }

  it('replaces a slave', () => heals([cluster.alive('slave')[0]?.instanceId ?? 'none']));
  it('replaces the load balancer that holds the address', () => heals([holder()]));
  it('replaces the other load balancer', () => heals([bystander()]));
  it('replaces a following master', () => heals(followers().slice(0, 1)));
  it('replaces the leading master', () => heals([leader()]));
  it('replaces two masters that are lost at once, and keeps the state of Marathon that the third one has', async () => {
    await heals([leader(), ...followers().slice(0, 1)]);
    expect(software()?.dataLosses).toEqual([expect.stringMatching(/^the Mesos registry began anew/)]);
    expect(await cluster.log()).toContain('their majority was lost, so the Mesos registry begins anew');
  });
  it('replaces instances that are stopped', () =>
    heals([cluster.alive('slave')[0]?.instanceId ?? 'none', holder(), ...followers().slice(0, 1)], (InstanceIds) =>
      lab.ec2.send(new StopInstancesCommand({ InstanceIds: [...InstanceIds] })),
    ));
  it('leaves nothing when it is deleted', () => cluster.remove());

  it('with a single master makes a new one in the same slot', async () => {
    const small = await lab.create({});
    await small.untilStatus('CREATE_COMPLETE');
    const [master] = small.alive('master');
    await lab.terminate([master?.instanceId ?? 'none']);
    await lab.cloud.until(() => small.launched() === 4, { what: 'the replacement' });
    await lab.untilWhole(small);
    expect(small.alive('master').map(({ privateIp }) => privateIp)).toEqual([master?.privateIp]);
    await small.remove();
  });
});
