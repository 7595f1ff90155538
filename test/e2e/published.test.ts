/** Templates that others published, deployed whole: what their users get. */
import { ResourceView } from '../../lambdas/contracts/api.ts';
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import { type Addresses, addressesOf, type E2eCluster, type E2eLab, errorOf, openE2eLab } from '../support/e2e-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';
import { describePublished, publishedNames, publishedText } from '../support/published-templates.ts';

const read = (name: string) => publishedText('clusters', name);
const files = publishedNames('clusters');

const passwords = {
  mesos_password: 'pw-of-mesos-1',
  marathon_password: 'pw-of-marathon-2',
  chronos_password: 'pw-of-chronos-3',
};

interface Expected {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly outputs: (at: Addresses) => unknown;
  /** How many resources of each node template there are. */
  readonly resources: Readonly<Record<string, number>>;
  /** What runs on the cluster, as `app.add-on`. @default nothing */
  readonly tasks?: readonly string[];
}

/** What stands in the way of the others. */
const refused: Readonly<Record<string, string>> = {
  'CMS-HTCondor-AWS.yaml':
    "node_templates.cms_wn: type tosca.nodes.indigo.CmsWnConfig is not supported: the Ansible role indigo-dc.cms_config installs CVMFS and Metricbeat on the slaves' operating system, which nothing here does; leave it out and give the slaves an image that mounts /cvmfs",
  'tensorflow_on_mesos_gpu.yaml':
    'node_templates.mesos_slave_server.capabilities.host.properties.instance_type: EC2 has no instance type g5.large; near ones are g5.xlarge, g5.2xlarge, g5.4xlarge, g5.8xlarge',
};

const software = { mesos_master: 1, mesos_slave: 1, mesos_load_balancer: 1 };
const publicIps = (at: Addresses) => at.masters.map(({ publicIp }) => publicIp);
const endpoints = (at: Addresses) => ({
  mesos_endpoint: `http://${publicIps(at)[0]}:5050`,
  marathon_endpoint: `https://${publicIps(at)[0]}:8443`,
  chronos_endpoint: `https://${publicIps(at)[0]}:4443`,
});

const publicIpOf = ({ slaves }: Addresses, group: string) =>
  slaves.find(({ tags }) => tags[tagKeys.group] === group)?.publicIp;

const deployed: Readonly<Record<string, Expected>> = {
  'CMS-XCache-mesos.yaml': {
    parameters: {},
    outputs: (at) => ({
      mesos_lb_ip: [at.virtual],
      mesos_endpoint: `http://${publicIps(at)[0]}:5050`,
      marathon_endpoint: `http://${publicIps(at)[0]}:8443`,
    }),
    resources: {
      ...{ mesos_master: 1, cms_xcache: 1, 'mesos-cache-redir': 1, mesos_cache: 1, mesos_load_balancer: 1 },
      ...{ 'mesos-master-server': 1, 'mesos-cache-redir-server': 1, 'mesos-cache-server': 1, 'mesos-lb-server': 1 },
      xrootd_block_storage: 1,
    },
    tasks: ['proxy.cms-xcache', 'redirector.cms-xcache', 'server.cms-xcache'],
  },
  'htcondor_cluster.yaml': {
    parameters: {},
    outputs: (at) => ({
      mesos_lb_ip: [expect.stringMatching(/^10\./)],
      mesos_endpoint: `http://${publicIps(at)[0]}:5050`,
      marathon_endpoint: `https://${publicIps(at)[0]}:8443`,
      ccb_endpoint: `condor_status  ${publicIpOf(at, 'mesos-ccb-server')}:9618 -schedd`,
      register_endpoint: `http://${publicIpOf(at, 'mesos-slaveschedd-server')}:48080/register`,
    }),
    resources: {
      ...{ mesos_master: 1, mesos_slave: 1, mesos_slaveschedd: 1, mesos_slaveccb: 1, mesos_load_balancer: 1 },
      ...{ htcondor_services: 1, condor_spool_dir: 1, 'mesos-master-server': 1, 'mesos-slave-server': 1 },
      ...{ 'mesos-slaveschedd-server': 1, 'mesos-ccb-server': 1, 'mesos-lb-server': 1 },
    },
    tasks: ['condorcm', 'condorschedd', 'proxycache'].map((app) => `${app}.htcondor-services`),
  },
  'mesos_cluster.yaml': {
    parameters: { ...passwords, slave_num: '3' },
    outputs: (at) => ({ ...endpoints(at), mesos_lb_ip: [at.virtual], mesos_master: publicIps(at) }),
    resources: { ...software, mesos_master_server: 1, mesos_slave_server: 3, mesos_lb_server: 1 },
  },
  'mesos_cluster_aws.yaml': {
    parameters: {},
    outputs: (at) => ({
      mesos_lb_ips: [at.virtual],
      mesos_master_ips: publicIps(at),
      marathon_endpoint: `http://${publicIps(at)[0]}:8080`,
      chronos_endpoint: `http://${publicIps(at)[0]}:4400`,
    }),
    resources: { ...software, mesos_master_server: 1, mesos_slave_server: 3, mesos_lb_server: 1 },
  },
  'mesos_elastic_cluster.yaml': {
    parameters: {},
    outputs: (at) => ({ ...endpoints(at), mesos_lb_ips: [at.virtual], mesos_master_ips: publicIps(at) }),
    resources: { ...software, elastic_cluster_front_end: 1, mesos_master_server: 1, mesos_lb_server: 1 },
  },
};

