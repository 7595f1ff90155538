import { type Answer, codeOf, createHarness, maker, tagged } from './ec2-harness.ts';

const tcp = (from: number, to: number, source: Record<string, unknown>) => ({
  IpPermissions: [{ IpProtocol: 'tcp', FromPort: String(from), ToPort: String(to), ...source }],
});

describe('security groups', () => {
  it('have unique names within a VPC, and rules without duplicates', async () => {
    const { call, createGroup, network } = await createHarness();
    const GroupId = await createGroup('a');
    const again = { GroupName: 'a', GroupDescription: 'd', VpcId: network.vpcId };
    expect(await codeOf(call('CreateSecurityGroup', again))).toBe('InvalidGroup.Duplicate');
    const rule = { GroupId, ...tcp(80, 80, { IpRanges: [{ CidrIp: '0.0.0.0/0' }], Groups: [{ GroupId }] }) };
    await call('AuthorizeSecurityGroupIngress', rule);
    expect(await codeOf(call('AuthorizeSecurityGroupIngress', rule))).toBe('InvalidPermission.Duplicate');
    const [group] = (await call('DescribeSecurityGroups', { GroupId: [GroupId] })).securityGroupInfo.item;
    expect(group.ipPermissions.item).toMatchObject([
      {
        ipProtocol: 'tcp',
        fromPort: 80,
        groups: { item: [{ groupId: GroupId }] },
        ipRanges: { item: [{ cidrIp: '0.0.0.0/0' }] },
      },
    ]);
    await call('RevokeSecurityGroupIngress', rule);
    expect(await codeOf(call('RevokeSecurityGroupIngress', rule))).toBe('InvalidPermission.NotFound');
  });

  it('cannot be deleted while an interface or a rule needs them', async () => {
    const { call, createGroup, network } = await createHarness();
    const a = await createGroup('a');
    const b = await createGroup('b');
    await call('AuthorizeSecurityGroupIngress', { GroupId: b, ...tcp(1, 2, { Groups: [{ GroupId: a }] }) });
    expect(await codeOf(call('DeleteSecurityGroup', { GroupId: a }))).toBe('DependencyViolation');
    await call('CreateNetworkInterface', { SubnetId: network.subnets[0], SecurityGroupId: [b] });
    expect(await codeOf(call('DeleteSecurityGroup', { GroupId: b }))).toBe('DependencyViolation');
    expect(await codeOf(call('DeleteSecurityGroup', { GroupId: 'sg-0' }))).toBe('InvalidGroup.NotFound');
  });

  it('have at most 60 rules', async () => {
    const { call, createGroup } = await createHarness();
    const GroupId = await createGroup();
    const IpRanges = Array.from({ length: 61 }, (_, k) => ({ CidrIp: `10.1.${k}.0/24` }));
    expect(await codeOf(call('AuthorizeSecurityGroupIngress', { GroupId, ...tcp(1, 1, { IpRanges }) }))).toBe(
      'RulesPerSecurityGroupLimitExceeded',
    );
  });

  it('are sometimes seen late', async () => {
    const { call, network, seconds } = await createHarness();
    const codes: string[] = [];
    for (let k = 0; k < 30; k += 1) {
      const input = { GroupName: `g${k}`, GroupDescription: 'd', VpcId: network.vpcId };
      await seconds(1);
      const { groupId } = await call('CreateSecurityGroup', input);
      codes.push(await codeOf(call('DeleteSecurityGroup', { GroupId: groupId })));
    }
    expect(new Set(codes)).toEqual(new Set(['no error', 'InvalidGroup.NotFound']));
  });
});

