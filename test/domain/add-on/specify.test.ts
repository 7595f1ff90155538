import { addOnDefinitions } from '../../../lambdas/domain/add-on/catalogue.ts';
import { specifyCluster } from '../../../lambdas/domain/cluster/specification.ts';
import { softwareTypes } from '../../../lambdas/domain/tosca/catalogue/software-types.ts';
import { parseTemplate, readTopology } from '../../../lambdas/domain/tosca/index.ts';
import { clusterTemplate } from '../../support/templates.ts';

const context = { deploymentId: 'd', region: 'eu-west-1', zones: ['a', 'b', 'c'], maxSlaves: 100 };
const specify = (template: string) =>
  specifyCluster(readTopology(parseTemplate(template, 100_000), { mesos_password: 'pw-of-mesos' }), context);
/** The cluster of the other tests with one more node. */
const withNode = (node: string, template = clusterTemplate) =>
  template.replace('  node_templates:\n', `  node_templates:\n    ${node.trimStart()}\n`);

const gpuSlaves = clusterTemplate
  .replace('num_cpus: 4, mem_size: 8 GB', 'instance_type: g4dn.xlarge')
  .replace(
    '        master_ips: { get_attribute: [ mesos_master_server, private_address ] }\n        front_end_ip',
    '        enable_gpu_support: true\n        master_ips: { get_attribute: [ mesos_master_server, private_address ] }\n        front_end_ip',
  );
const tensorflow = (properties = '', host = 'mesos_master', name = 'tensorflow') => `
    ${name}:
      type: tosca.nodes.indigo.TensorflowOnMesos
      properties:
        marathon_password: 'literal-$ecret'
        tensorflow_password: 'jupyter-$ecret'
        tensorflow_gpus: 0
${properties
  .split('; ')
  .filter(Boolean)
  .map((line) => `        ${line}\n`)
  .join('')}
      requirements: [ host: ${host} ]`;
const messageOf = (template: string): string => {
  try {
    specify(template);
  } catch (error) {
    return (error as Error).message;
  }
  return 'was accepted';
};