describePublished('published clusters', () => {
  let lab: E2eLab;
  const clusters = new Map<string, E2eCluster>();
  const cluster = (name: string) => clusters.get(name) as E2eCluster;

  beforeAll(async () => {
    const ofTemplates = ['AKXX', 's3cret', 'mesos_pass', 'IAM-valid-Token-Here', 'IAM-Client-Secret'];
    lab = await openE2eLab('published', { secrets: [...Object.values(passwords), ...ofTemplates] });
    for (const [name, { parameters }] of Object.entries(deployed)) {
      clusters.set(name, await lab.deploy(read(name), { parameters }));
    }
    await lab.complete([...clusters.values()]);
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  it('are tried, all of them', () => {
    expect(files).toEqual([...Object.keys(deployed), ...Object.keys(refused)].sort());
  });

  it.each(Object.entries(deployed))('%s runs the software on top of it', (name, { tasks = [] }) => {
    const { id } = cluster(name);
    const running = lab.cloud.services.nodes.inspect.tasks(id).filter(({ state }) => state === 'TASK_RUNNING');
    expect(running.map((task) => task.name.replace(`.${id}`, '')).sort()).toEqual(tasks);
  });

  it.each(Object.entries(deployed))('%s has outputs with the real addresses', async (name, { outputs }) => {
    expect((await cluster(name).show()).outputs).toEqual(outputs(addressesOf(lab.cloud, cluster(name).id)));
  });

  it.each(Object.entries(deployed))('%s has the contract’s resources', async (name, { resources }) => {
    const { api, id } = cluster(name);
    const { content, page } = (await api.get(`/deployments/${id}/resources`)).json;
    const views = ResourceView.array().parse(content);
    expect(page).toMatchObject({ totalElements: views.length, totalPages: 1, number: 0 });
    const byNode = Map.groupBy(views, ({ toscaNodeName }) => toscaNodeName);
    expect(Object.fromEntries([...byNode].map(([node, ones]) => [node, ones.length]))).toEqual(resources);
    expect(new Set(views.map(({ state }) => state))).toEqual(new Set(['STARTED']));
    expect(new Set(views.map(({ uuid }) => uuid)).size).toBe(views.length);
    for (const view of views) {
      expect(view.links.map(({ rel }) => rel)).toEqual(['deployment', 'self']);
      const own = await api.get(new URL(view.links[1]?.href ?? '').pathname);
      expect(own.json).toEqual(view);
    }
  });

  it.each(Object.keys(deployed))('%s shows its instances as resources of type Compute', async (name) => {
    const { api, id, alive } = cluster(name);
    const { json } = await api.get(`/deployments/${id}/resources/filter?type=tosca.nodes.Compute`);
    const views = ResourceView.array().parse(json);
    expect(views.map(({ physicalId }) => physicalId).sort()).toEqual(
      alive()
        .map(({ instanceId }) => instanceId)
        .sort(),
    );
    const infos = views.map(({ metadata }) => JSON.parse(metadata.VirtualMachineInfo ?? ''));
    expect((await api.get(`/deployments/${id}/extrainfo`)).json).toEqual(infos);
    for (const { vmProperties } of infos)
      expect(vmProperties[0]).toMatchObject({ class: 'system', state: 'configured' });
  });

  it.each(Object.keys(deployed))('%s is given back as it was sent', async (name) => {
    const { api, id } = cluster(name);
    expect((await api.get(`/deployments/${id}/template`)).text).toBe(read(name));
  });

  it.each(Object.entries(refused))('%s is refused, with what stands in the way', async (name, reason) => {
    const parameters = { ...passwords, tensorflow_password: 'pw-of-jupyter-4' };
    const answer = await lab.api.post('/deployments', { template: read(name), parameters });
    const { code, message } = errorOf(answer);
    expect([answer.status, code, message]).toEqual([400, 400, reason]);
  });

  it('leave nothing when they are deleted', async () => {
    await lab.removeAll([...clusters.values()]);
    for (const { api, id } of clusters.values()) {
      const answer = await api.get(`/deployments/${id}`);
      expect([answer.status, errorOf(answer).message]).toEqual([404, `The deployment <${id}> doesn't exist`]);
    }
    expect((await lab.api.get('/deployments')).json.content).toEqual([]);
    lab.expectEmpty();
  }, 60_000);
});
