import { type CallbackMessage, callbackAttempts } from '../../lambdas/contracts/callback.ts';
import { SendCallback } from '../../lambdas/contracts/decision.ts';
import { DependencyUnavailable } from '../../lambdas/contracts/error-names.ts';
import type { ActivityEntry } from '../../lambdas/domain/cluster/plan.ts';
import type { PostOutcome } from '../../lambdas/domain/deployment/callback.ts';
import type { DeploymentRecord } from '../../lambdas/domain/deployment/deployment.ts';
import { makeDeliverCallback } from '../../lambdas/handlers/deliver-callback.ts';
import { makeSendCallback } from '../../lambdas/handlers/send-callback.ts';
import { apiNow, deploymentId, deploymentRecord } from '../support/deployments.ts';
import { clockAt, recordedLog } from '../support/fakes.ts';

const callback = 'https://hook.example.org/x';
const complete = deploymentRecord({ callback, status: 'CREATE_COMPLETE', outputs: { ips: ['198.51.100.7'] } });

describe('send-callback', () => {
  const decision = SendCallback.parse({
    kind: 'send-callback',
    key: 'callback/1/CREATE_COMPLETE',
    reason: 'told',
    generation: 1,
    status: 'CREATE_COMPLETE',
    at: '2026-03-01T09:00:00.000Z',
  });
  const send = async (deployment: DeploymentRecord | undefined, fails?: Error) => {
    const sent: CallbackMessage[] = [];
    const act = makeSendCallback({
      deployments: { find: async () => deployment },
      callbacks: { send: async (message) => (fails ? Promise.reject(fails) : void sent.push(message)) },
    });
    return { result: await act({ clusterId: deploymentId, decision }), sent };
  };

  it('queues what is to be told', async () => {
    const { result, sent } = await send(complete);
    expect(result).toEqual({ key: decision.key, outcome: 'done' });
    expect(sent).toEqual([
      expect.objectContaining({ deploymentId, status: 'CREATE_COMPLETE', outputs: complete.outputs }),
    ]);
  });

  it('is done with a deployment that is gone or has no callback any more', async () => {
    const { callback: _, ...silent } = complete;
    for (const deployment of [undefined, silent]) {
      expect(await send(deployment)).toEqual({ result: { key: decision.key, outcome: 'done' }, sent: [] });
    }
  });

  it('throws what may pass, so that it is tried again', async () => {
    await expect(send(complete, new DependencyUnavailable('no queue'))).rejects.toThrow('no queue');
  });
});

