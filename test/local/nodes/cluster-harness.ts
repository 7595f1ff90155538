/** EC2, IAM, SSM, SQS and Secrets Manager behind the real endpoint, with simulated nodes, and one cluster's foundation. */
import { createCallLog } from '../../../local/calls.ts';
import { createClock } from '../../../local/clock.ts';
import { createCredentials } from '../../../local/credentials.ts';
import { createEc2 } from '../../../local/ec2/index.ts';
import { createFaults } from '../../../local/faults.ts';
import { createEndpoint } from '../../../local/http/endpoint.ts';
import { startServer } from '../../../local/http/server.ts';
import { createIam } from '../../../local/iam/index.ts';
import { createLogs } from '../../../local/logs.ts';
import { createNodes } from '../../../local/nodes/index.ts';
import { createRandom } from '../../../local/random.ts';
import { createSecretsManager } from '../../../local/secrets-manager/index.ts';
import { createSqs } from '../../../local/sqs/index.ts';
import { createSsm } from '../../../local/ssm/index.ts';
import type { EventBus } from '../../../local/types.ts';
import { scriptFunctions } from '../../support/scripted-functions.ts';
import { type Answer, createNetwork, handler, maker, place, tagged, zones } from '../ec2/ec2-harness.ts';

export const clusterId = '11111111-2222-4333-8444-555555555555';
export const accounts = {
  mesos: { username: 'admin', password: 'mesos-pw' },
  marathon: { username: 'admin', password: 'marathon-pw' },
  chronos: { username: 'admin', password: 'chronos-pw' },
};
type Role = 'master' | 'slave' | 'load-balancer';

const script = (names: readonly string[]) => ({
  schemaVersion: '2.2',
  parameters: Object.fromEntries(names.map((name) => [name, { type: 'String' }])),
  mainSteps: [{ action: 'aws:runShellScript', inputs: { timeoutSeconds: '900', runCommand: ['true'] } }],
});
const parameterNames = {
  master: [
    'MesosMasterImage',
    'EnableChronos',
    'MesosAuthenticateHttp',
    'ZookeeperImage',
    'MarathonImage',
    'ChronosImage',
    'EnableGpu',
  ],
  slave: ['MesosSlaveImage', 'Group'],
  'load-balancer': ['BalancerImage', 'VirtualAddress', 'PeerIps'],
};
const upkeepParameterNames = {
  'cordon-nodes': ['ClusterId', 'Cordoned'],
  'stop-agent': ['ClusterId', 'LeaveConsul', 'Force'],
};
const commonNames = ['ClusterId', 'ClusterName', 'Release', 'MasterIps', 'SecretId', 'EnableConsul'];

