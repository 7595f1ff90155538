/** Templates that others published: real ones must work, whatever their authors thought of. */
import { type ClusterSpec, groupsOf } from '../../../lambdas/domain/cluster/spec.ts';
import { attributesOf, specifyCluster } from '../../../lambdas/domain/cluster/specification.ts';
import {
  evaluateOutputs,
  parseTemplate,
  readTopology,
  redactTemplate,
  restoreTemplate,
} from '../../../lambdas/domain/tosca/index.ts';
import { describePublished, publishedNames, publishedText } from '../../support/published-templates.ts';
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
  it.each(files('clusters'))('%s is built, or refused for the type of one of its nodes', (name) => {
    const template = text('clusters', name);
    const unsupported = /type: (tosca\.nodes\.indigo\.(CmsServices|XCache|TensorflowOnMesos|HTCondorServices))/.exec(
      template,
    );
    if (!unsupported) expect(build(template).spec.masters.count).toBe(1);
    else
      expect(refusal(() => build(template))).toMatch(
        new RegExp(`^node_templates\\.\\w+: type ${unsupported[1]} is not supported; supported are `),
      );
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
    expect(spec.masters.openPorts.map(({ from }) => from)).toEqual([5050, 8080, 4400]);
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
  it.each(['services', 'jobs'].flatMap((kind) => files(kind).map((name) => [kind, name] as const)))(
    '%s/%s is refused for the type of one of its nodes',
    (kind, name) => {
      expect(refusal(() => build(text(kind, name)))).toMatch(
        /^node_templates\.[\w-]+: type tosca\.nodes\.\S+ is not supported; supported are /,
      );
    },
  );
});

describePublished('published type files', () => {
  it.each(files('types'))('%s is no template, but refused with a place', (name) => {
    expect(refusal(() => parseTemplate(text('types', name)))).toMatch(
      /line 13\d\d, column \d+: the key <constraints> is given twice|topology_template: is missing|line \d+/,
    );
  });
});
