/** What may come in between when a slave that nothing needs is taken away: nothing that runs is harmed, and no cordon stays. */
import type { E2eCluster } from '../support/e2e-lab.ts';
import { type ElasticLab, openElasticLab } from '../support/elastic-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const minute = 60_000;

jest.setTimeout(120_000);

let lab: ElasticLab;
let cluster: E2eCluster;
beforeAll(async () => {
  lab = await openElasticLab('elastic-hazards');
  cluster = await lab.elastic({ masters: 3 });
}, ASSEMBLY_TIMEOUT_MS);
afterEach(async () => {
  lab.cloud.faults.clear();
  lab.endAll(cluster);
  await lab.untilSlaves(cluster, 0);
  await lab.cloud.until(() => cordons().every((list) => list.length === 0), { what: 'the end of the cordons' });
});
afterAll(() => lab.close());

const { nodes } = { nodes: () => lab.cloud.services.nodes };
const cordons = () => Object.values(nodes().inspect.cordoned(cluster.id));
const isHeldBack = (ip: string) => cordons().every((list) => list.includes(ip));
const untilHeldBack = (ip: string) =>
  lab.cloud.until(() => isHeldBack(ip), { what: `the cordon of ${ip}`, everySeconds: 1 });
const find = (instanceId: string) => lab.slaves(cluster).find((one) => one.instanceId === instanceId);
const untilGone = (instanceId: string) =>
  lab.cloud.until(() => find(instanceId) === undefined, { what: `the end of ${instanceId}`, everySeconds: 10 });
const endedTask = (taskId: string) =>
  nodes()
    .inspect.endedTasks(cluster.id)
    .find(({ id }) => id === taskId);

/** Two slaves whose work has just ended. */
async function twoIdle() {
  lab.app(cluster, 'burst', { instances: 2, cpus: 3 });
  await lab.untilSlaves(cluster, 2);
  await lab.untilRunning(cluster, 2);
  lab.endApp(cluster, 'burst');
  const [one, other] = lab.slaves(cluster);
  if (!one || !other) throw new Error('there are not two slaves');
  return { one, other };
}

