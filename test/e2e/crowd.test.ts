/** Many clusters at the same time: none waits for, sees or touches another. */
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import { type E2eCluster, type E2eLab, errorOf, openE2eLab } from '../support/e2e-lab.ts';
import { templateOf } from '../support/fault-lab.ts';
import { type ApiClient, ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const count = 20;
const users = ['ada', 'grace'];
const template = templateOf({ masters: 1, slaves: 1, loadBalancers: 0 });
const nodesEach = 2;

describe('twenty deployments at once', () => {
  let lab: E2eLab;
  const clusters: E2eCluster[] = [];
  const clients = new Map<string, ApiClient>();
  const ownedBy = (user: string) => clusters.filter(({ api }) => api === clients.get(user)).map(({ id }) => id);

  beforeAll(async () => {
    lab = await openE2eLab('crowd');
    for (const user of users) clients.set(user, await lab.client(user));
    // One after the other, and still at once: no simulated time passes.
    for (let n = 0; n < count; n += 1) {
      clusters.push(await lab.deploy(template, {}, clients.get(users[n % users.length] ?? '')));
    }
    await lab.complete(clusters);
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  it('are all complete with exactly the instances that they asked for', () => {
    for (const { id, alive, launched } of clusters) {
      expect([id, alive().length, launched()]).toEqual([id, nodesEach, nodesEach]);
      expect(lab.cloud.services.nodes.inspect.cluster(id)?.registeredAgents).toHaveLength(1);
    }
  });

  it('take no longer than one of them alone', () => {
    const { clusters: views } = lab.latest();
    const seconds = clusters.map(({ id }) => {
      const { desired, progress } = views.get(id)?.record ?? {};
      return (Date.parse(progress?.completedAt ?? '') - Date.parse(desired?.createdAt ?? '')) / 1000;
    });
    expect(Math.max(...seconds)).toBeLessThan(360);
  });

  it('need a fixed number of calls each', () => {
    const { calls } = lab.cloud;
    // Retries until a new instance profile or role is visible are not counted: how many there are is EC2's matter.
    const each = (service: string, action: string) =>
      calls.all().filter((call) => call.service === service && call.action === action && !call.error).length / count;
    expect(each('ec2', 'RunInstances')).toBe(1);
    // It answers well even if it launched nothing because the profile is not visible yet.
    expect(each('ec2', 'CreateFleet')).toBeLessThanOrEqual(6);
    expect(each('ec2', 'TerminateInstances')).toBe(0);
    expect(each('ec2', 'CreateNetworkInterface')).toBe(1);
    expect(each('secretsmanager', 'CreateSecret')).toBe(1);
    expect(each('ssm', 'SendCommand')).toBe(2);
    expect(each('states', 'StartExecution')).toBeLessThanOrEqual(30);
    expect(lab.cloud.services.states.inspect.executions().every(({ ending }) => ending?.status === 'SUCCEEDED')).toBe(
      true,
    );
  });

  it('share nothing: no instance, interface, role or secret', () => {
    const { ec2, secretsManager } = lab.cloud.services;
    const instances = ec2.inspect.instances();
    expect(new Set(instances.map(({ privateIp }) => privateIp)).size).toBe(count * nodesEach);
    expect(new Set(instances.map(({ tags }) => tags[tagKeys.launch])).size).toBe(count * 2);
    const secrets = secretsManager.inspect.secrets();
    expect(secrets.map(({ tags }) => tags[tagKeys.clusterId]).sort()).toEqual(clusters.map(({ id }) => id).sort());
    const gossipKeys = secrets.map(({ value }) => (JSON.parse(value) as { consulGossipKey: string }).consulGossipKey);
    expect(new Set(gossipKeys).size).toBe(count);
  });

  it('are listed for their owners and changed by them only', async () => {
    for (const user of users) {
      const { content } = (await clients.get(user)?.get('/deployments'))?.json ?? {};
      expect(content.map(({ uuid }: { uuid: string }) => uuid).sort()).toEqual(ownedBy(user).sort());
    }
    const [other] = ownedBy('grace');
    const answer = await (clients.get('ada') as ApiClient).request('DELETE', `/deployments/${other}`);
    expect([answer.status, errorOf(answer).message]).toEqual([
      403,
      'Only the owner of the deployment can perform this operation',
    ]);
  });

  it('leave nothing when all are deleted at once', async () => {
    await lab.removeAll(clusters);
    lab.expectEmpty();
    expect(lab.cloud.services.ec2.inspect.leftovers(tagKeys.stack, 'mesoscale')).toEqual([]);
  }, 90_000);
});