describe('specifyAddOns', () => {
  it('puts properties into the specification and secrets beside it', () => {
    const { spec, addOnSecrets } = specify(withNode(tensorflow('tensorflow_image: acme/tf:1')));
    expect(spec.addOns).toEqual([
      {
        name: 'tensorflow',
        type: 'tosca.nodes.indigo.TensorflowOnMesos',
        properties: {
          tensorflow_cpus: { literal: 1 },
          tensorflow_gpus: { literal: 0 },
          tensorflow_image: { literal: 'acme/tf:1' },
          tensorflow_mem: { literal: 1024 },
          tensorflow_password: { secret: 'tensorflow.tensorflow_password' },
          tensorflow_port: { literal: 10_001 },
        },
      },
    ]);
    expect(addOnSecrets).toEqual({ 'tensorflow.tensorflow_password': 'jupyter-$ecret' });
    expect(JSON.stringify(spec)).not.toContain("ecret'");
    expect(JSON.stringify(spec)).not.toContain('jupyter-$');
  });

  it('keeps attributes to be read when the cluster is there', () => {
    const { spec } = specify(
      withNode(`
    cache:
      type: tosca.nodes.indigo.XCache
      properties:
        orchestrator: marathon
        master_ip: { get_attribute: [ mesos_master_server, private_address, 0 ] }
        redirector_ip: { get_attribute: [ mesos_slave_server, private_address, 0 ] }
      requirements: [ host: mesos_master ]`),
    );
    expect(spec.addOns?.[0]?.properties).toEqual({
      redirector_ip: { attribute: { node: 'mesos_slave_server', name: 'private_address', path: [0] } },
      server_image: { literal: 'cloudpg/xrootd-proxy:cms' },
    });
  });

  it('takes GPUs where slaves have them', () => {
    expect(
      specify(withNode(tensorflow(), gpuSlaves).replace('tensorflow_gpus: 0', 'tensorflow_gpus: 1')).spec.release,
    ).toBe('deep_1');
  });

  it('notes what an author should know', () => {
    const spark = `
    spark:
      type: tosca.nodes.indigo.SparkMesos
      properties:
        marathon_password: 'literal-$ecret'
        zookeeper_peers: { get_attribute: [ mesos_master_server, private_address ] }
      requirements: [ host: mesos_master ]`;
    expect(specify(withNode(spark)).spec.notes).toContain(
      "node_templates.spark: Zeppelin's admin password is the cluster's Marathon password; the role's own would be known to everybody",
    );
  });

  const refusals: readonly (readonly [nodes: string, message: string])[] = [
    [tensorflow('', 'mesos_slave'), 'must name the Mesos master mesos_master'],
    [tensorflow('tensorflow_image: "not an image"'), 'tensorflow_image: not an image is no name of a container image'],
    [tensorflow('tensorflow_cpus: 0'), 'tensorflow_cpus: must be more than 0 CPUs'],
    [tensorflow('tensorflow_cpus: 500'), 'tensorflow_cpus: 500 CPUs are more than any slave offers'],
    [tensorflow('tensorflow_mem: 900000'), 'tensorflow_mem: 900000 MB are more than any slave offers to apps'],
    [tensorflow('tensorflow_mem: 2'), 'tensorflow_mem: must be at least 4 MB'],
    [tensorflow('tensorflow_port: 99999'), 'tensorflow_port: 99999 is no port'],
    [tensorflow('tensorflow_port: 9090'), 'tensorflow_port: the port 9090 is used by the load balancers themselves'],
    [tensorflow().replace('gpus: 0', 'gpus: 1'), 'tensorflow_gpus: the release indigo_1 cannot hand out GPUs'],
    [
      tensorflow('tensorflow_mem: { get_attribute: [ mesos_master_server, private_address, 0 ] }'),
      'tensorflow_mem must be a number that is known now',
    ],
    [
      `${tensorflow()}\n${tensorflow('tensorflow_port: 10002', 'mesos_master', 'Tensor-flow')}\n${tensorflow('tensorflow_port: 10003', 'mesos_master', 'tensor_flow')}`,
      'node_templates.tensor_flow: its name is too much like Tensor-flow',
    ],
    [
      `${tensorflow()}\n${tensorflow('', 'mesos_master', 'other')}`,
      'node_templates.other: its app tensorflow and tensorflow of tensorflow want the same port 10001',
    ],
    [
      `
    spark:
      type: tosca.nodes.indigo.SparkMesos
      properties:
        marathon_password: x
        zookeeper_peers: x
        spark_mesos_deploy_app: spark-dispatcher
      requirements: [ host: mesos_master ]`,
      'spark_mesos_deploy_app: spark-dispatcher is not possible, for the role that would start the dispatcher',
    ],
    [
      `
    cache:
      type: tosca.nodes.indigo.XCache
      properties: { orchestrator: marathon, master_ip: x }
      requirements: [ host: mesos_master ]`,
      'node_templates.cache.properties.redirector_ip: must be given',
    ],
    [
      `
    repository:
      type: tosca.nodes.indigo.DariahRepository
      properties: { marathon_password: x }
      requirements: [ host: mesos_master ]`,
      'node_templates.repository: type tosca.nodes.indigo.DariahRepository is not supported: its seven applications find each other',
    ],
    [
      `
    onedata:
      type: tosca.nodes.indigo.CmsOneclient
      properties: { oneclient_pkg: oneclient }
      requirements: [ host: mesos_slave ]`,
      'node_templates.onedata: type tosca.nodes.indigo.CmsOneclient is not supported: the package that oneclient_pkg names',
    ],
  ];
  it.each(refusals.map(([nodes, message]) => [message, nodes] as const))('refuses: %s', (message, nodes) => {
    expect(messageOf(withNode(nodes))).toContain(message);
  });

  it('refuses what needs GPUs that no slave has', () => {
    const template = clusterTemplate
      .replace('metadata', 'metadata')
      .replace(
        "marathon_password: 'literal-$ecret'\n      requirements: [ host: mesos_master_server",
        "marathon_password: 'literal-$ecret'\n        release: deep_1\n      requirements: [ host: mesos_master_server",
      );
    expect(messageOf(withNode(tensorflow().replace('gpus: 0', 'gpus: 1'), template))).toContain(
      'node_templates.tensorflow.properties.tensorflow_gpus: no slave has a GPU',
    );
  });

  it('refuses add-ons that fit one by one, but not together', () => {
    const nodes = ['a', 'b', 'c'].map((name, index) =>
      tensorflow(`tensorflow_port: ${10_001 + index}; tensorflow_cpus: 3`, 'mesos_master', name),
    );
    expect(messageOf(withNode(nodes.join('\n')))).toBe(
      'node_templates: the add-ons need 9 CPUs together and all slaves offer 8; ask for more or larger slaves',
    );
  });

  it('refuses add-ons without slaves', () => {
    const template = clusterTemplate.replace('default: 2', 'default: 0');
    expect(messageOf(withNode(tensorflow(), template))).toContain('needs slaves to run on');
  });
});

it('defines every type of the class add-on, and none besides', () => {
  const classed = Object.entries(softwareTypes).filter(([, type]) => type.class === 'add-on');
  expect(classed.map(([name]) => name).sort()).toEqual([...addOnDefinitions.keys()].sort());
});
