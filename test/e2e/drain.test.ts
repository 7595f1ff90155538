/** Slaves that leave while the cluster works: nothing that runs on them is harmed. */
import { clusterNodes, compute, type Data, templateText } from '../domain/tosca/templates.ts';
import { type E2eCluster, type E2eLab, openE2eLab } from '../support/e2e-lab.ts';
import { templateOf } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const timeout = 300_000;
const slaves = (count: number, more: Data = {}): Data =>
  compute({ scalable: { count, ...more }, host: { num_cpus: 2, mem_size: '4 GB' } });
const template = (count: number, more: Data = {}): string =>
  templateText({
    node_templates: clusterNodes({ lb: undefined, lb_server: undefined, slave_server: slaves(count, more) }),
  });

describe('slaves that are not wanted any more', () => {
  let lab: E2eLab;
  let cluster: E2eCluster;

  beforeAll(async () => {
    lab = await openE2eLab('drains', { secrets: ['pw-marathon'] });
  }, ASSEMBLY_TIMEOUT_MS);
  beforeEach(async () => {
    cluster = await lab.deploy(template(3));
    await lab.complete([cluster]);
  }, timeout);
  afterEach(() => lab.removeAll([cluster]), timeout);
  afterAll(() => lab.close());

  const { inspect, act } = { inspect: () => lab.cloud.services.nodes.inspect, act: () => lab.cloud.services.nodes.act };
  const want = async (count: number, more: Data = {}, request: Data = {}) => {
    const body = { template: template(count, more), ...request };
    const answer = await cluster.api.request('PUT', `/deployments/${cluster.id}`, body);
    expect([answer.status, answer.json?.message]).toEqual([202, undefined]);
  };
  const highest = async () => {
    const { json } = await cluster.api.get(`/deployments/${cluster.id}/resources?size=100`);
    const found = json.content.filter(
      ({ toscaNodeName }: { toscaNodeName: string }) => toscaNodeName === 'slave_server',
    );
    const { physicalId } = found.at(-1);
    return cluster.alive('slave').find(({ instanceId }) => instanceId === physicalId)!;
  };
  const cordoned = () => Object.values(inspect().cordoned(cluster.id));
  const isRunning = (taskId: string) =>
    inspect()
      .tasks(cluster.id)
      .some(({ id }) => id === taskId);
  const untilLog = (text: string) =>
    lab.cloud.until(async () => (await cluster.log()).includes(text), {
      what: `“${text}” in the log`,
      everySeconds: 15,
    });

  it(
    'go once every offer of before has timed out, and leave no cordon behind',
    async () => {
      const { instanceId, privateIp } = await highest();
      await want(2);
      await lab.cloud.until(() => cordoned().some((list) => list.includes(privateIp)), { what: 'the cordon' });
      const since = lab.cloud.clock.now();
      await cluster.untilStatus('UPDATE_COMPLETE');
      expect(lab.cloud.clock.now() - since).toBeGreaterThan(40_000);
      expect(cluster.alive('slave').map((one) => one.instanceId)).not.toContain(instanceId);
      await lab.cloud.until(() => cordoned().every((list) => list.length === 0), { what: 'the end of the cordon' });
    },
    timeout,
  );

  it(
    'wait for tasks that cannot be moved, however long',
    async () => {
      const leaving = await highest();
      const task = act().startTask(cluster.id, leaving.privateIp);
      await want(2);
      await untilLog('waits for the end of 1 task');
      await lab.cloud.clock.advance(900_000);
      expect(isRunning(task)).toBe(true);
      expect(await cluster.status()).toBe('UPDATE_IN_PROGRESS');
      act().failTask(cluster.id, task, 'it has ended');
      await cluster.untilStatus('UPDATE_COMPLETE');
      expect(cluster.alive('slave')).toHaveLength(2);
    },
    timeout,
  );

  it(
    'stay, with what runs on them, when they are wanted again',
    async () => {
      const leaving = await highest();
      const task = act().startTask(cluster.id, leaving.privateIp);
      await want(2, {}, { timeoutMins: 5 });
      await cluster.untilStatus('UPDATE_FAILED');
      expect((await cluster.show()).statusReason).toContain('slave-server 3 waits for the end of 1 task');
      await want(3);
      await cluster.untilStatus('UPDATE_COMPLETE');
      expect(cluster.alive('slave').map(({ instanceId }) => instanceId)).toContain(leaving.instanceId);
      expect(isRunning(task)).toBe(true);
      await lab.cloud.until(() => cordoned().every((list) => list.length === 0), { what: 'the end of the cordon' });
    },
    timeout,
  );

  it(
    'are not taken for idle because of a task that comes while offers of before are about',
    async () => {
      const { privateIp } = await highest();
      await want(2);
      const held = () => cordoned().every((list) => list.includes(privateIp));
      await lab.cloud.until(held, { what: 'the cordon', everySeconds: 1 });
      await lab.cloud.clock.advance(30_000);
      const task = act().startTask(cluster.id, privateIp, { seconds: 200 });
      await untilLog('waits for the end of 1 task');
      expect(isRunning(task)).toBe(true);
      await cluster.untilStatus('UPDATE_COMPLETE');
      const ended = inspect()
        .endedTasks(cluster.id)
        .find(({ id }) => id === task);
      expect(ended?.state).toBe('TASK_FINISHED');
    },
    timeout,
  );
});

describe('a slave with services', () => {
  const notebooks = `
    notebooks:
      type: tosca.nodes.indigo.TensorflowOnMesos
      properties:
        marathon_password: { get_property: [ master, marathon_password ] }
        tensorflow_password: for-this-test-only
        tensorflow_image: simulated/task:pull-5
        tensorflow_gpus: 0
      requirements: [ host: master ]`;
  const withNotebooks = (scalable: string) =>
    templateOf({ slaves: 2 })
      .replace('  node_templates:', `  node_templates:${notebooks}`)
      .replace(
        /(slave_server:\s+type: [\w.]+\s+capabilities:\s+scalable: \{ properties: )\{ count: 2 \}/,
        `$1${scalable}`,
      );

  it(
    'has them started elsewhere before it goes',
    async () => {
      const lab = await openE2eLab('moves', { secrets: ['for-this-test-only'] });
      const cluster = await lab.deploy(withNotebooks('{ count: 2 }'));
      await lab.complete([cluster]);
      const running = () => {
        const tasks = lab.cloud.services.nodes.inspect.tasks(cluster.id);
        return tasks.filter(({ state }) => state === 'TASK_RUNNING');
      };
      const [task] = running();
      const { json } = await cluster.api.get(`/deployments/${cluster.id}/resources?size=100`);
      const host = cluster.alive('slave').find(({ privateIp }) => privateIp === task?.ip)!;
      const place = json.content.find(({ physicalId }: { physicalId?: string }) => physicalId === host.instanceId);
      const template = withNotebooks(`{ count: 1, removal_list: [ ${place.uuid} ] }`);
      expect(template).toContain(place.uuid);
      expect((await cluster.api.request('PUT', `/deployments/${cluster.id}`, { template })).status).toBe(202);
      await cluster.untilStatus('UPDATE_COMPLETE');
      const [left, ...more] = cluster.alive('slave');
      expect([left?.instanceId === host.instanceId, more]).toEqual([false, []]);
      expect(running().map(({ ip }) => ip)).toEqual([left?.privateIp]);
      expect(await cluster.log()).toContain('moving services off slave-server');
      await lab.removeAll([cluster]);
      await lab.close();
    },
    timeout,
  );
});
