/** Signals that are lost, doubled or forged, and runs of the loop that are ended from outside. */
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { FAULT_TEST_TIMEOUT_MS, type FaultLab, type LabCluster, openFaultLab } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS);

let lab: FaultLab;
beforeAll(async () => {
  lab = await openFaultLab('signals');
}, ASSEMBLY_TIMEOUT_MS);
afterEach(() => lab.cloud.faults.clear());
afterAll(() => lab.close());

const runsOf = ({ id }: LabCluster) =>
  lab.cloud.services.states.inspect.executions().filter(({ name }) => name.startsWith(id));
const queueNamed = (part: RegExp) => {
  const found = lab.cloud.services.sqs.inspect.queues().find(({ settings }) => part.test(settings.name));
  if (!found) throw new Error(`no queue is named like ${part}`);
  return found;
};

describe('signals', () => {
  it('may all be lost: creation, healing and deletion are completed by time alone', async () => {
    const { faults } = lab.cloud;
    faults.add({ kind: 'delivery', of: 'event', effect: 'lost' });
    faults.add({ kind: 'delivery', of: 'node-message', effect: 'lost' });
    const cluster = await lab.create({});
    await cluster.untilStatus('CREATE_COMPLETE');
    await lab.terminate(cluster.alive('slave').map(({ instanceId }) => instanceId));
    await lab.cloud.until(() => cluster.launched() === 4, { what: 'the replacement', withinSeconds: 1800 });
    await lab.untilWhole(cluster);
    await cluster.remove();
  });

  it('may all be delivered twice, and forged by the thousand', async () => {
    const { faults } = lab.cloud;
    faults.add({ kind: 'delivery', of: 'event', effect: 'doubled' });
    faults.add({ kind: 'delivery', of: 'node-message', effect: 'doubled' });
    const cluster = await lab.create({});
    await cluster.untilStatus('CREATE_COMPLETE');
    await lab.terminate(cluster.alive('master').map(({ instanceId }) => instanceId));
    await lab.cloud.until(() => cluster.launched() === 4, { what: 'the replacement' });
    await lab.untilWhole(cluster);
    expect(cluster.launched()).toBe(4);
    await forgeThousand(cluster);
    await cluster.remove();
  });

  async function forgeThousand(cluster: LabCluster) {
    const bodies = [
      'garbage',
      '{"kind":"rm -rf"}',
      JSON.stringify({ kind: 'cluster-changed', clusterId: '00000000-0000-4000-8000-000000000000' }),
      JSON.stringify({ kind: 'node-online', clusterId: cluster.id, instanceId: 'i-0123456789abcdef0' }),
      JSON.stringify({ source: 'aws.ec2', 'detail-type': 'x', detail: { 'instance-id': 'i-0fffffffffffffff0' } }),
    ];
    const sqs = lab.client(SQSClient);
    const QueueUrl = queueNamed(/Signals(?!.*Dead)/i).settings.url;
    for (let batch = 0; batch < 100; batch += 1) {
      const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: String(n), MessageBody: bodies[n % 5] ?? '' }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
    await lab.cloud.clock.advance(30 * 60_000);
    await lab.untilWhole(cluster);
    expect(cluster.launched()).toBe(4);
    expect(queueNamed(/Dead/i).count('visible')).toBe(400);
  }
});

describe('a run', () => {
  const newest = (cluster: LabCluster) => runsOf(cluster).at(-1);

  it('that is stopped by hand or fails is followed by another one, which goes on where it was', async () => {
    const sfn = lab.client(SFNClient);
    const cluster = await lab.create({});
    for (const text of ['launching master', 'starting containers on']) {
      await lab.cloud.until(async () => (await cluster.log()).includes(text), { everySeconds: 1, what: text });
      await sfn.send(new StopExecutionCommand({ executionArn: newest(cluster)?.arn ?? '' }));
    }
    lab.cloud.faults.add({ kind: 'function', function: 'PlanCluster', effect: 'not-run', times: 7 });
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(cluster.launched()).toBe(3);
    const statuses = runsOf(cluster).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'ABORTED')).toHaveLength(2);
    expect(statuses).toContain('FAILED');
    await cluster.remove();
  });

  it('with a long history continues in a fresh execution', async () => {
    const cluster = await lab.create({ slaves: 1 });
    const sqs = lab.client(SQSClient);
    const QueueUrl = queueNamed(/Signals(?!.*Dead)/i).settings.url;
    const MessageBody = JSON.stringify({ kind: 'cluster-changed', clusterId: cluster.id });
    lab.cloud.faults.add({ kind: 'node', role: 'slave', bootDelaySeconds: 300 });
    await lab.cloud.until(
      async () => {
        await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', MessageBody }] }));
        return runsOf(cluster).length >= 2;
      },
      { everySeconds: 1, what: 'a second run' },
    );
    expect(runsOf(cluster)[0]?.status).toBe('SUCCEEDED');
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(cluster.launched()).toBe(3);
    await cluster.remove();
  });
});
