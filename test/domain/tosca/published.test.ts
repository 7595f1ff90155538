/** Templates that others published: real ones must work, whatever their authors thought of. */
import { type ClusterSpec, groupsOf } from '../../../lambdas/domain/cluster/spec.ts';
import { attributesOf, specifyCluster } from '../../../lambdas/domain/cluster/specification.ts';
import {
  deploymentTypeOf,
  evaluateOutputs,
  parseTemplate,
  readTopology,
  redactTemplate,
  restoreTemplate,
  type Topology,
} from '../../../lambdas/domain/tosca/index.ts';
import {
  describePublished,
  publishedNames,
  publishedText,
  workloadParameters,
} from '../../support/published-templates.ts';
import { nodesOf } from '../cluster/specification-nodes.ts';
import { refusal } from './templates.ts';

const files = publishedNames;
const text = publishedText;

const parameters = {
  tensorflow_password: 'pw-0',
  mesos_password: 'pw-1',
  marathon_password: 'pw-2',
  chronos_password: 'pw-3',
  slave_num: '3',
};
const context = {
  deploymentId: '0197a000-0000-7000-8000-000000000001',
  region: 'eu-west-1',
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  maxSlaves: 100,
};

function build(template: string) {
  const topology = readTopology(parseTemplate(template), parameters);
  return { topology, ...specifyCluster(topology, context) };
}
const shape = (spec: ClusterSpec) =>
  groupsOf(spec).map(({ name, role, count, public: open }) => [name, role, count, open]);

/** Takes software out that is not supported, so that the rest of a published template can be tried. */
function without(template: string, ...names: string[]): string {
  return names.reduce(
    (rest, name) => rest.replace(new RegExp(`^    ${name}:\\n(?:(?:      .*|\\s*)\\n)+`, 'm'), ''),
    template,
  );
}

