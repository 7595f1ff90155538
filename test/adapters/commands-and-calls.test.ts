import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { lambdaGateway } from '../../lambdas/adapters/lambda-gateway.ts';
import { sfnWorkflow } from '../../lambdas/adapters/sfn-workflow.ts';
import { ssmCommands } from '../../lambdas/adapters/ssm-commands.ts';
import { clusterId, healthySnapshot, readyNodes } from '../support/clusters.ts';
import { sdkError, stubClient } from '../support/fakes.ts';

const documents = { master: 'start-master', slave: 'start-slave', 'load-balancer': 'start-load-balancer' };
const ids = (count: number) => Array.from({ length: count }, (_, n) => `i-${n}`);

describe('ssmCommands', () => {
  it('sends the document of the role to 50 instances at a time, all of them at once', async () => {
    const client = stubClient<SSMClient>({
      SendCommand: (_: never, call) => ({ Command: { CommandId: `c-${call}` } }),
    });
    const sent = await ssmCommands(client, documents).start('slave', ids(120), { Group: 'slaves' });
    expect([sent.size, sent.get('i-0'), sent.get('i-119')]).toEqual([120, 'c-1', 'c-3']);
    expect(client.inputsOf('SendCommand')[0]).toMatchObject({
      DocumentName: 'start-slave',
      Parameters: { Group: ['slaves'] },
      MaxConcurrency: '100%',
      MaxErrors: '100%',
    });
    expect(client.inputsOf('SendCommand').map(({ InstanceIds }) => (InstanceIds as string[]).length)).toEqual([
      50, 50, 20,
    ]);
  });

  it('leaves out instances that SSM does not know', async () => {
    const client = stubClient<SSMClient>({
      SendCommand: (_: never, call) =>
        call === 1 ? Promise.reject(sdkError('InvalidInstanceId')) : { Command: { CommandId: 'c-2' } },
      DescribeInstanceInformation: () => ({ InstanceInformationList: [{ InstanceId: 'i-1' }] }),
    });
    expect(await ssmCommands(client, documents).start('master', ['i-0', 'i-1'], {})).toEqual(new Map([['i-1', 'c-2']]));
  });

  it('reads all pages of nodes that are online', async () => {
    const client = stubClient<SSMClient>({
      DescribeInstanceInformation: (_: never, call) => ({
        InstanceInformationList: [{ InstanceId: `i-${call}` }],
        ...(call === 1 ? { NextToken: 'more' } : {}),
      }),
    });
    expect(await ssmCommands(client, documents).findOnline(ids(3))).toEqual(['i-1', 'i-2']);
  });

  it('tells the last line of a script that failed', async () => {
    const Output =
      'pulling images\n----------ERROR-------\nmesos-master: no leader after 180 s\nfailed to run commands: exit status 1\n';
    const invocation = (InstanceId: string, Status: string) => ({
      InstanceId,
      CommandId: 'c-1',
      Status,
      StatusDetails: Status,
      CommandPlugins: [],
    });
    const client = stubClient<SSMClient>({
      ListCommandInvocations: () => ({
        CommandInvocations: [
          { ...invocation('i-1', 'Failed'), CommandPlugins: [{ Output }] },
          invocation('i-2', 'Success'),
          invocation('i-3', 'Delayed'),
          invocation('i-4', 'TimedOut'),
        ],
      }),
    });
    const found = await ssmCommands(client, documents).listInvocations(['c-1']);
    expect(found.map(({ status, message }) => [status, message])).toEqual([
      ['failed', 'mesos-master: no leader after 180 s'],
      ['succeeded', undefined],
      ['in-progress', undefined],
      ['failed', 'the command ended as TimedOut'],
    ]);
  });
});

describe('sfnWorkflow', () => {
  it('starts a run under its name with exactly its input', async () => {
    const client = stubClient<SFNClient>({ StartExecution: () => ({}) });
    expect(await sfnWorkflow(client, 'arn', (clusterId, run) => ({ clusterId, run })).startRun(clusterId, 7)).toBe(
      'running',
    );
    expect(client.inputsOf('StartExecution')).toEqual([
      { stateMachineArn: 'arn', name: `${clusterId}-7`, input: `{"clusterId":"${clusterId}","run":7}` },
    ]);
  });

  it('tells that a run is over, and which tokens are spent', async () => {
    const client = stubClient<SFNClient>({
      StartExecution: () => Promise.reject(sdkError('ExecutionAlreadyExists')),
      SendTaskSuccess: ({ taskToken }: { taskToken: string }) =>
        taskToken === 'good' ? {} : Promise.reject(sdkError(taskToken)),
    });
    const workflow = sfnWorkflow(client, 'arn', (clusterId, run) => ({ clusterId, run }));
    expect(await workflow.startRun(clusterId, 7)).toBe('over');
    expect(await workflow.wake('good')).toBe(true);
    for (const token of ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])
      expect(await workflow.wake(token)).toBe(false);
    await expect(workflow.wake('ThrottlingException')).rejects.toMatchObject({ name: 'Throttled' });
  });
});

describe('lambdaGateway', () => {
  const account = { username: 'admin', password: 's3cret' };
  const request = {
    operation: 'snapshot' as const,
    release: 'indigo_1' as const,
    masterIps: ['10.0.0.10'],
    expectChronos: false,
    loadBalancers: [],
    credentials: { mesos: account, marathon: account },
  };
  const ask = (answer: () => unknown) =>
    lambdaGateway(stubClient<LambdaClient>({ Invoke: answer }), 'gateway').snapshot(request);
  const snapshot = healthySnapshot(readyNodes());

  it('passes the snapshot on', async () => {
    expect(await ask(() => ({ Payload: Buffer.from(JSON.stringify(snapshot)) }))).toEqual(snapshot);
  });

  it('has no answer when the gateway failed, was too slow or said something else', async () => {
    expect(await ask(() => ({ FunctionError: 'Unhandled', Payload: Buffer.from('{}') }))).toBeUndefined();
    expect(await ask(() => Promise.reject(sdkError('TimeoutError')))).toBeUndefined();
    expect(await ask(() => ({ Payload: Buffer.from('null') }))).toBeUndefined();
  });

  it('throws when it may not ask', async () => {
    await expect(ask(() => Promise.reject(sdkError('AccessDeniedException')))).rejects.toMatchObject({
      name: 'Forbidden',
    });
  });
});