describe('a slave that nothing needs', () => {
  it('stays while a task runs that came by an offer from before the cordon', async () => {
    const { one, other } = await twoIdle();
    await untilHeldBack(one.privateIp);
    await lab.cloud.clock.advance(20_000);
    const task = nodes().act.startTask(cluster.id, one.privateIp, { seconds: 900 });
    await untilGone(other.instanceId);
    expect(find(one.instanceId)).toBeDefined();
    await untilGone(one.instanceId);
    expect(endedTask(task)?.state).toBe('TASK_FINISHED');
  });

  it('stays when a task comes between the last look and the end of its agent', async () => {
    const { one, other } = await twoIdle();
    const { commands } = lab.cloud.services.ssm.inspect;
    const isLeaving = () =>
      commands().some(
        ({ documentName, instanceIds }) => /stop-?agent/i.test(documentName) && instanceIds.includes(one.instanceId),
      );
    await lab.cloud.until(isLeaving, { what: 'the end of its agent', everySeconds: 0.1 });
    const task = nodes().act.startTask(cluster.id, one.privateIp, { seconds: 600 });
    await untilGone(other.instanceId);
    await untilGone(one.instanceId);
    expect(endedTask(task)?.state).toBe('TASK_FINISHED');
  });

  it('stays for ever if something is reserved on it', async () => {
    const { one } = await twoIdle();
    const resources = { cpus: 0.5, mem: 128, disk: 1024, gpus: 0 };
    nodes().act.reserve(cluster.id, one.privateIp, { role: 'db', resources });
    await lab.untilSlaves(cluster, 1);
    await lab.cloud.clock.advance(20 * minute);
    expect(lab.slaves(cluster).map(({ instanceId }) => instanceId)).toEqual([one.instanceId]);
    lab.cloud.services.ec2.inspect.kill(one.instanceId);
  });

  it('stays while an executor without tasks holds resources of it', async () => {
    const { one } = await twoIdle();
    const end = nodes().act.holdExecutor(cluster.id, one.privateIp);
    await lab.untilSlaves(cluster, 1);
    await lab.cloud.clock.advance(10 * minute);
    expect(lab.slaves(cluster).map(({ instanceId }) => instanceId)).toEqual([one.instanceId]);
    end();
  });

  it('stays while the report that would tell of it does not mention it', async () => {
    const { one } = await twoIdle();
    await untilHeldBack(one.privateIp);
    const task = nodes().act.startTask(cluster.id, one.privateIp, { seconds: 600 });
    const show = nodes().act.hideAgents(cluster.id, [one.privateIp]);
    await lab.cloud.clock.advance(1.5 * minute);
    expect(find(one.instanceId)).toBeDefined();
    show();
    await untilGone(one.instanceId);
    expect(endedTask(task)?.state).toBe('TASK_FINISHED');
  });

  it('stays with what runs there when the masters go on telling what was so before', async () => {
    const { one } = await twoIdle();
    await lab.cloud.clock.advance(minute);
    const thaw = nodes().act.freeze(cluster.id, 'mesos');
    const task = nodes().act.startTask(cluster.id, one.privateIp, { seconds: 900 });
    await lab.cloud.clock.advance(10 * minute);
    expect(find(one.instanceId)).toBeDefined();
    thaw();
    await untilGone(one.instanceId);
    expect(endedTask(task)?.state).toBe('TASK_FINISHED');
  });

  it.each(['mesos', 'marathon', 'chronos'] as const)('stays while %s does not answer', async (service) => {
    await twoIdle();
    await lab.cloud.clock.advance(4 * minute);
    const before = lab.slaves(cluster).map(({ instanceId }) => instanceId);
    const answer = nodes().act.silence(cluster.id, service);
    await lab.cloud.clock.advance(5 * minute);
    expect(lab.slaves(cluster).map(({ instanceId }) => instanceId)).toEqual(before);
    expect(cordons().flat()).toEqual([]);
    answer();
  });

  it('is taken back, and no other launched, when work comes while it is drained', async () => {
    const { one, other } = await twoIdle();
    await untilHeldBack(one.privateIp);
    const before = cluster.launched();
    lab.app(cluster, 'again', { instances: 2, cpus: 3 });
    await lab.untilRunning(cluster, 2);
    await lab.untilSlaves(cluster, 2);
    expect(lab.slaves(cluster).map(({ instanceId }) => instanceId)).toEqual([one.instanceId, other.instanceId]);
    expect(cluster.launched()).toBe(before);
  });

  it('goes later if a master does not take its cordon, and not before all have it', async () => {
    const { one } = await twoIdle();
    lab.cloud.faults.add({ kind: 'command', document: 'cordon-nodes', times: 2 });
    await untilGone(one.instanceId);
  });

  it('goes only when the masters that there are then hold it back, if one is lost in the middle', async () => {
    const { one } = await twoIdle();
    await untilHeldBack(one.privateIp);
    const leader = nodes().inspect.cluster(cluster.id)?.mesosLeader;
    const master = cluster.alive('master').find(({ privateIp }) => privateIp === leader);
    lab.cloud.services.ec2.inspect.kill(master?.instanceId ?? '');
    const knowsAgents = () =>
      nodes()
        .inspect.cluster(cluster.id)
        ?.registeredAgents.some(({ ip }) => ip === one.privateIp);
    await lab.cloud.until(() => knowsAgents() === true, { what: 'a leader that knows the agents', everySeconds: 1 });
    const task = nodes().act.startTask(cluster.id, one.privateIp, { seconds: 400 });
    await untilGone(one.instanceId);
    expect(endedTask(task)?.state).toBe('TASK_FINISHED');
    await lab.cloud.until(async () => (await cluster.lacks()).length === 0, { what: 'a whole cluster' });
  });

  it('leaves an address that another one may have, and is offered at', async () => {
    const { one, other } = await twoIdle();
    await lab.untilSlaves(cluster, 0);
    lab.app(cluster, 'burst', { instances: 2, cpus: 3 });
    await lab.untilRunning(cluster, 2);
    const busy = lab.running(cluster).map(({ ip }) => ip);
    expect(new Set(busy)).toEqual(new Set([one.privateIp, other.privateIp]));
  });
});