describePublished('published clusters', () => {
  it.each(files('clusters'))('%s is read whole', (name) => {
    const topology = readTopology(parseTemplate(text('clusters', name)), parameters);
    expect(deploymentTypeOf(topology)).toBe('TOSCA');
    expect(topology.notes).toEqual([]);
  });

  it('mesos_cluster.yaml has the outputs that its users know', () => {
    const { topology, spec, credentials } = build(text('clusters', 'mesos_cluster.yaml'));
    expect(shape(spec)).toEqual([
      ['mesos-master-server', 'master', 1, true],
      ['mesos-lb-server', 'load-balancer', 1, true],
      ['mesos-slave-server', 'slave', 3, false],
    ]);
    expect(credentials).toEqual({ mesosPassword: 'pw-1', marathonPassword: 'pw-2', chronosPassword: 'pw-3' });
    const { nodes, foundation } = nodesOf(spec);
    expect(evaluateOutputs(topology.outputs, attributesOf(spec, nodes, foundation))).toEqual({
      mesos_endpoint: 'http://203.0.113.1:5050',
      marathon_endpoint: 'https://203.0.113.1:8443',
      chronos_endpoint: 'https://203.0.113.1:4443',
      mesos_lb_ip: ['203.0.113.100'],
      mesos_master: ['203.0.113.1'],
    });
  });

  it('mesos_cluster_aws.yaml keeps passwords and keys out of the record', () => {
    const template = text('clusters', 'mesos_cluster_aws.yaml');
    const document = parseTemplate(template);
    const topology = readTopology(document, {});
    const { text: stored, literals } = redactTemplate(document, topology);
    expect(stored).not.toMatch(/s3cret|AKXX|SKXX/);
    expect(restoreTemplate(stored, literals)).toBe(template);
    const { spec } = specifyCluster(topology, context);
    expect(JSON.stringify(spec)).not.toMatch(/s3cret|AKXX|SKXX/);
    expect(spec.masters.openPorts.map(({ from }) => from)).toEqual([4400, 5050, 8080]);
  });

  it('mesos_elastic_cluster.yaml starts with no slave and may have three', () => {
    const [slaves] = build(text('clusters', 'mesos_elastic_cluster.yaml')).spec.slaves;
    expect(slaves).toMatchObject({ count: 0, bounds: { min: 0, max: 3 } });
  });

  it('CMS-XCache-mesos.yaml has a volume, once its service is taken out', () => {
    const { spec } = build(without(text('clusters', 'CMS-XCache-mesos.yaml'), 'cms_xcache'));
    expect(spec.slaves.map(({ volumes }) => volumes)).toEqual([
      [],
      [{ name: 'xrootd-block-storage', sizeGiB: 40, location: '/data/xrd' }],
    ]);
  });

  it('htcondor_cluster.yaml has three kinds of slaves, once its service is taken out', () => {
    const { spec } = build(without(text('clusters', 'htcondor_cluster.yaml'), 'htcondor_services'));
    expect(spec.slaves.map(({ name }) => name)).toEqual([
      'mesos-slave-server',
      'mesos-slaveschedd-server',
      'mesos-ccb-server',
    ]);
    expect(spec.slaves[1]?.volumes).toEqual([
      { name: 'condor-spool-dir', sizeGiB: 466, location: '/spooldir', type: 'gp3' },
    ]);
    expect(spec.slaves[1]?.openPorts).toContainEqual({ protocol: 'tcp', from: 31_024, to: 32_048, cidr: '0.0.0.0/0' });
    expect(spec.notes).toContain('node_templates.condor_spool_dir: gp3 is used in place of the volume type pd-ssd');
  });

  it('CMS-HTCondor-AWS.yaml runs preemptible slaves of its image in its zone, once its services are taken out', () => {
    const [slaves] = build(without(text('clusters', 'CMS-HTCondor-AWS.yaml'), 'cms_services', 'cms_wn')).spec.slaves;
    expect(slaves).toMatchObject({
      preemptible: true,
      imageId: 'ami-0773391ae604c49a4',
      zones: ['eu-west-1c'],
      rootDiskGiB: 20,
    });
    expect(slaves?.instanceTypes).toContain('c5.4xlarge');
  });

  it('tensorflow_on_mesos_gpu.yaml names a type that EC2 does not have', () => {
    const template = without(text('clusters', 'tensorflow_on_mesos_gpu.yaml'), 'tensorflow');
    expect(refusal(() => build(template))).toBe(
      'node_templates.mesos_slave_server.capabilities.host.properties.instance_type: EC2 has no instance type g5.large; near ones are g5.xlarge, g5.2xlarge, g5.4xlarge, g5.8xlarge',
    );
    const { spec } = build(template.replace('g5.large', 'g5.xlarge'));
    expect(spec).toMatchObject({
      release: 'deep_1',
      software: { gpuEnabled: true, chronosEnabled: false, consulEnabled: false },
    });
    expect(spec.slaves[0]?.instanceTypes).toEqual(['g5.xlarge']);
  });
});

