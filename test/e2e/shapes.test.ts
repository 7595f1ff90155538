/** Clusters of every shape: what the project's own examples ask for, and the extremes of what a template may. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import { clusterNodes, compute, loadBalancer, master, slave, templateText } from '../domain/tosca/templates.ts';
import { addressesOf, type E2eCluster, type E2eLab, openE2eLab } from '../support/e2e-lab.ts';
import { templateOf } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const folder = join(process.cwd(), 'examples');
const examples = readdirSync(folder).filter((name) => /-cluster\.ya?ml$/.test(name));
const exampleParameters = { admin_password: 'an-example-password' };

const withMasters = (count: number) => templateOf({ masters: count, slaves: 1, loadBalancers: 0 });
const twoSlaveGroups = templateText({
  node_templates: clusterNodes({
    lb: undefined,
    lb_server: undefined,
    big_slave: slave({}, 'big_server'),
    big_server: compute({ scalable: { count: 1 }, host: { num_cpus: 8, mem_size: '32 GB' } }),
  }),
  outputs: {
    small: { value: { get_attribute: ['slave_server', 'private_address'] } },
    big: { value: { get_attribute: ['big_server', 'private_address'] } },
  },
});
const noSlave = templateText({
  node_templates: clusterNodes({
    master: { ...master(), type: 'tosca.nodes.indigo.LRMS.FrontEnd.Mesos' },
    slave: {
      ...slave(),
      type: 'tosca.nodes.indigo.LRMS.WorkerNode.Mesos',
      capabilities: { wn: { properties: { min_instances: 0, max_instances: 4 } } },
    },
    slave_server: compute({ scalable: { count: 0 }, host: { num_cpus: 2, mem_size: '4 GB' } }),
    lb: loadBalancer(),
  }),
});

const templates: Readonly<Record<string, string>> = {
  ...Object.fromEntries(examples.map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
  'one master': withMasters(1),
  'five masters': withMasters(5),
  'two groups of slaves': twoSlaveGroups,
  'elastic, without a slave yet': noSlave,
};

describe('a cluster', () => {
  let lab: E2eLab;
  const clusters = new Map<string, E2eCluster>();
  const cluster = (name: string) => clusters.get(name) as E2eCluster;
  const instancesOf = (name: string) => cluster(name).alive();
  const software = (name: string) => lab.cloud.services.nodes.inspect.cluster(cluster(name).id);

  beforeAll(async () => {
    lab = await openE2eLab('shapes', { secrets: ['an-example-password', 'pw-marathon'] });
    for (const [name, template] of Object.entries(templates)) {
      const parameters = examples.includes(name) ? exampleParameters : {};
      clusters.set(name, await lab.deploy(template, { parameters }));
    }
    await lab.complete([...clusters.values()]);
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  it('of the project’s example is what the example says', async () => {
    expect(examples).toContain('mesos-cluster.yaml');
    const { id, show } = cluster('mesos-cluster.yaml');
    const at = addressesOf(lab.cloud, id);
    expect([at.masters.length, at.slaves.length]).toEqual([3, 3]);
    const [first] = at.masters;
    const { outputs } = (await show()) as unknown as { outputs: { slaves: string[] } };
    expect({ ...outputs, slaves: outputs.slaves.toSorted() }).toEqual({
      virtual_address: at.virtual,
      mesos_endpoint: `http://${first?.publicIp}:5050`,
      marathon_endpoint: `https://${first?.publicIp}:8443`,
      chronos_endpoint: `https://${first?.publicIp}:4443`,
      masters: at.masters.map(({ publicIp }) => publicIp),
      slaves: at.slaves.map(({ privateIp }) => privateIp).sort(),
    });
  });

  it.each([
    ['one master', 1],
    ['five masters', 5],
  ])('with %s has its quorum and no virtual address', (name, count) => {
    const { masters, virtual } = addressesOf(lab.cloud, cluster(name).id);
    expect(masters).toHaveLength(count);
    expect(new Set(masters.map(({ tags }) => tags[tagKeys.slot])).size).toBe(count);
    expect(new Set(masters.map(({ zone }) => zone)).size).toBe(Math.min(count, 3));
    expect(software(name)?.ensembleSize).toBe(count);
    expect(virtual).toBeUndefined();
  });

  it('with two groups of slaves has the right number and size of each', async () => {
    const ofGroup = (group: string) =>
      instancesOf('two groups of slaves').filter(({ tags }) => tags[tagKeys.group] === group);
    const outputs = (await cluster('two groups of slaves').show()).outputs as Record<string, string[]>;
    expect(outputs.small?.toSorted()).toEqual(
      ofGroup('slave-server')
        .map(({ privateIp }) => privateIp)
        .sort(),
    );
    expect(outputs.big).toEqual(ofGroup('big-server').map(({ privateIp }) => privateIp));
    expect([ofGroup('slave-server').length, ofGroup('big-server').length]).toEqual([2, 1]);
    expect(ofGroup('big-server')[0]?.instanceType).toMatch(/\.2xlarge$/);
    expect(software('two groups of slaves')?.registeredAgents).toHaveLength(3);
  });

  it('that is elastic is complete without a slave', async () => {
    const name = 'elastic, without a slave yet';
    expect(
      instancesOf(name)
        .map(({ tags }) => tags[tagKeys.role])
        .sort(),
    ).toEqual(['load-balancer', 'master']);
    expect((await cluster(name).show()).status).toBe('CREATE_COMPLETE');
  });

  it('leaves nothing when it is deleted, whatever its shape', async () => {
    await lab.removeAll([...clusters.values()]);
    lab.expectEmpty();
  }, 60_000);
});