describe('deliver-callback', () => {
  class Delivery {
    deployment: DeploymentRecord | undefined = complete;
    outcome: PostOutcome = { kind: 'delivered', statusCode: 200 };
    /** What happens while the receiver works. */
    meanwhile = () => {};
    fails: Error | undefined;
    readonly posted: { url: string; body: string }[] = [];
    readonly postponed: [string, number][] = [];
    readonly activity: ActivityEntry[] = [];
    readonly log = recordedLog();

    readonly deliver = makeDeliverCallback({
      deployments: {
        find: async () => {
          if (this.fails) throw this.fails;
          return this.deployment;
        },
      },
      clusters: { addActivity: async (_, entries) => void this.activity.push(...entries) },
      receiver: {
        post: async (url, body) => {
          this.posted.push({ url, body });
          this.meanwhile();
          return this.outcome;
        },
      },
      deliveries: { postpone: async (handle, seconds) => void this.postponed.push([handle, seconds]) },
      clock: clockAt(apiNow),
      log: this.log,
      region: 'eu-west-1',
    });

    /** @returns ids of the messages that come back */
    async of(attempt: number, message: Partial<CallbackMessage> | string = {}): Promise<readonly string[]> {
      const { outputs } = complete;
      const whole = { deploymentId, generation: 1, status: 'CREATE_COMPLETE', updatedAt: complete.updatedAt, outputs };
      const body = typeof message === 'string' ? message : JSON.stringify({ ...whole, ...message });
      const attributes = { ApproximateReceiveCount: attempt };
      const record = { messageId: 'm', receiptHandle: 'handle', body, attributes };
      const { batchItemFailures } = await this.deliver({ Records: [record] });
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    }
  }

  it("posts the deployment's view, without links, to its callback", async () => {
    const delivery = new Delivery();
    expect(await delivery.of(1)).toEqual([]);
    const [{ url, body } = { url: '', body: '{}' }] = delivery.posted;
    expect(url).toBe(callback);
    expect(JSON.parse(body)).toMatchObject({
      uuid: deploymentId,
      status: 'CREATE_COMPLETE',
      outputs: complete.outputs,
      callback,
      links: [],
    });
    expect([delivery.activity, delivery.postponed]).toEqual([[], []]);
  });

  it('tells the status of the message, whatever the deployment has become', async () => {
    const delivery = new Delivery();
    await delivery.of(1, { status: 'CREATE_IN_PROGRESS', outputs: {}, updatedAt: '2026-03-01T09:00:00.000Z' });
    expect(JSON.parse(delivery.posted[0]!.body)).toMatchObject({
      status: 'CREATE_IN_PROGRESS',
      updateTime: '2026-03-01T09:00+0000',
      outputs: {},
    });
  });

  it('comes back later after a failure, and in the end says so in the log and is over', async () => {
    const delivery = new Delivery();
    delivery.outcome = { kind: 'failed', reason: 'it answered 503' };
    expect([await delivery.of(1), await delivery.of(3)]).toEqual([['m'], ['m']]);
    expect(delivery.postponed).toEqual([
      ['handle', 30],
      ['handle', 120],
    ]);
    expect(delivery.activity).toEqual([]);
    expect(await delivery.of(callbackAttempts)).toEqual([]);
    expect(delivery.activity).toEqual([
      { level: 'warning', text: 'the callback is not told CREATE_COMPLETE: it answered 503, 6 times' },
    ]);
  });

  it('is over at once when the receiver will never take it', async () => {
    const delivery = new Delivery();
    delivery.outcome = { kind: 'refused', reason: 'it answered 404' };
    expect(await delivery.of(1)).toEqual([]);
    expect(delivery.activity.map(({ text }) => text)).toEqual([
      'the callback is not told CREATE_COMPLETE: it answered 404',
    ]);
  });

  it('does not repeat what the deployment has left behind', async () => {
    const delivery = new Delivery();
    delivery.deployment = { ...complete, status: 'UPDATE_IN_PROGRESS', generation: 2 };
    expect(await delivery.of(2)).toEqual([]);
    expect(delivery.posted).toEqual([]);
    expect(delivery.activity.map(({ text }) => text)).toEqual([expect.stringMatching(/has moved on$/)]);
  });

  it('leaves no line behind for a deployment that is gone', async () => {
    const delivery = new Delivery();
    delivery.outcome = { kind: 'failed', reason: 'it answered 503' };
    delivery.meanwhile = () => {
      delivery.deployment = undefined;
    };
    expect([await delivery.of(1), await delivery.of(1)]).toEqual([[], []]);
    expect([delivery.posted.length, delivery.activity]).toEqual([1, []]);
  });

  it('gives what it cannot handle back to the queue, which knows dead letters', async () => {
    const delivery = new Delivery();
    expect(await delivery.of(1, 'no JSON')).toEqual(['m']);
    expect(await delivery.of(1, '{"deploymentId":"x"}')).toEqual(['m']);
    delivery.fails = new DependencyUnavailable('no table');
    expect(await delivery.of(1)).toEqual(['m']);
    expect(delivery.log.lines.map(({ message }) => message)).toEqual(Array(3).fill('callback not handled'));
    expect([delivery.posted, delivery.postponed]).toEqual([[], []]);
  });
});