describePublished('published services and jobs', () => {
  const all = (['services', 'jobs'] as const).flatMap((kind) => files(kind).map((name) => [kind, name] as const));
  const open = (name: string, kind: string) => readTopology(parseTemplate(text(kind, name)), workloadParameters);
  const values = (topology: Topology, node: string) =>
    Object.fromEntries([...(topology.nodes.get(node)?.properties ?? [])].map(([name, { value }]) => [name, value]));
  const host = (topology: Topology, node: string) =>
    Object.fromEntries(
      [...(topology.nodes.get(node)?.capabilities.get('host') ?? [])].map(([name, { value }]) => [name, value]),
    );

  it.each(all)('%s/%s is read whole, and its secrets are found', (kind, name) => {
    const topology = open(name, kind);
    expect(deploymentTypeOf(topology)).toBe(kind === 'services' ? 'MARATHON' : 'CHRONOS');
    for (const node of topology.nodes.values()) expect(node.type.class).toBe('workload');
    const applications = [...topology.nodes.values()].filter(({ artifacts }) => artifacts.has('image'));
    for (const { artifacts } of applications) expect(artifacts.get('image')?.file.value).toMatch(/^[\w./:-]+$/);
    expect(applications.length).toBeGreaterThan(0);
    const { text: stored, literals } = redactTemplate(parseTemplate(text(kind, name)), topology);
    expect(restoreTemplate(stored, literals)).toBe(text(kind, name));
    expect(JSON.stringify([topology.outputs, topology.notes])).not.toMatch(/pw-\d/);
  });

  it('marathon_app.yaml has what becomes of it in Marathon', () => {
    const topology = open('marathon_app.yaml', 'services');
    expect(values(topology, 'marathon')).toEqual({
      uris: [],
      enable_https: true,
      force_pull_image: true,
      privileged: false,
    });
    expect(host(topology, 'Docker')).toEqual({
      num_cpus: 1,
      mem_size: 1e9,
      publish_all: false,
      publish_ports: [{ protocol: 'tcp', source: 8080 }],
      volumes: ['marathon:/data:rw:dvdi:rexray', '/data:rw'],
    });
    const attributes = {
      marathon: { load_balancer_ips: ['198.51.100.7'] },
      Docker: { host: { publish_ports: [{ target: 10_003 }] } },
    };
    expect(evaluateOutputs(topology.outputs, attributes)).toEqual({ endpoint: '198.51.100.7:10003' });
  });

  it('rstudio.yaml gives its password to the container, as a secret, and joins its volume', () => {
    const topology = open('rstudio.yaml', 'services');
    expect(topology.nodes.get('marathon')?.properties.get('environment_variables')).toMatchObject({
      value: { PASSWORD: 'pw-5' },
      secret: true,
      leaks: false,
    });
    expect(host(topology, 'docker_runtime').volumes).toEqual(['marathon:/home/rstudio:rw:dvdi:rexray']);
    expect(topology.outputs.label).toEqual({ literal: 'RStudio' });
  });

  it('deep-oc-generic-dev.yml keeps quoted words, and numbers that are given as text', () => {
    const topology = open('deep-oc-generic-dev.yml', 'services');
    const { environment_variables } = values(topology, 'marathon') as { environment_variables: Record<string, string> };
    expect(environment_variables.DISABLE_AUTHENTICATION_AND_ASSUME_AUTHENTICATED_USER).toBe('no');
    expect(topology.outputs.Docker_num_gpus).toEqual({ literal: 1 });
    expect(host(topology, 'Docker')).toMatchObject({ num_gpus: 1, mem_size: 4096e6 });
  });

  it('deep-oc-marathon-webdav-https.yml takes a boolean default for a text input', () => {
    const topology = open('deep-oc-marathon-webdav-https.yml', 'services');
    expect(values(topology, 'marathon')).toMatchObject({ privileged: false, enable_https: true });
    expect(topology.notes).toEqual([]);
  });

  it('indigo_job_output_upload_swift.yaml chains its jobs and leaves Onedata for later', () => {
    const topology = open('indigo_job_output_upload_swift.yaml', 'jobs');
    const upload = topology.nodes.get('chronos_job_upload');
    expect(upload?.requirements.map(({ name, target }) => [name, target])).toEqual([
      ['host', 'docker_runtime2'],
      ['parent_job', 'chronos_job'],
    ]);
    expect(values(topology, 'chronos_job')).toMatchObject({
      uris: ['https://example.org/a', 'https://example.org/b'],
      retries: 1,
      epsilon: 'PT10S',
      privileged: true,
      environment_variables: {
        INPUT_FILENAMES: 'a b',
        ONEDATA_PATH: { expression: { attribute: { node: 'onedata_service_space', name: 'path', path: [] } } },
      },
    });
    expect(upload?.properties.get('environment_variables')?.secret).toBe(true);
  });

  it('needs the optional inputs that it uses', () => {
    const { command: _command, ...without } = workloadParameters;
    const document = parseTemplate(text('jobs', 'indigo_job_output_upload_swift.yaml'));
    expect(refusal(() => readTopology(document, without))).toBe(
      'Failed to evaluate node_templates[chronos_job][properties][command][get_input][command]: No input provided for <command> and no default value provided in the definition',
    );
  });

  it('lifewatch-algaebloom.yaml says where scalable should stand', () => {
    expect(open('lifewatch-algaebloom.yaml', 'jobs').notes).toEqual([
      'node_templates.docker_runtime.scalable has no effect: capabilities stand below the key capabilities',
    ]);
  });
});

describePublished('published type files', () => {
  it.each(files('types'))('%s is no template, but refused with a place', (name) => {
    expect(refusal(() => parseTemplate(text('types', name)))).toMatch(
      /line 13\d\d, column \d+: the key <constraints> is given twice|topology_template: is missing|line \d+/,
    );
  });
});
