/** Software on top of a cluster, from the template to its tasks and back. */
import { type E2eCluster, type E2eLab, openE2eLab } from '../support/e2e-lab.ts';
import { templateOf } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const password = 'jupyter-pw-of-the-test';
const spark = `
    spark:
      type: tosca.nodes.indigo.SparkMesos
      properties:
        marathon_password: { get_property: [ master, marathon_password ] }
        zookeeper_peers: { get_attribute: [ master_server, private_address ] }
      requirements: [ host: master ]`;
const notebooks = (image: string) => `
    notebooks:
      type: tosca.nodes.indigo.TensorflowOnMesos
      properties:
        marathon_password: { get_property: [ master, marathon_password ] }
        tensorflow_password: { get_input: tensorflow_password }
        tensorflow_image: ${image}
        tensorflow_gpus: 0
      requirements: [ host: master ]`;

/** One master, two slaves, one load balancer, and more. */
const withNodes = (...nodes: readonly string[]) =>
  templateOf({ masters: 1, slaves: 2, loadBalancers: 1 }).replace(
    '  node_templates:\n',
    `  inputs:\n    tensorflow_password: { type: string }\n  node_templates:${nodes.join('')}\n`,
  );

describe('add-ons', () => {
  let lab: E2eLab;
  let good: E2eCluster;
  let crashing: E2eCluster;

  beforeAll(async () => {
    lab = await openE2eLab('add-ons', { secrets: [password] });
    const parameters = { tensorflow_password: password };
    good = await lab.deploy(withNodes(spark, notebooks('simulated/task:pull-90')), { parameters });
    crashing = await lab.deploy(withNodes(notebooks('simulated/task:exit-3')), { parameters, timeoutMins: 6 });
    await crashing.untilStatus('CREATE_FAILED', { withinSeconds: 600 });
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  const tasksOf = ({ id }: E2eCluster) => lab.cloud.services.nodes.inspect.tasks(id);

  it('run when the deployment is complete', async () => {
    expect(await good.status()).toBe('CREATE_COMPLETE');
    const running = tasksOf(good).map(({ name, state }) => [name.replace(`.${good.id}`, ''), state]);
    expect(running.sort()).toEqual([
      ['apache-zeppelin.spark', 'TASK_RUNNING'],
      ['tensorflow.notebooks', 'TASK_RUNNING'],
    ]);
    const log = await good.log();
    const told = ['deploying add-on notebooks', 'publishing outputs'].map((text) => log.indexOf(text));
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told).not.toContain(-1);
  });

  it('that crash again and again fail the deployment, which says so', async () => {
    expect((await crashing.show()).statusReason).toMatch(
      /^Timeout: Maximum execution time exceeded\. add-on notebooks: tensorflow: .*TASK_FAILED/,
    );
  });

  it('are removed and changed by an update, the others left alone', async () => {
    const template = withNodes(notebooks('simulated/task:pull-5'));
    const answer = await good.api.request('PUT', `/deployments/${good.id}`, { template });
    expect([answer.status, answer.json.status]).toEqual([202, 'UPDATE_IN_PROGRESS']);
    await good.untilStatus('UPDATE_COMPLETE');
    expect(tasksOf(good).map(({ name, state }) => [name.replace(`.${good.id}`, ''), state])).toEqual([
      ['tensorflow.notebooks', 'TASK_RUNNING'],
    ]);
    expect(await good.log()).toContain('add-on spark is removed');
  }, 60_000);

  it('end before the instances of their cluster, and leave nothing', async () => {
    const alive = () => good.alive().length;
    const all = alive();
    expect((await good.api.delete(`/deployments/${good.id}`)).status).toBe(204);
    await lab.cloud.until(() => tasksOf(good).length === 0 || alive() < all, { everySeconds: 1, what: 'the tasks' });
    expect([tasksOf(good).length, alive()]).toEqual([0, all]);
    await lab.untilGone([good]);
    await lab.removeAll([crashing]);
    lab.expectEmpty();
  }, 120_000);
});
