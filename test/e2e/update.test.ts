/** PUT on running clusters: everything that an update can change, seen from outside. */
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import type { InspectedInstance } from '../../local/ec2/inspect.ts';
import { clusterNodes, compute, type Data, loadBalancer, slave, templateText } from '../domain/tosca/templates.ts';
import { addressesOf, type E2eCluster, type E2eLab, errorOf, openE2eLab } from '../support/e2e-lab.ts';
import { viewOf } from '../support/invariants.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const timeout = 300_000;
const slaves = (count: number, host: Data = {}, more: Data = {}): Data =>
  compute({ scalable: { count, ...more }, host: { num_cpus: 2, mem_size: '4 GB', ...host } });
const balancers = (count: number): Data =>
  compute({ scalable: { count }, endpoint: { network_name: 'PUBLIC' }, host: { num_cpus: 1, mem_size: '2 GB' } });
const small = { lb: undefined, lb_server: undefined };

interface Changes {
  readonly [node: string]: Data | undefined;
}
const template = (changes: Changes): string =>
  templateText({
    node_templates: clusterNodes(changes),
    outputs: {
      slaves: { value: { get_attribute: ['slave_server', 'private_address'] } },
      ...(changes.lb_server ? { address: { value: { get_attribute: ['lb_server', 'public_address'] } } } : {}),
    },
  });