describe('network interfaces', () => {
  it('get addresses of their subnet that nobody else has', async () => {
    const { call, network, seconds } = await createHarness();
    const SubnetId = network.subnets[0];
    const create = async (more = {}) =>
      (await call('CreateNetworkInterface', { SubnetId, ...more })).networkInterface as Answer;
    const first = await create();
    expect(first.privateIpAddress).toBe('10.0.0.4');
    expect((await create()).privateIpAddress).toBe('10.0.0.5');
    expect(await codeOf(create({ PrivateIpAddress: '10.0.0.5' }))).toBe('InvalidIPAddress.InUse');
    expect(await codeOf(create({ PrivateIpAddress: '10.0.9.5' }))).toBe('InvalidParameterValue');
    await seconds(2);
    await call('DeleteNetworkInterface', { NetworkInterfaceId: first.networkInterfaceId });
    expect((await create()).privateIpAddress).toBe('10.0.0.4');
  });

  it('are made once per client token', async () => {
    const { call, network } = await createHarness();
    const create = () => call('CreateNetworkInterface', { SubnetId: network.subnets[0], ClientToken: 'c' });
    expect((await create()).networkInterface.networkInterfaceId).toBe(
      (await create()).networkInterface.networkInterfaceId,
    );
  });

  it('are found by tag', async () => {
    const { call, network, seconds } = await createHarness();
    await call('CreateNetworkInterface', {
      SubnetId: network.subnets[0],
      ...tagged('network-interface', { slot: '1' }),
    });
    await seconds(2);
    const found = await call('DescribeNetworkInterfaces', { Filter: [{ Name: 'tag:slot', Value: ['1'] }] });
    expect(found.networkInterfaceSet.item).toMatchObject([{ status: 'available', availabilityZone: 'eu-central-1a' }]);
    const none = await call('DescribeNetworkInterfaces', { Filter: [{ Name: 'tag:slot', Value: ['2'] }] });
    expect(none.networkInterfaceSet.item).toEqual([]);
  });
});

describe('elastic IPs', () => {
  it('move between instances and interfaces, when that is allowed', async () => {
    const { call, run, seconds, ec2, network, machines } = await createHarness();
    const { allocationId, publicIp } = await call('AllocateAddress', tagged('elastic-ip', { a: 'b' }));
    const [one] = await run();
    const [two] = await run({ SubnetId: network.subnets[1] });
    await seconds(1);
    expect(await codeOf(call('AssociateAddress', { AllocationId: allocationId, InstanceId: one }))).toMatch(
      /InvalidInstanceID/,
    );
    await seconds(10);
    await call('AssociateAddress', { AllocationId: allocationId, InstanceId: one });
    expect(machines.get(one!)!.publicIp()).toBe(publicIp);
    const move = (AllowReassociation: string) =>
      call('AssociateAddress', { AllocationId: allocationId, InstanceId: two, AllowReassociation });
    expect(await codeOf(move('false'))).toBe('Resource.AlreadyAssociated');
    await move('true');
    expect(ec2.inspect.addressHolder(allocationId)).toBe(two);
    expect(await codeOf(call('ReleaseAddress', { AllocationId: allocationId }))).toBe('InvalidIPAddress.InUse');
    await call('TerminateInstances', { InstanceId: [two] });
    await seconds(41);
    const [address] = (await call('DescribeAddresses', { AllocationId: [allocationId] })).addressesSet.item;
    expect(address.associationId).toBeUndefined();
    await call('ReleaseAddress', { AllocationId: allocationId });
    expect(await codeOf(call('DescribeAddresses', { AllocationId: [allocationId] }))).toBe(
      'InvalidAllocationID.NotFound',
    );
  });

  it('stay with an interface without an instance until they are disassociated', async () => {
    const { call, network, seconds } = await createHarness();
    const { networkInterface } = await call('CreateNetworkInterface', { SubnetId: network.subnets[0] });
    await seconds(2);
    const { allocationId } = await call('AllocateAddress');
    const NetworkInterfaceId = networkInterface.networkInterfaceId;
    const { associationId } = await call('AssociateAddress', { AllocationId: allocationId, NetworkInterfaceId });
    await call('DisassociateAddress', { AssociationId: associationId });
    expect(await codeOf(call('DisassociateAddress', { AssociationId: associationId }))).toBe(
      'InvalidAssociationID.NotFound',
    );
  });

  it('are limited', async () => {
    const { call } = await createHarness({ limits: { addresses: 1 } });
    await call('AllocateAddress');
    expect(await codeOf(call('AllocateAddress'))).toBe('AddressLimitExceeded');
  });
});

