import { codeOf, createHarness, maker, oneInstance, tagged } from './ec2-harness.ts';

describe('RunInstances', () => {
  it('launches once per client token, and refuses the token with other parameters', async () => {
    const { run, ec2 } = await createHarness();
    const first = await run({ ClientToken: 't' });
    expect(await run({ ClientToken: 't' })).toEqual(first);
    expect(await codeOf(run({ ClientToken: 't', InstanceType: 'm5.xlarge' }))).toBe('IdempotentParameterMismatch');
    expect(ec2.inspect.instances()).toHaveLength(1);
  });

  it('reports lack of capacity of an offering', async () => {
    const { run, faults } = await createHarness();
    faults.add({ kind: 'no-capacity', instanceType: 'm5.large', zone: 'eu-central-1a', market: 'on-demand' });
    expect(await codeOf(run())).toBe('InsufficientInstanceCapacity');
    await run({ InstanceType: 'm5.xlarge' });
  });

  it('reports the quota of instances', async () => {
    const { run } = await createHarness({ limits: { instances: 2 } });
    await run({ MinCount: '2', MaxCount: '2' });
    expect(await codeOf(run())).toBe('InstanceLimitExceeded');
  });

  it('gives a thousand instances at once and two a second', async () => {
    const { run, seconds } = await createHarness();
    await run({ MinCount: '600', MaxCount: '600' });
    expect(await codeOf(run({ MinCount: '401', MaxCount: '401' }))).toBe('RequestLimitExceeded');
    await seconds(101);
    await run({ MinCount: '600', MaxCount: '600' });
  });

  it('launches no more than the subnet has addresses', async () => {
    const { run, ec2, network } = await createHarness();
    const properties = { VpcId: network.vpcId, CidrBlock: '10.0.200.0/28', AvailabilityZone: 'eu-central-1a' };
    const { ref } = await maker(ec2.resourceTypes)('AWS::EC2::Subnet', 'Small', properties);
    expect(await run({ SubnetId: ref, MaxCount: '20' })).toHaveLength(11);
    expect(await codeOf(run({ SubnetId: ref }))).toBe('InsufficientFreeAddressesInSubnet');
  });

  it('does not know a new instance profile for some seconds', async () => {
    const { run, callIam, seconds } = await createHarness();
    await callIam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: '{"Statement":[]}' });
    await callIam('CreateInstanceProfile', { InstanceProfileName: 'p' });
    await callIam('AddRoleToInstanceProfile', { InstanceProfileName: 'p', RoleName: 'r' });
    const IamInstanceProfile = { Name: 'p' };
    await expect(run({ IamInstanceProfile })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
      message: 'Value (p) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
    });
    await seconds(13);
    await run({ IamInstanceProfile });
  });

  it('attaches an interface that exists, which stays when the instance goes', async () => {
    const { run, call, createGroup, network, seconds } = await createHarness();
    const group = await createGroup();
    const created = await call('CreateNetworkInterface', { SubnetId: network.subnets[1], SecurityGroupId: [group] });
    const { networkInterfaceId, privateIpAddress } = created.networkInterface;
    await seconds(2);
    const launch = {
      SubnetId: undefined,
      NetworkInterface: [{ DeviceIndex: '0', NetworkInterfaceId: networkInterfaceId }],
    };
    const [id] = await run(launch);
    expect(await codeOf(run(launch))).toBe('InvalidNetworkInterface.InUse');
    await seconds(10);
    expect(await codeOf(call('DeleteNetworkInterface', { NetworkInterfaceId: networkInterfaceId }))).toBe(
      'InvalidNetworkInterface.InUse',
    );
    await call('TerminateInstances', { InstanceId: [id] });
    await seconds(41);
    const [left] = (await call('DescribeNetworkInterfaces')).networkInterfaceSet.item;
    expect(left).toMatchObject({ networkInterfaceId, privateIpAddress, status: 'available' });
    expect(left.attachment).toBeUndefined();
  });

  it('removes an interface and volumes of its own with the instance', async () => {
    const { run, call, ec2, seconds } = await createHarness();
    const tags = { owner: 'x' };
    const specification = ['instance', 'volume', 'network-interface'].flatMap(
      (type) => tagged(type, tags).TagSpecification,
    );
    const BlockDeviceMapping = [
      { DeviceName: '/dev/sda1', Ebs: { VolumeSize: '20' } },
      { DeviceName: '/dev/sdf', Ebs: { VolumeSize: '5', DeleteOnTermination: 'true' } },
      { DeviceName: '/dev/sdg', Ebs: { VolumeSize: '5' } },
    ];
    const [id] = await run({ TagSpecification: specification, BlockDeviceMapping });
    await seconds(10);
    expect(ec2.inspect.leftovers('owner', 'x')).toHaveLength(5);
    await call('TerminateInstances', { InstanceId: [id] });
    await seconds(41);
    // By default only the root volume goes with its instance.
    expect(ec2.inspect.leftovers('owner', 'x')).toEqual([expect.stringMatching(/^vol-/)]);
  });

  it.each([
    ['MissingParameter', { ImageId: '' }],
    ['InvalidAMIID.Malformed', { ImageId: 'ubuntu' }],
    ['InvalidParameterValue', { InstanceType: 'huge' }],
    ['InvalidParameterValue', { MinCount: '2' }],
    ['InvalidSubnetID.NotFound', { SubnetId: 'subnet-0' }],
    ['InvalidGroup.NotFound', { SecurityGroupId: ['sg-0'] }],
    ['InvalidParameterCombination', { NetworkInterface: [{ DeviceIndex: '0' }] }],
    ['InvalidUserData.Malformed', { UserData: Buffer.alloc(16_385).toString('base64') }],
    ['InvalidLaunchTemplateId.NotFound', { LaunchTemplate: { LaunchTemplateId: 'lt-0' } }],
    ['InvalidParameterValue', { ClientToken: 'x'.repeat(65) }],
  ])('answers %s to %j', async (code, input) => {
    const { run } = await createHarness();
    expect(await codeOf(run(input))).toBe(code);
  });

  it('takes from a launch template what the request does not say', async () => {
    const { call, network, seconds, describe: show } = await createHarness();
    const { InstanceType: _, ...data } = oneInstance(network.subnets[2]!);
    const LaunchTemplateData = { ...data, InstanceType: 'c5.xlarge' };
    await call('CreateLaunchTemplate', { LaunchTemplateName: 'n', LaunchTemplateData });
    await seconds(2);
    await call('RunInstances', { MinCount: '1', MaxCount: '1', LaunchTemplate: { LaunchTemplateName: 'n' } });
    await seconds(10);
    expect((await show())[0]).toMatchObject({ instanceType: 'c5.xlarge', subnetId: network.subnets[2] });
  });
});