describe('an update', () => {
  let lab: E2eLab;

  beforeAll(async () => {
    lab = await openE2eLab('updates', { secrets: ['pw-marathon'] });
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  const deploy = async (changes: Changes): Promise<E2eCluster> => {
    const cluster = await lab.deploy(template(changes));
    await lab.complete([cluster]);
    return cluster;
  };
  const put = ({ id, api }: E2eCluster, body: unknown) => api.request('PUT', `/deployments/${id}`, body);
  const update = async (cluster: E2eCluster, changes: Changes): Promise<void> => {
    const answer = await put(cluster, { template: template(changes) });
    expect([answer.status, answer.json?.message]).toEqual([202, undefined]);
    expect(answer.json).toMatchObject({ uuid: cluster.id, status: 'UPDATE_IN_PROGRESS' });
    await cluster.untilStatus('UPDATE_COMPLETE');
  };
  const resources = async ({ id, api }: E2eCluster, name: string) => {
    const { json } = await api.get(`/deployments/${id}/resources?size=2000&page=0&sort=toscaNodeName,asc`);
    const content = json.content as readonly {
      toscaNodeName: string;
      uuid: string;
      physicalId: string;
      state: string;
    }[];
    return content.filter(({ toscaNodeName }) => toscaNodeName === name);
  };
  const ids = (instances: readonly InspectedInstance[]) => instances.map(({ instanceId }) => instanceId).sort();
  const settled = async ({ id }: E2eCluster) => {
    const running = () =>
      lab.cloud.services.states.inspect
        .executions()
        .some(({ name, status }) => name.startsWith(id) && status === 'RUNNING');
    await lab.cloud.until(() => !running(), { what: 'the end of the run' });
  };

  it(
    'adds slaves, takes away those that are named, and then those with the highest places',
    async () => {
      const cluster = await deploy({ ...small, slave_server: slaves(1) });
      await update(cluster, { ...small, slave_server: slaves(4) });
      const four = await resources(cluster, 'slave_server');
      expect(four.map(({ state }) => state)).toEqual(Array(4).fill('STARTED'));
      const second = four.find(({ uuid }) => uuid !== four[0]!.uuid)!;
      await update(cluster, { ...small, slave_server: slaves(3, {}, { removal_list: [second.uuid] }) });
      const three = await resources(cluster, 'slave_server');
      expect(three.map(({ uuid }) => uuid).sort()).toEqual(
        four.flatMap(({ uuid }) => (uuid === second.uuid ? [] : uuid)).sort(),
      );
      expect(ids(cluster.alive('slave'))).not.toContain(second.physicalId);
      await update(cluster, { ...small, slave_server: slaves(0) });
      expect(cluster.alive('slave')).toEqual([]);
      expect((await cluster.show()).outputs).toEqual({ slaves: [] });
      await settled(cluster);
      await lab.removeAll([cluster]);
    },
    timeout,
  );

  it(
    'that changes nothing is complete at once, with the same nodes',
    async () => {
      const cluster = await deploy({ ...small, slave_server: slaves(1) });
      const before = ids(cluster.alive());
      await update(cluster, { ...small, slave_server: slaves(1) });
      expect(ids(cluster.alive())).toEqual(before);
      expect(cluster.launched()).toBe(before.length);
      await settled(cluster);
      await lab.removeAll([cluster]);
    },
    timeout,
  );

  it(
    'adds a group of slaves and takes it away again, with all that was made for it',
    async () => {
      const cluster = await deploy({ ...small, slave_server: slaves(1) });
      await settled(cluster);
      const leftovers = () => lab.cloud.services.ec2.inspect.leftovers(tagKeys.clusterId, cluster.id);
      const ofKind = (names: readonly string[]) =>
        ['sg-', 'lt-', 'eipalloc-'].map((prefix) => names.filter((name) => name.includes(prefix)).length);
      const before = ofKind(leftovers());
      const more = { big: slave({}, 'big_server'), big_server: slaves(2, { num_cpus: 8, mem_size: '32 GB' }) };
      await update(cluster, { ...small, slave_server: slaves(1), ...more });
      expect(cluster.alive('slave')).toHaveLength(3);
      expect(ofKind(leftovers())).not.toEqual(before);
      await update(cluster, { ...small, slave_server: slaves(1) });
      expect(cluster.alive('slave')).toHaveLength(1);
      await settled(cluster);
      expect(ofKind(leftovers())).toEqual(before);
      await lab.removeAll([cluster]);
    },
    timeout,
  );

  it(
    'replaces slaves of another size without ever having fewer, and masters one at a time',
    async () => {
      const masters = (host: Data) =>
        compute({ scalable: { count: 3 }, host: { num_cpus: 2, mem_size: '4 GB', ...host } });
      const cluster = await deploy({ ...small, slave_server: slaves(3), master_server: masters({}) });
      const before = new Set(ids(cluster.alive()));
      let fewest = Number.POSITIVE_INFINITY;
      lab.cloud.hold(async (cloud) => {
        const view = (await viewOf(cloud)).clusters.get(cluster.id);
        if (view?.record?.desired.presence !== 'present') return;
        const staying = view.nodes.filter(({ role, status }) => role === 'slave' && status === 'ready').length;
        fewest = Math.min(fewest, staying);
      });
      const larger = { num_cpus: 8, mem_size: '32 GB' };
      await update(cluster, { ...small, slave_server: slaves(3, larger), master_server: masters(larger) });
      expect(fewest).toBe(3);
      const after = cluster.alive();
      expect(after).toHaveLength(6);
      expect(after.filter(({ instanceId }) => before.has(instanceId))).toEqual([]);
      expect(new Set(after.map(({ instanceType }) => instanceType.split('.')[1]))).toEqual(new Set(['2xlarge']));
      await lab.removeAll([cluster]);
    },
    timeout,
  );

  it(
    'adds load balancers, leaves one, and takes the last away with its address',
    async () => {
      const cluster = await deploy({ ...small, slave_server: slaves(0) });
      const virtual = () => addressesOf(lab.cloud, cluster.id).virtual;
      const lb = loadBalancer();
      await update(cluster, { slave_server: slaves(0), lb, lb_server: balancers(1) });
      const address = virtual();
      expect((await cluster.show()).outputs).toEqual({ slaves: [], address: [address] });
      await update(cluster, { slave_server: slaves(0), lb, lb_server: balancers(2) });
      expect([cluster.alive('load-balancer').length, virtual()]).toEqual([2, address]);
      await update(cluster, { slave_server: slaves(0), lb, lb_server: balancers(1) });
      expect([cluster.alive('load-balancer').length, virtual()]).toEqual([1, address]);
      await update(cluster, { ...small, slave_server: slaves(0) });
      expect(cluster.alive('load-balancer')).toEqual([]);
      await settled(cluster);
      const addresses = lab.cloud.services.ec2.inspect.addresses();
      expect(addresses.filter(({ publicIp }) => publicIp === address)).toEqual([]);
      await lab.removeAll([cluster]);
    },
    timeout,
  );

  it(
    'replaces the only load balancer by one beside it',
    async () => {
      const lb = loadBalancer();
      const cluster = await deploy({ slave_server: slaves(0), lb, lb_server: balancers(1) });
      const [before] = ids(cluster.alive('load-balancer'));
      const { virtual } = addressesOf(lab.cloud, cluster.id);
      const bigger = compute({ endpoint: { network_name: 'PUBLIC' }, host: { num_cpus: 8, mem_size: '32 GB' } });
      await update(cluster, { slave_server: slaves(0), lb, lb_server: bigger });
      const after = ids(cluster.alive('load-balancer'));
      expect([after.length, after.includes(before!), addressesOf(lab.cloud, cluster.id).virtual]).toEqual([
        1,
        false,
        virtual,
      ]);
      await lab.removeAll([cluster]);
    },
    timeout,
  );

  it(
    'opens and closes ports of the nodes that are there',
    async () => {
      const open = (ports?: Data) =>
        compute({
          scalable: { count: 1 },
          host: { num_cpus: 2, mem_size: '4 GB' },
          endpoint: { network_name: 'PUBLIC', ...(ports && { ports }) },
        });
      const cluster = await deploy({ ...small, slave_server: open() });
      const [instance] = cluster.alive('slave');
      const ports = { web: { protocol: 'tcp', source: 8080 }, dns: { protocol: 'udp', source: 53 } };
      await update(cluster, { ...small, slave_server: open(ports) });
      const reachable = () => lab.cloud.services.ec2.inspect.openPorts(instance!.instanceId);
      expect(reachable()).toEqual(['tcp 8080', 'udp 53']);
      await update(cluster, { ...small, slave_server: open({ web: ports.web }) });
      expect(reachable()).toEqual(['tcp 8080']);
      expect(ids(cluster.alive('slave'))).toEqual([instance!.instanceId]);
      await lab.removeAll([cluster]);
    },
    timeout,
  );

  it(
    'is made once of two that come at the same moment',
    async () => {
      const cluster = await deploy({ ...small, slave_server: slaves(1) });
      const answers = await Promise.all(
        [2, 3].map((count) => put(cluster, { template: template({ ...small, slave_server: slaves(count) }) })),
      );
      const [won, lost] = answers.toSorted((a, b) => a.status - b.status);
      expect([won?.status, lost?.status]).toEqual([202, 409]);
      expect(errorOf(lost!).message).toMatch(
        /concurrent update|Cannot update a deployment in UPDATE_IN_PROGRESS state/,
      );
      await cluster.untilStatus('UPDATE_COMPLETE');
      expect(cluster.alive('slave')).toHaveLength(answers.indexOf(won!) + 2);
      await lab.removeAll([cluster]);
    },
    timeout,
  );

  it(
    'loses against a deletion, whichever comes first',
    async () => {
      const clusters = await Promise.all([1, 2].map(() => lab.deploy(template({ ...small, slave_server: slaves(1) }))));
      await lab.complete(clusters);
      const [first, second] = clusters as [E2eCluster, E2eCluster];
      await Promise.all([
        put(first, { template: template({ ...small, slave_server: slaves(3) }) }),
        first.requestDelete(),
      ]);
      await put(second, { template: template({ ...small, slave_server: slaves(3) }) });
      await second.requestDelete();
      await lab.untilGone(clusters);
    },
    timeout,
  );

  it(
    'comes through although nodes are lost meanwhile',
    async () => {
      const cluster = await deploy({ ...small, slave_server: slaves(3) });
      const [lost, other] = ids(cluster.alive('slave'));
      lab.cloud.services.ec2.inspect.kill(lost!);
      expect((await put(cluster, { template: template({ ...small, slave_server: slaves(5) }) })).status).toBe(202);
      lab.cloud.services.ec2.inspect.kill(other!);
      await cluster.untilStatus('UPDATE_COMPLETE');
      expect(cluster.alive('slave')).toHaveLength(5);
      await lab.removeAll([cluster]);
    },
    timeout,
  );

  it(
    'that cannot succeed fails with its reason, removes nothing, and can be followed by another',
    async () => {
      const cluster = await deploy({ ...small, slave_server: slaves(1) });
      const before = ids(cluster.alive());
      const body = {
        template: template({ ...small, slave_server: slaves(2, { num_cpus: 8, mem_size: '32 GB' }) }),
        timeoutMins: 1,
      };
      expect((await put(cluster, body)).status).toBe(202);
      await cluster.untilStatus('UPDATE_FAILED', { everySeconds: 1 });
      expect((await cluster.show()).statusReason).toMatch(/^Timeout: Maximum execution time exceeded\./);
      expect(ids(cluster.alive())).toEqual(expect.arrayContaining(before));
      await cluster.untilStatus('UPDATE_COMPLETE');
      expect(cluster.alive('slave')).toHaveLength(2);
      await update(cluster, { ...small, slave_server: slaves(1, { num_cpus: 8, mem_size: '32 GB' }) });
      await lab.removeAll([cluster]);
    },
    timeout,
  );

  it(
    'goes as CLUES does it: the template is read, changed and sent, and the resources are polled',
    async () => {
      const cluster = await deploy({ ...small, slave_server: slaves(1) });
      const { id, api } = cluster;
      const step = async (count: number, removals: readonly string[]): Promise<void> => {
        const text = await api.request('GET', `/deployments/${id}/template`, undefined, { accept: 'text/plain' });
        const read = JSON.parse(text.text);
        expect(text.text).not.toContain('removal_list');
        const { scalable } = read.topology_template.node_templates.slave_server.capabilities;
        Object.assign(scalable.properties, { count, removal_list: removals });
        expect((await put(cluster, { template: JSON.stringify(read) })).status).toBe(202);
        await cluster.untilStatus('UPDATE_COMPLETE');
      };
      const known = new Set((await resources(cluster, 'slave_server')).map(({ uuid }) => uuid));
      await step(2, []);
      const added = (await resources(cluster, 'slave_server')).filter(({ uuid }) => !known.has(uuid));
      expect(added).toHaveLength(1);
      await step(1, [added[0]!.uuid]);
      expect((await resources(cluster, 'slave_server')).map(({ uuid }) => uuid)).toEqual([...known]);
      await lab.removeAll([cluster]);
      lab.expectEmpty();
    },
    timeout,
  );
});
