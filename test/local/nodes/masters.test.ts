import { clusterId, createCluster } from './cluster-harness.ts';

describe('masters', () => {
  let cluster: Awaited<ReturnType<typeof createCluster>>;
  afterEach(() => cluster.close());
  const inspect = () => cluster.nodes.inspect.cluster(clusterId)!;
  const until = (what: string, condition: () => boolean, seconds = 60) =>
    cluster.clock.runUntil(condition, { within: seconds * 1000, what });

  it('boot in less than two minutes, say hello, and form a cluster with one leader', async () => {
    cluster = await createCluster();
    const { statuses, ids } = await cluster.startMasters();
    expect(Object.values(statuses)).toEqual(['Success', 'Success', 'Success']);
    expect(inspect()).toMatchObject({ serving: true, ensembleSize: 3, dataLosses: [] });
    expect(cluster.masterIps).toContain(inspect().mesosLeader);
    const bodies = ((await cluster.signals()).Messages ?? []).map(({ Body }) => JSON.parse(Body));
    expect(bodies.filter(({ kind }) => kind === 'node-online')).toHaveLength(3);
    expect(bodies).toContainEqual({ kind: 'node-started', clusterId, instanceId: ids[0] });
  });

  it('tell how long they took alone: a wait for others does not count, an election does', async () => {
    cluster = await createCluster();
    const early = [await cluster.launchMaster(1), await cluster.launchMaster(2)];
    await cluster.online(early);
    const first = await cluster.start('master', early);
    await cluster.clock.advance(300_000);
    const late = await cluster.launchMaster(3);
    await cluster.online([late]);
    const last = await cluster.start('master', [late]);
    await cluster.ended(first);
    await cluster.ended(last);
    const timings = new Map(cluster.nodes.inspect.timings().map((timing) => [timing.instanceId, timing]));
    const alone = (id: string) => timings.get(id)!.startMs! - timings.get(id)!.waitedMs!;
    expect(timings.get(early[0]!)!.waitedMs).toBeGreaterThan(250_000);
    expect(timings.get(late)!.waitedMs).toBeLessThan(2000);
    for (const id of [...early, late]) expect(alone(id)).toBeLessThan(120_000);
  });

  it('wait for each other: two of three have no registry yet', async () => {
    cluster = await createCluster();
    const first = [await cluster.launchMaster(1), await cluster.launchMaster(2)];
    await cluster.online(first);
    const command = await cluster.start('master', first);
    await cluster.clock.advance(300_000);
    expect(inspect()).toMatchObject({ serving: false, zookeeperLeader: expect.any(String) });
    const third = await cluster.launchMaster(3);
    await cluster.online([third]);
    const last = await cluster.start('master', [third]);
    expect(Object.values({ ...(await cluster.ended(command)), ...(await cluster.ended(last)) })).toEqual([
      'Success',
      'Success',
      'Success',
    ]);
  });

  it('fail with one clear line when the others never come', async () => {
    cluster = await createCluster();
    const id = await cluster.launchMaster(1);
    await cluster.online([id]);
    const command = await cluster.start('master', [id]);
    expect(await cluster.ended(command)).toEqual({ [id]: 'Failed' });
    expect(await cluster.outputOf(command, id)).toContain(
      'still not so after 840 s: ZooKeeper on this master is part of a quorum',
    );
  });

  it('elect another leader about ten seconds after theirs is gone, and take a new member in', async () => {
    cluster = await createCluster();
    const { ids } = await cluster.startMasters();
    const leader = inspect().mesosLeader!;
    const slot = cluster.masterIps.indexOf(leader) + 1;
    await cluster.terminate(ids[slot - 1]!);
    expect(inspect().serving).toBe(false);
    await until('a new leader', () => inspect().serving, 20);
    expect(inspect()).toMatchObject({ ensembleSize: 2 });
    expect(inspect().mesosLeader).not.toBe(leader);
    await cluster.clock.advance(41_000);
    const next = await cluster.launchMaster(slot);
    await cluster.online([next]);
    expect(await cluster.ended(await cluster.start('master', [next]))).toEqual({ [next]: 'Success' });
    await until('a full ensemble', () => inspect().ensembleSize === 3);
    expect(inspect().dataLosses).toEqual([]);
  });

  it('lose their data when a majority goes at once', async () => {
    cluster = await createCluster();
    const { ids } = await cluster.startMasters();
    for (const id of ids) await cluster.terminate(id);
    await cluster.clock.advance(41_000);
    await cluster.startMasters();
    expect(inspect().dataLosses).toEqual([expect.stringContaining('ZooKeeper'), expect.stringContaining('registry')]);
  });

  it('need a role, and a way to the internet, to come online', async () => {
    cluster = await createCluster({ masters: 1 });
    const id = await cluster.launchInSubnet('slave', 0, 'false');
    await cluster.clock.advance(300_000);
    expect(cluster.nodes.findAgent(id)).toBeUndefined();
    const { allocationId: AllocationId } = await cluster.call.ec2('AllocateAddress');
    await cluster.call.ec2('AssociateAddress', { AllocationId, InstanceId: id });
    await cluster.online([id]);
  });

  it('cannot start without their secret', async () => {
    cluster = await createCluster({ masters: 1 });
    const id = await cluster.launchMaster(1);
    await cluster.online([id]);
    const command = await cluster.start('master', [id], { SecretId: 'mesoscale/other' });
    expect(await cluster.ended(command)).toEqual({ [id]: 'Failed' });
    expect(await cluster.outputOf(command, id)).toContain('secret is readable');
    expect(cluster.nodes.inspect.log(id).join()).toContain('ResourceNotFoundException');
  });

  it('may be started again without harm', async () => {
    cluster = await createCluster({ masters: 1 });
    const { ids } = await cluster.startMasters();
    const before = inspect();
    expect(Object.values(await cluster.ended(await cluster.start('master', ids)))).toEqual(['Success']);
    expect(inspect()).toEqual(before);
  });

  it('boot late, fail and hang as faults say', async () => {
    cluster = await createCluster({ masters: 1 });
    cluster.faults.add({ kind: 'node', bootDelaySeconds: 300, failStarts: 1 });
    const id = await cluster.launchMaster(1);
    await cluster.clock.advance(250_000);
    expect(cluster.nodes.findAgent(id)).toBeUndefined();
    await cluster.clock.advance(200_000);
    expect(await cluster.ended(await cluster.start('master', [id]))).toEqual({ [id]: 'Failed' });
    expect(await cluster.ended(await cluster.start('master', [id]))).toEqual({ [id]: 'Success' });
    cluster.faults.clear();
    cluster.faults.add({ kind: 'node', hangStarts: true });
    expect(await cluster.ended(await cluster.start('master', [id]))).toEqual({ [id]: 'TimedOut' });
  });
});
