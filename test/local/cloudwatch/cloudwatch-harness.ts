import { CloudWatchClient, PutMetricAlarmCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { createCallLog } from '../../../local/calls.ts';
import { createClock } from '../../../local/clock.ts';
import { createCloudWatch } from '../../../local/cloudwatch/index.ts';
import { createCredentials } from '../../../local/credentials.ts';
import { createFaults } from '../../../local/faults.ts';
import { createEndpoint } from '../../../local/http/endpoint.ts';
import { startServer } from '../../../local/http/server.ts';
import { createLogs } from '../../../local/logs.ts';
import { createRandom } from '../../../local/random.ts';
import type { EventBus, PolicyStatement } from '../../../local/types.ts';

export const place = { accountId: '000000000000', region: 'eu-central-1' };
export const arnOf = (name: string) => `arn:aws:cloudwatch:eu-central-1:000000000000:alarm:${name}`;
type Event = Parameters<EventBus['put']>[0];

/** CloudWatch in virtual time behind the real endpoint. */
export async function startCloudWatch({ seed = 'cloudwatch' } = {}) {
  const clock = createClock({ speed: 'virtual' });
  const events: Event[] = [];
  const policies = new Map<string, readonly PolicyStatement[]>();
  const bus: EventBus = { put: (event) => void events.push(event) };
  const random = createRandom(seed);
  const cloudwatch = createCloudWatch({ clock, random, bus, ...place });
  const credentials = createCredentials({ accountId: place.accountId, seed });
  const logs = createLogs(clock.now);
  const endpoint = createEndpoint({
    ...{ clock, credentials, logs, faults: createFaults(random), calls: createCallLog() },
    services: () => [cloudwatch.service],
    policiesOf: (role) => ({ identity: policies.get(role) ?? [], tags: {} }),
  });
  const server = await startServer(0, endpoint);
  const clients: CloudWatchClient[] = [];
  const connect = (key = credentials.user) => {
    const client = new CloudWatchClient({
      ...{ endpoint: server.url, region: place.region, credentials: key, maxAttempts: 1 },
    });
    clients.push(client);
    return client;
  };
  const client = connect();
  return {
    ...{ clock, cloudwatch, client, events, server },
    /** A client with the permissions of a function's role. */
    as(role: string, identity: readonly PolicyStatement[]) {
      policies.set(role, identity);
      return connect(credentials.forFunction(role, role));
    },
    /** An alarm on the metric `Load` of the same name as the alarm: at least 1, in one period of a minute. */
    alarm: (AlarmName: string, more: Partial<PutMetricAlarmCommand['input']> = {}) =>
      client.send(
        new PutMetricAlarmCommand({
          ...{ AlarmName, Namespace: 'Test', MetricName: 'Load', Dimensions: [{ Name: 'Of', Value: AlarmName }] },
          ...{ Statistic: 'Maximum', Period: 60, EvaluationPeriods: 1, Threshold: 1 },
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          ...more,
        }),
      ),
    /** A value of the metric of an alarm, now. */
    load: (alarmName: string, Value: number, StorageResolution = 1) =>
      client.send(
        new PutMetricDataCommand({
          Namespace: 'Test',
          MetricData: [
            {
              MetricName: 'Load',
              Dimensions: [{ Name: 'Of', Value: alarmName }],
              Value,
              Unit: 'Count',
              StorageResolution,
            },
          ],
        }),
      ),
    stateOf: cloudwatch.inspect.stateOf,
    async close() {
      for (const one of clients) one.destroy();
      clock.stop();
      await server.close();
    },
  };
}
export type CloudWatchLab = Awaited<ReturnType<typeof startCloudWatch>>;
