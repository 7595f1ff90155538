/** That the invariants of all other tests would notice what they are for. */
import { DeleteItemCommand, DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeSubnetsCommand, EC2Client, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { keys } from '../../lambdas/contracts/table.ts';
import { clusterOf, type LabCluster, templateOf } from '../support/fault-lab.ts';
import { createInvariants } from '../support/invariants.ts';
import { ASSEMBLY_TIMEOUT_MS, startTestCloud, type TestCloud } from '../support/local-cloud.ts';

describe('the invariants notice', () => {
  let cloud: TestCloud;
  let cluster: LabCluster;
  let table: DynamoDBClient;
  let ec2: EC2Client;
  const watch = createInvariants();
  const look = () => watch.invariant(cloud);
  const TableName = () => cloud.stack.outputs.TableName;
  const key = (sk: string) => ({ pk: { S: keys.deployment(cluster.id) }, sk: { S: sk } });

  beforeAll(async () => {
    cloud = await startTestCloud({ seed: 'invariants' });
    const config = { endpoint: cloud.awsEndpoint, region: cloud.region, credentials: cloud.credentials.user };
    table = new DynamoDBClient(config);
    ec2 = new EC2Client(config);
    const api = await cloud.client();
    const { json } = await api.post('/deployments', {
      template: templateOf({ masters: 3, slaves: 2, loadBalancers: 0 }),
    });
    cluster = clusterOf(cloud, api, json.uuid as string);
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => {
    table.destroy();
    ec2.destroy();
    return cloud.close();
  });

  const setStatus = (status: string) =>
    table.send(
      new UpdateItemCommand({
        TableName: TableName(),
        Key: key(keys.meta),
        UpdateExpression: 'SET #status = :status',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':status': { S: status } },
      }),
    );

  it('a deployment that is told to be complete before it is', async () => {
    await look();
    await setStatus('CREATE_COMPLETE');
    await expect(look()).rejects.toThrow(/is told to be CREATE_COMPLETE, but 0 of 3 nodes of master-server run/);
    await setStatus('CREATE_IN_PROGRESS');
    await expect(look()).rejects.toThrow('went from CREATE_COMPLETE to CREATE_IN_PROGRESS');
  });

  it('nothing while all is well', async () => {
    await cloud.until(async () => {
      await look();
      return (await cluster.status()) === 'CREATE_COMPLETE';
    });
  }, 30_000);

  it('a secret in a record, an answer or a log', async () => {
    const [{ value } = { value: '' }] = cloud.services.secretsManager.inspect.secrets();
    const { consulGossipKey } = JSON.parse(value) as { consulGossipKey: string };
    const Item = { ...key('LEAK'), nested: { M: { text: { S: `key=${consulGossipKey}` } } } };
    await table.send(new PutItemCommand({ TableName: TableName(), Item }));
    await expect(look()).rejects.toThrow(/a secret \(.*\) is in record DEPLOYMENT#.* LEAK/);
    await table.send(new DeleteItemCommand({ TableName: TableName(), Key: key('LEAK') }));
    await look();
    cloud.logs.write('some-function', `{"password":"${consulGossipKey}"}`);
    await expect(look()).rejects.toThrow('is in the log of some-function');
    const leaky = createInvariants();
    const client = leaky.watch(await cloud.client());
    await client.get(`/deployments/${encodeURIComponent(consulGossipKey)}`);
    await expect(leaky.invariant(cloud)).rejects.toThrow('is in the answer to GET');
  });

  it('a second member in a slot', async () => {
    const [master] = cluster.alive('master');
    const Tags = Object.entries(master?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
    const launch = { ImageId: 'ami-0123456789abcdef0', InstanceType: 'm6i.large', MinCount: 1, MaxCount: 1 } as const;
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
    const SubnetId = Subnets?.[0]?.SubnetId;
    const { Instances } = await ec2.send(
      new RunInstancesCommand({ ...launch, SubnetId, TagSpecifications: [{ ResourceType: 'instance', Tags }] }),
    );
    await expect(look()).rejects.toThrow(/slot \d of cluster .* has i-\w+ and i-\w+/);
    cloud.services.ec2.inspect.kill(Instances?.[0]?.InstanceId ?? '');
    await look();
  });

  it('an instance that stays without a record', async () => {
    const [slave] = cluster.alive('slave');
    await table.send(new DeleteItemCommand({ TableName: TableName(), Key: key(keys.node(slave?.instanceId ?? '')) }));
    await look();
    // The loop would remove it at its next look, so that look must not come.
    await cloud.clock.advance(1);
    const later = { ...cloud, clock: { ...cloud.clock, now: () => cloud.clock.now() + 400_000 } };
    await expect(watch.invariant(later)).rejects.toThrow(/instance i-\w+ of .* has had no record for 400/);
  });

  /** As the function that terminates nodes, were it less careful. */
  const terminateAsLoop = async (instances: readonly { readonly instanceId: string }[]) => {
    const roleName = cloud.services.functions.settingsOf(functionNamed('TerminateNodes')).roleName;
    const credentials = cloud.credentials.forFunction('not-careful', roleName);
    const loop = new EC2Client({ endpoint: cloud.awsEndpoint, region: cloud.region, credentials });
    await loop.send(new TerminateInstancesCommand({ InstanceIds: instances.map(({ instanceId }) => instanceId) }));
    loop.destroy();
  };

  it('a task that ends with the agent of a slave that the loop takes', async () => {
    const slaves = cluster.alive('slave').slice(1);
    const [{ instanceId = '', privateIp = '' } = {}] = slaves;
    const { nodes } = cloud.services;
    nodes.act.startTask(cluster.id, privateIp);
    const command = { commandId: 'not-careful', documentName: 'stop-agent', parameters: { Force: 'true' } };
    nodes.run(instanceId, { ...command, timeoutSeconds: 60 }, () => {});
    await cloud.clock.advance(3000);
    await terminateAsLoop(slaves);
    await expect(watch.invariant(cloud)).rejects.toThrow(/the loop took i-\w+ of cluster .* while foreign.1 ran on it/);
  });

  it('a quorum that the loop itself takes away', async () => {
    await terminateAsLoop(cluster.alive('master').slice(0, 2));
    await expect(watch.invariant(cloud)).rejects.toThrow(
      /the loop took i-\w+, i-\w+ of cluster .* and left 1 of 3 masters/,
    );
  });

  const functionNamed = (part: string) =>
    [...cloud.stack.resources].find(
      ([id, { type }]) => id.includes(`${part}Function`) && type === 'AWS::Lambda::Function',
    )?.[1].ref ?? part;
});
