import { createFaults } from '../../../local/faults.ts';
import { createRandom } from '../../../local/random.ts';
import type { AwsCall } from '../../../local/types.ts';

const call = (service: string, action: string): AwsCall => ({
  service,
  action,
  input: {},
  caller: { accessKeyId: 'a', kind: 'function', roleName: 'r', arn: 'arn' },
});
const make = () => createFaults(createRandom('faults'));

describe('faults', () => {
  it('answers calls with an error as often as asked', () => {
    const faults = make();
    faults.add({
      kind: 'api-error',
      service: 'ec2',
      action: 'RunInstances',
      code: 'RequestLimitExceeded',
      status: 503,
      times: 2,
    });
    expect(faults.beforeCall(call('ec2', 'DescribeInstances'))).toBeUndefined();
    expect(faults.beforeCall(call('ec2', 'RunInstances'))).toMatchObject({ code: 'RequestLimitExceeded', status: 503 });
    expect(faults.beforeCall(call('ec2', 'RunInstances'))).toBeDefined();
    expect(faults.beforeCall(call('ec2', 'RunInstances'))).toBeUndefined();
    expect(faults.list()).toMatchObject([{ id: 'fault-1', used: 2 }]);
  });

  it('lets commands of a document fail as often as asked', () => {
    const faults = make();
    faults.add({ kind: 'command', document: 'cordon-nodes', times: 1 });
    const answers = [faults.commandFails('stop-agent', 'slave'), faults.commandFails('cordon-nodes', 'master')];
    expect([...answers, faults.commandFails('cordon-nodes', 'master')]).toEqual([false, true, false]);
  });

  it('lets calls take effect before their answer is lost, leaves the first ones alone, and looks at the caller', () => {
    const faults = make();
    faults.add({ kind: 'api-error', action: 'RunInstances', code: 'X', when: 'after', skip: 1, caller: 'function' });
    expect(faults.beforeCall(call('ec2', 'RunInstances'))).toBeUndefined();
    expect(faults.afterCall(call('ec2', 'RunInstances'))).toBeUndefined();
    const byNode = { ...call('ec2', 'RunInstances'), caller: { ...call('ec2', '').caller, kind: 'node' as const } };
    expect(faults.afterCall(byNode)).toBeUndefined();
    expect(faults.afterCall(call('ec2', 'RunInstances'))).toMatchObject({ code: 'X' });
  });

  it('takes invocations or their answers away', () => {
    const faults = make();
    faults.add({ kind: 'function', function: 'Plan', effect: 'answer-lost', skip: 1, times: 1 });
    const ask = () => faults.invocation('mesoscale-PlanCluster-1');
    expect([faults.invocation('mesoscale-Sweep'), ask(), ask(), ask()]).toEqual([
      undefined,
      undefined,
      'answer-lost',
      undefined,
    ]);
  });

  it('strikes with the given probability', () => {
    const faults = make();
    faults.add({ kind: 'api-error', code: 'InternalError', probability: 0.3 });
    const struck = Array.from({ length: 1000 }, () => faults.beforeCall(call('sqs', 'SendMessage'))).filter(Boolean);
    expect(struck.length).toBeGreaterThan(240);
    expect(struck.length).toBeLessThan(360);
  });

  it('loses and doubles deliveries', () => {
    const faults = make();
    faults.add({ kind: 'delivery', of: 'event', effect: 'lost', times: 1 });
    faults.add({ kind: 'delivery', of: 'node-message', effect: 'doubled' });
    expect([faults.deliveries('event'), faults.deliveries('event')]).toEqual([0, 1]);
    expect(faults.deliveries('node-message')).toBe(2);
  });

  it('loses events of one source only', () => {
    const faults = make();
    faults.add({ kind: 'delivery', of: 'event', source: 'aws.cloudwatch', effect: 'lost' });
    const deliveries = ['aws.ec2', 'aws.cloudwatch', 'aws.cloudwatch'].map((one) => faults.deliveries('event', one));
    expect(deliveries).toEqual([1, 0, 0]);
    expect(faults.deliveries('node-message')).toBe(1);
  });

  it('takes capacity away by type, zone and market until it is removed', () => {
    const faults = make();
    const id = faults.add({ kind: 'no-capacity', zone: 'us-east-1a', market: 'spot' });
    expect(faults.lacksCapacity('m5.large', 'us-east-1a', 'spot')).toBe(true);
    expect(faults.lacksCapacity('m5.large', 'us-east-1b', 'spot')).toBe(false);
    expect(faults.lacksCapacity('m5.large', 'us-east-1a', 'on-demand')).toBe(false);
    faults.remove(id);
    expect(faults.lacksCapacity('m5.large', 'us-east-1a', 'spot')).toBe(false);
  });

  it('keeps the fault of a node, and counts nodes', () => {
    const faults = make();
    faults.add({ kind: 'node', role: 'slave', bootDelaySeconds: 'never', times: 1 });
    const node = (instanceId: string, role = 'slave') => faults.nodeFault({ instanceId, role, group: 'g' });
    expect(node('i-0', 'master')).toBeUndefined();
    expect(node('i-1')).toEqual({ bootDelaySeconds: 'never' });
    expect(node('i-2')).toBeUndefined();
    expect(node('i-1')).toEqual({ bootDelaySeconds: 'never' });
    faults.clear();
    expect(node('i-1')).toBeUndefined();
  });

  it('refuses a fault that it does not know', () => {
    expect(() => make().add({ kind: 'api-error', code: 'X', oops: 1 } as never)).toThrow('oops');
  });
});
