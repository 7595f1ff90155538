import { clusterId, createCluster } from './cluster-harness.ts';

describe('slaves', () => {
  let cluster: Awaited<ReturnType<typeof createCluster>>;
  afterEach(() => cluster.close());
  const agents = () => cluster.nodes.inspect.cluster(clusterId)!.registeredAgents;
  const startSlaves = async (count: number) => {
    const ids: string[] = [];
    for (let k = 0; k < count; k += 1) ids.push(await cluster.launchInSubnet('slave', k % 3));
    await cluster.online(ids);
    return { ids, command: await cluster.start('slave', ids) };
  };

  it('register with the leader, and are dropped 75 seconds after they went', async () => {
    cluster = await createCluster({ masters: 1 });
    await cluster.startMasters();
    const { ids, command } = await startSlaves(3);
    expect(new Set(Object.values(await cluster.ended(command)))).toEqual(new Set(['Success']));
    expect(
      agents()
        .map((agent) => agent.instanceId)
        .sort(),
    ).toEqual(ids.toSorted());
    await cluster.terminate(ids[0]!);
    expect(agents().filter((agent) => agent.active)).toHaveLength(2);
    await cluster.clock.advance(74_000);
    expect(agents()).toHaveLength(3);
    await cluster.clock.advance(2000);
    expect(agents()).toHaveLength(2);
  });

  it('may start before the masters, and wait', async () => {
    cluster = await createCluster({ masters: 1 });
    const { command } = await startSlaves(2);
    await cluster.clock.advance(60_000);
    await cluster.startMasters();
    expect(new Set(Object.values(await cluster.ended(command)))).toEqual(new Set(['Success']));
  });

  it('come back to a new leader', async () => {
    cluster = await createCluster();
    const { ids } = await cluster.startMasters();
    await cluster.ended((await startSlaves(3)).command);
    const leader = cluster.nodes.inspect.cluster(clusterId)!.mesosLeader!;
    await cluster.terminate(ids[cluster.masterIps.indexOf(leader)]!);
    expect(agents()).toEqual([]);
    await cluster.clock.runUntil(() => agents().length === 3, { within: 30_000, what: 'all agents' });
  });

  it('cannot register through a security group that is closed', async () => {
    cluster = await createCluster({ masters: 1 });
    await cluster.startMasters();
    const fromItself = { IpProtocol: '-1', Groups: [{ GroupId: cluster.groupId }] };
    await cluster.call.ec2('RevokeSecurityGroupIngress', { GroupId: cluster.groupId, IpPermissions: [fromItself] });
    const { ids, command } = await startSlaves(1);
    await cluster.ended(command);
    expect(await cluster.outputOf(command, ids[0]!)).toContain('the Mesos agent is registered with the leading master');
  });
});

describe('load balancers', () => {
  let cluster: Awaited<ReturnType<typeof createCluster>>;
  afterEach(() => cluster.close());
  const holder = () => cluster.ec2.inspect.addressHolder(cluster.allocationId);
  const startBalancers = async () => {
    const ids = [await cluster.launchInSubnet('load-balancer', 0), await cluster.launchInSubnet('load-balancer', 1)];
    await cluster.online(ids);
    const ips = cluster.ec2.inspect
      .instances()
      .filter((one) => ids.includes(one.instanceId))
      .map((one) => one.privateIp);
    const command = await cluster.start('load-balancer', ids, { PeerIps: ips.join(',') });
    return { ids, statuses: await cluster.ended(command) };
  };

  it('elect one of them, which takes the address with its own credentials', async () => {
    cluster = await createCluster({ masters: 1 });
    const { ids, statuses } = await startBalancers();
    expect(Object.values(statuses)).toEqual(['Success', 'Success']);
    expect(cluster.nodes.inspect.cluster(clusterId)!.electedBalancers).toEqual([holder()]);
    const taken = cluster.calls.all().filter((call) => call.action === 'AssociateAddress');
    expect(taken.map((call) => [call.caller?.kind, call.caller?.instanceId])).toEqual([['node', holder()]]);
    expect(ids).toContain(holder());
  });

  it('hand the address over within seconds when its holder dies', async () => {
    cluster = await createCluster({ masters: 1 });
    const { ids } = await startBalancers();
    const other = ids.find((id) => id !== holder())!;
    cluster.ec2.inspect.kill(holder()!);
    await cluster.clock.runUntil(() => holder() === other, { within: 10_000, what: 'the other holds the address' });
  });

  it('both believe themselves elected until they have found each other', async () => {
    cluster = await createCluster({ masters: 1 });
    const elected = () => cluster.nodes.inspect.cluster(clusterId)?.electedBalancers ?? [];
    const ids = [await cluster.launchInSubnet('load-balancer', 0), await cluster.launchInSubnet('load-balancer', 1)];
    await cluster.online(ids);
    await cluster.start('load-balancer', ids);
    await cluster.clock.runUntil(() => elected().length === 2, { within: 60_000, what: 'two elected' });
    await cluster.clock.runUntil(() => elected().length === 1, { within: 70_000, what: 'one elected' });
  });

  it('fail to start if the node may not take the address', async () => {
    cluster = await createCluster({ masters: 1 });
    cluster.faults.add({
      kind: 'api-error',
      service: 'ec2',
      action: 'AssociateAddress',
      code: 'UnauthorizedOperation',
      status: 403,
    });
    const { ids, statuses } = await startBalancers();
    expect(Object.values(statuses)).toEqual(['Failed', 'Failed']);
    expect(cluster.nodes.inspect.log(ids[0]!).join() + cluster.nodes.inspect.log(ids[1]!).join()).toContain(
      'UnauthorizedOperation',
    );
  });
});