export async function createCluster({ masters = 3, seed = 'cluster' }: { masters?: number; seed?: string } = {}) {
  const clock = createClock({ speed: 'virtual' });
  const random = createRandom(seed);
  const faults = createFaults(random.fork('faults'));
  const credentials = createCredentials({ ...place, seed });
  const calls = createCallLog();
  const events: Parameters<EventBus['put']>[0][] = [];
  const bus: EventBus = { put: (event) => events.push(event) };
  const iam = createIam({ clock, random, accountId: place.accountId });
  const nodes = createNodes({
    ...{ clock, random, faults },
    endpoint: () => aws.url,
    credentialsFor: ({ instanceId, roleName }) => credentials.forNode(instanceId, roleName),
  });
  const ec2 = createEc2({ clock, random, faults, bus, iam, nodes: () => nodes, ...place, zones });
  const ssm = createSsm({ clock, random, bus, nodes: () => nodes, ...place });
  const secrets = createSecretsManager({ clock, random, ...place });
  const functions = scriptFunctions(clock, {});
  const sqs = createSqs({ clock, faults, ...place, endpoint: () => aws.url, functions: () => functions });
  const services = [ec2.service, iam.service, ssm.service, secrets.service, sqs.service];
  const logs = createLogs(clock.now);
  const policiesOf = iam.policiesOf;
  const endpoint = createEndpoint({ clock, faults, credentials, calls, logs, services: () => services, policiesOf });
  const aws = await startServer(0, endpoint);
  const routerPort = await nodes.router.listen();

  const call = {
    ec2: handler(ec2.service),
    iam: handler(iam.service),
    ssm: handler(ssm.service),
    secrets: handler(secrets.service),
  };
  const network = await createNetwork(ec2.resourceTypes);
  const { ref: queueUrl } = await maker(sqs.resourceTypes)('AWS::SQS::Queue', 'Signals', {});
  for (const [role, names] of Object.entries(parameterNames)) {
    const Content = script([...commonNames, ...names]);
    await maker(ssm.resourceTypes)('AWS::SSM::Document', role, { Name: role, Content });
  }
  for (const [Name, names] of Object.entries(upkeepParameterNames)) {
    await maker(ssm.resourceTypes)('AWS::SSM::Document', Name, { Name, Content: script(names) });
  }
  const statement = { Effect: 'Allow', Action: ['sqs:SendMessage', 'secretsmanager:*', 'ec2:*'], Resource: '*' };
  const AssumeRolePolicyDocument = JSON.stringify({ Statement: [] });
  await call.iam('CreateRole', { RoleName: 'node', AssumeRolePolicyDocument });
  const PolicyDocument = JSON.stringify({ Statement: [statement] });
  await call.iam('PutRolePolicy', { RoleName: 'node', PolicyName: 'p', PolicyDocument });
  await call.iam('CreateInstanceProfile', { InstanceProfileName: 'node' });
  await call.iam('AddRoleToInstanceProfile', { InstanceProfileName: 'node', RoleName: 'node' });
  await call.secrets('CreateSecret', { Name: 'mesoscale/c', SecretString: JSON.stringify(accounts) });
  const group = { GroupName: 'c', GroupDescription: 'd', VpcId: network.vpcId };
  const { groupId } = await call.ec2('CreateSecurityGroup', group);
  const { allocationId } = await call.ec2('AllocateAddress');
  const gateway = await maker(ec2.resourceTypes)('AWS::EC2::SecurityGroup', 'Gateway', {
    ...group,
    GroupName: 'gateway',
  });
  await clock.advance(15_000);
  const fromItself = { IpProtocol: '-1', Groups: [{ GroupId: groupId }] };
  const fromGateway = { IpProtocol: 'tcp', FromPort: '4400', ToPort: '9090', Groups: [{ GroupId: gateway.ref }] };
  await call.ec2('AuthorizeSecurityGroupIngress', { GroupId: groupId, IpPermissions: [fromItself, fromGateway] });
  const slots: string[] = [];
  const masterIps: string[] = [];
  for (let k = 0; k < masters; k += 1) {
    const input = { SubnetId: network.subnets[k % 3], SecurityGroupId: [groupId] };
    const { networkInterface } = await call.ec2('CreateNetworkInterface', input);
    await clock.advance(2000);
    const { allocationId: AllocationId } = await call.ec2('AllocateAddress');
    const NetworkInterfaceId = networkInterface.networkInterfaceId;
    await call.ec2('AssociateAddress', { AllocationId, NetworkInterfaceId });
    slots.push(NetworkInterfaceId);
    masterIps.push(networkInterface.privateIpAddress);
  }

  const userDataOf = (role: Role) =>
    [
      '#!/bin/bash',
      `MESOSCALE_CLUSTER_ID='${clusterId}'`,
      `MESOSCALE_ROLE='${role}'`,
      `MESOSCALE_REGION='${place.region}'`,
      `MESOSCALE_SIGNALS_QUEUE_URL='${queueUrl}'`,
    ].join('\n');
  const launch = async (role: Role, NetworkInterface: Record<string, unknown>): Promise<string> => {
    const answer = await call.ec2('RunInstances', {
      ...{ ImageId: 'ami-0123456789abcdef0', InstanceType: 'm5.large', MinCount: '1', MaxCount: '1' },
      UserData: Buffer.from(userDataOf(role)).toString('base64'),
      IamInstanceProfile: { Name: 'node' },
      NetworkInterface: [{ DeviceIndex: '0', ...NetworkInterface }],
      ...tagged('instance', { 'mesoscale:group': `${role}s`, cluster: clusterId }),
    });
    await clock.advance(1000);
    return answer.instancesSet.item[0].instanceId;
  };
  const online = (ids: readonly string[]) =>
    clock.runUntil(() => ids.every((id) => nodes.findAgent(id) !== undefined), {
      within: 200_000,
      what: 'being online',
    });
  const parametersOf = (role: Role, more: Record<string, string> = {}) => {
    const all: Record<string, string> = {
      ...{
        ClusterId: clusterId,
        ClusterName: 'c',
        Release: 'indigo_1',
        MasterIps: masterIps.join(','),
        SecretId: 'mesoscale/c',
      },
      ...{
        EnableConsul: 'false',
        EnableChronos: 'true',
        MesosAuthenticateHttp: 'true',
        Group: 'slaves',
        EnableGpu: 'false',
      },
      ...{ VirtualAddress: allocationId, PeerIps: '' },
      ...more,
    };
    const names = [...commonNames, ...parameterNames[role]];
    return Object.fromEntries(names.map((name) => [name, [all[name] ?? `registry/${name}`]]));
  };
  const start = async (
    role: Role,
    InstanceIds: readonly string[],
    more: Record<string, string> = {},
  ): Promise<string> => {
    const input = { DocumentName: role, InstanceIds, Parameters: parametersOf(role, more), MaxErrors: '100%' };
    return (await call.ssm('SendCommand', input)).Command.CommandId;
  };
  /** One of the documents besides the start documents. @returns the statuses by instance, once it is over */
  const upkeep = async (
    DocumentName: keyof typeof upkeepParameterNames,
    InstanceIds: readonly string[],
    more: Record<string, string>,
  ) => {
    const Parameters = Object.fromEntries(Object.entries({ ClusterId: clusterId, ...more }).map(([k, v]) => [k, [v]]));
    const { Command } = await call.ssm('SendCommand', { DocumentName, InstanceIds, Parameters, MaxErrors: '100%' });
    return { commandId: Command.CommandId, statuses: await ended(Command.CommandId) };
  };
  /** Slaves, online and started; in zones by turns. @returns instance ids */
  const startSlaves = async (count: number, more: Record<string, string> = {}) => {
    const ids: string[] = [];
    for (let k = 0; k < count; k += 1) ids.push(await launchInSubnet('slave', k % 3));
    await online(ids);
    await ended(await start('slave', ids, more));
    return ids;
  };
  const ipOf = (id: string) => ec2.inspect.instances().find((one) => one.instanceId === id)?.privateIp ?? '';
  const invocations = async (CommandId: string): Promise<Answer[]> =>
    (await call.ssm('ListCommandInvocations', { CommandId, Details: true })).CommandInvocations;
  /** Runs until the command is over. @returns statuses by instance */
  const ended = async (commandId: string, within = 1_000_000): Promise<Record<string, string>> => {
    const isOver = async () =>
      (await invocations(commandId)).every((one) => !['Pending', 'InProgress'].includes(one.Status));
    await clock.runUntil(isOver, { within, what: 'the end of the command' });
    return Object.fromEntries((await invocations(commandId)).map((one) => [one.InstanceId, one.Status]));
  };
  const outputOf = async (commandId: string, id: string): Promise<string> =>
    (await invocations(commandId)).find((one) => one.InstanceId === id).CommandPlugins[0].Output;
  const terminate = (id: string) => call.ec2('TerminateInstances', { InstanceId: [id] });
  const launchMaster = (slot: number) => launch('master', { NetworkInterfaceId: slots[slot - 1] });
  const launchInSubnet = (role: Role, subnet = 0, publicAddress = 'true') =>
    launch(role, {
      SubnetId: network.subnets[subnet],
      SecurityGroupId: [groupId],
      AssociatePublicIpAddress: publicAddress,
    });
  /** All masters, online and started. */
  const startMasters = async (more: Record<string, string> = {}) => {
    const ids: string[] = [];
    for (let slot = 1; slot <= masters; slot += 1) ids.push(await launchMaster(slot));
    await online(ids);
    const command = await start('master', ids, more);
    return { ids, command, statuses: await ended(command) };
  };
  const signals = () => sqs.service.handle(receive(queueUrl)) as Promise<{ Messages?: { Body: string }[] }>;
  const close = async () => {
    clock.stop();
    await nodes.close();
    await aws.close();
  };
  return {
    ...{
      clock,
      faults,
      calls,
      events,
      iam,
      ec2,
      ssm,
      nodes,
      aws,
      call,
      network,
      allocationId,
      masterIps,
      slots,
      groupId,
    },
    ...{
      routerPort,
      gatewayGroup: gateway.ref,
      credentials,
      launch,
      launchMaster,
      launchInSubnet,
      online,
      start,
      ended,
    },
    ...{ outputOf, terminate, startMasters, startSlaves, upkeep, ipOf, signals, close, logs, parametersOf },
  };
}

const receive = (QueueUrl: string) => ({
  service: 'sqs',
  action: 'ReceiveMessage',
  input: { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 },
  caller: { accessKeyId: '', kind: 'user' as const, roleName: 'u', arn: 'arn:aws:iam::000000000000:user/u' },
});