describe('a machine', () => {
  it('reaches the internet by a public address and a route, if its security groups let it', async () => {
    const { run, seconds, machines, createGroup, call, ec2, network } = await createHarness();
    const group = await createGroup();
    const make = maker(ec2.resourceTypes);
    const closed = await make('AWS::EC2::SecurityGroup', 'Closed', {
      GroupDescription: 'd',
      VpcId: network.vpcId,
      SecurityGroupEgress: [{ IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, CidrIp: '10.0.0.0/16' }],
    });
    const launch = async (SecurityGroupId: string, publicAddress: string) => {
      const NetworkInterface = [
        { SubnetId: network.subnets[0], SecurityGroupId: [SecurityGroupId], AssociatePublicIpAddress: publicAddress },
      ];
      const [id] = await run({ SubnetId: undefined, NetworkInterface });
      await seconds(10);
      return machines.get(id!)!;
    };
    const inside = await launch(group, 'false');
    expect(inside.reachesInternet()).toBe(false);
    expect((await launch(group, 'true')).reachesInternet()).toBe(true);
    expect((await launch(closed.ref, 'true')).reachesInternet()).toBe(false);
    const { allocationId } = await call('AllocateAddress');
    await call('AssociateAddress', { AllocationId: allocationId, InstanceId: inside.instanceId });
    expect(inside.reachesInternet()).toBe(true);
  });

  it('lets in what a rule of one of its groups names', async () => {
    const { run, seconds, machines, createGroup, call, ec2, network } = await createHarness();
    const group = await createGroup();
    const [id] = await run({ SecurityGroupId: [group] });
    await seconds(10);
    const { accepts } = machines.get(id!)!;
    const make = maker(ec2.resourceTypes);
    const { ref: gateway } = await make('AWS::EC2::SecurityGroup', 'Gateway', {
      GroupDescription: 'd',
      VpcId: network.vpcId,
    });
    expect(accepts(5050, { securityGroupIds: [gateway] })).toBe(false);
    await call('AuthorizeSecurityGroupIngress', {
      GroupId: group,
      ...tcp(5050, 5051, { Groups: [{ GroupId: gateway }] }),
    });
    expect(accepts(5050, { securityGroupIds: [gateway] })).toBe(true);
    expect(accepts(5052, { securityGroupIds: [gateway] })).toBe(false);
    const narrow = await make('AWS::EC2::SecurityGroup', 'Narrow', {
      GroupDescription: 'd',
      VpcId: network.vpcId,
      SecurityGroupEgress: [{ IpProtocol: 'tcp', FromPort: 9090, ToPort: 9090, CidrIp: '10.0.0.0/16' }],
    });
    await call('AuthorizeSecurityGroupIngress', {
      GroupId: group,
      ...tcp(1, 9999, { Groups: [{ GroupId: narrow.ref }] }),
    });
    expect(accepts(9090, { securityGroupIds: [narrow.ref] })).toBe(true);
    expect(accepts(80, { securityGroupIds: [narrow.ref] })).toBe(false);
    await make('AWS::EC2::SecurityGroupIngress', 'Rule', { GroupId: group, IpProtocol: '-1', CidrIp: '10.0.2.0/24' });
    expect(accepts(22, { securityGroupIds: [], ip: '10.0.2.9' })).toBe(true);
    expect(accepts(22, { securityGroupIds: [], ip: '10.0.3.9' })).toBe(false);
  });
});

describe('DescribeSubnets', () => {
  it('tells zone and free addresses', async () => {
    const { call, run, network } = await createHarness();
    await run();
    const [subnet] = (await call('DescribeSubnets', { SubnetId: [network.subnets[0]] })).subnetSet.item;
    expect(subnet).toMatchObject({ availabilityZone: 'eu-central-1a', availableIpAddressCount: 2042 });
  });
});
