/** What the services answer, read by the real clients through the real endpoint. */
import * as ec2 from '@aws-sdk/client-ec2';
import * as iam from '@aws-sdk/client-iam';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as ssm from '@aws-sdk/client-ssm';
import { createCluster } from '../nodes/cluster-harness.ts';

describe('the SDK', () => {
  let cluster: Awaited<ReturnType<typeof createCluster>>;
  beforeAll(async () => {
    cluster = await createCluster({ masters: 1, seed: 'sdk' });
  });
  afterAll(() => cluster.close());
  const settings = () => ({
    region: 'eu-central-1',
    endpoint: cluster.aws.url,
    credentials: cluster.credentials.user,
    maxAttempts: 1,
  });

  it('launches, finds and terminates instances', async () => {
    const client = new ec2.EC2Client(settings());
    const launched = await client.send(
      new ec2.RunInstancesCommand({
        ...{ MinCount: 1, MaxCount: 1, ImageId: 'ami-0123456789abcdef0', InstanceType: 'm5.large', ClientToken: 't' },
        IamInstanceProfile: { Name: 'node' },
        NetworkInterfaces: [
          {
            DeviceIndex: 0,
            SubnetId: cluster.network.subnets[0],
            Groups: [cluster.groupId],
            AssociatePublicIpAddress: true,
          },
        ],
        BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 20, VolumeType: 'gp3', Encrypted: true } }],
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'group', Value: 'a & b' }] }],
      }),
    );
    const id = launched.Instances![0]!.InstanceId!;
    await cluster.clock.advance(10_000);
    const Filters = [{ Name: 'tag:group', Values: ['a & b'] }];
    const found = await client.send(new ec2.DescribeInstancesCommand({ Filters, MaxResults: 1000 }));
    expect(found.Reservations![0]!.Instances![0]).toMatchObject({
      InstanceId: id,
      State: { Name: 'running' },
      Placement: { AvailabilityZone: 'eu-central-1a' },
      LaunchTime: expect.any(Date),
      PublicIpAddress: expect.stringMatching(/^198\.1[89]\./),
      SecurityGroups: [{ GroupId: cluster.groupId }],
      Tags: [{ Key: 'group', Value: 'a & b' }],
    });
    expect(found.NextToken).toBeUndefined();
    const ended = await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(ended.TerminatingInstances![0]!.CurrentState!.Name).toBe('shutting-down');
    await expect(client.send(new ec2.TerminateInstancesCommand({ InstanceIds: ['i-00000000'] }))).rejects.toMatchObject(
      {
        name: 'InvalidInstanceID.NotFound',
      },
    );
  });

  it('reads fleets with instances and errors', async () => {
    const client = new ec2.EC2Client(settings());
    const { LaunchTemplate } = await client.send(
      new ec2.CreateLaunchTemplateCommand({
        LaunchTemplateName: 'slaves',
        LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0', SecurityGroupIds: [cluster.groupId] },
      }),
    );
    expect(LaunchTemplate).toMatchObject({ LatestVersionNumber: 1, CreateTime: expect.any(Date) });
    await cluster.clock.advance(2000);
    cluster.faults.add({ kind: 'no-capacity', instanceType: 'c5.large' });
    const SubnetId = cluster.network.subnets[1]!;
    const fleet = await client.send(
      new ec2.CreateFleetCommand({
        Type: 'instant',
        LaunchTemplateConfigs: [
          {
            LaunchTemplateSpecification: { LaunchTemplateId: LaunchTemplate!.LaunchTemplateId, Version: '1' },
            Overrides: [
              { InstanceType: 'c5.large', SubnetId, Priority: 0 },
              { InstanceType: 'm5.large', SubnetId, Priority: 1 },
            ],
          },
        ],
        TargetCapacitySpecification: { TotalTargetCapacity: 2, DefaultTargetCapacityType: 'on-demand' },
      }),
    );
    expect(fleet.Instances![0]).toMatchObject({ InstanceType: 'm5.large', Lifecycle: 'on-demand' });
    expect(fleet.Instances![0]!.InstanceIds).toHaveLength(2);
    expect(fleet.Errors![0]).toMatchObject({
      ErrorCode: 'InsufficientInstanceCapacity',
      LaunchTemplateAndOverrides: { Overrides: { InstanceType: 'c5.large', SubnetId } },
    });
  });

  it('reads security groups, interfaces and addresses', async () => {
    const client = new ec2.EC2Client(settings());
    const GroupIds = [cluster.groupId];
    const { SecurityGroups } = await client.send(new ec2.DescribeSecurityGroupsCommand({ GroupIds }));
    expect(SecurityGroups![0]!.IpPermissions).toMatchObject([
      { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: cluster.groupId }] },
      { IpProtocol: 'tcp', FromPort: 4400, ToPort: 9090, UserIdGroupPairs: [{ GroupId: cluster.gatewayGroup }] },
    ]);
    const { NetworkInterfaces } = await client.send(
      new ec2.DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: cluster.slots }),
    );
    expect(NetworkInterfaces![0]).toMatchObject({
      Status: 'available',
      PrivateIpAddress: cluster.masterIps[0],
      Association: { AllocationId: expect.stringMatching(/^eipalloc-/) },
    });
    const { Addresses } = await client.send(new ec2.DescribeAddressesCommand({}));
    expect(Addresses).toMatchObject([{ AllocationId: cluster.allocationId }, { NetworkInterfaceId: cluster.slots[0] }]);
  });

  it('reads roles, profiles and their errors', async () => {
    const client = new iam.IAMClient(settings());
    await client.send(
      new iam.CreateRoleCommand({
        RoleName: 'r',
        Path: '/p/',
        AssumeRolePolicyDocument: '{"Statement":[]}',
        Tags: [{ Key: 'k', Value: 'v' }],
      }),
    );
    const { Roles } = await client.send(new iam.ListRolesCommand({ PathPrefix: '/p/' }));
    expect(Roles).toMatchObject([{ RoleName: 'r', CreateDate: expect.any(Date) }]);
    const { Role } = await client.send(new iam.GetRoleCommand({ RoleName: 'r' }));
    expect(Role!.Tags).toEqual([{ Key: 'k', Value: 'v' }]);
    const found = await client.send(new iam.ListInstanceProfilesForRoleCommand({ RoleName: 'node' }));
    expect(found.InstanceProfiles).toMatchObject([{ InstanceProfileName: 'node', Roles: [{ RoleName: 'node' }] }]);
    expect((await client.send(new iam.ListRolePoliciesCommand({ RoleName: 'node' }))).PolicyNames).toEqual(['p']);
    await expect(client.send(new iam.GetRoleCommand({ RoleName: 'none' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  it('reads commands and secrets', async () => {
    const client = new ssm.SSMClient(settings());
    const id = await cluster.launchMaster(1);
    await cluster.online([id]);
    const { InstanceInformationList } = await client.send(new ssm.DescribeInstanceInformationCommand({}));
    expect(InstanceInformationList).toMatchObject([
      { InstanceId: id, PingStatus: 'Online', LastPingDateTime: expect.any(Date) },
    ]);
    const command = new ssm.SendCommandCommand({
      DocumentName: 'master',
      InstanceIds: [id],
      Parameters: cluster.parametersOf('master'),
    });
    const { Command } = await client.send(command);
    expect(Command).toMatchObject({ Status: 'Pending', RequestedDateTime: expect.any(Date) });
    await cluster.ended(Command!.CommandId!);
    const { CommandInvocations } = await client.send(
      new ssm.ListCommandInvocationsCommand({ CommandId: Command!.CommandId!, Details: true }),
    );
    expect(CommandInvocations![0]!.CommandPlugins![0]!.Output).toContain('master 1 of 1 is healthy');
    const vault = new secrets.SecretsManagerClient(settings());
    const { SecretString, CreatedDate } = await vault.send(
      new secrets.GetSecretValueCommand({ SecretId: 'mesoscale/c' }),
    );
    expect([SecretString, CreatedDate]).toEqual([expect.stringContaining('mesos-pw'), expect.any(Date)]);
    await expect(vault.send(new secrets.GetSecretValueCommand({ SecretId: 'x' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
