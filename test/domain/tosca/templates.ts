/** Builds templates for tests. JSON is YAML, so a template is written as data. */
import { InvalidInput } from '../../../lambdas/contracts/error-names.ts';
import { parseTemplate, readTopology, type Topology } from '../../../lambdas/domain/tosca/index.ts';

export type Data = Readonly<Record<string, unknown>>;

/** A template's text with the given topology, and more at the top if needed. */
export function templateText(topology: Data, top: Data = {}): string {
  return JSON.stringify({ tosca_definitions_version: 'tosca_simple_yaml_1_0', ...top, topology_template: topology });
}

export function topologyOf(topology: Data, parameters: Data = {}, top: Data = {}): Topology {
  return readTopology(parseTemplate(templateText(topology, top)), parameters);
}

/** The message with which an InvalidInput is refused; anything else fails the test. */
export function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InvalidInput) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

export const compute = (capabilities: Data = {}, more: Data = {}): Data => ({
  type: 'tosca.nodes.indigo.Compute',
  capabilities: Object.fromEntries(Object.entries(capabilities).map(([name, properties]) => [name, { properties }])),
  ...more,
});

const node = (type: string, host: string, properties: Data, more: Data = {}): Data => ({
  type: `tosca.nodes.indigo.${type}`,
  properties,
  requirements: [{ host }],
  ...more,
});

export const master = (properties: Data = {}, host = 'master_server'): Data =>
  node('MesosMaster', host, { marathon_password: 'pw-marathon', ...properties });

export const slave = (properties: Data = {}, host = 'slave_server', more: Data = {}): Data =>
  node(
    'MesosSlave',
    host,
    {
      master_ips: { get_attribute: ['master_server', 'private_address'] },
      front_end_ip: { get_attribute: ['master_server', 'private_address', 0] },
      ...properties,
    },
    more,
  );

export const loadBalancer = (properties: Data = {}, host = 'lb_server'): Data =>
  node('MesosLoadBalancer', host, {
    master_ips: { get_attribute: ['master_server', 'private_address'] },
    marathon_password: 'pw-marathon',
    ...properties,
  });

/** One master, two slaves, one load balancer; `changes` replace or add node templates, undefined removes one. */
export function clusterNodes(changes: Data = {}): Data {
  const nodes = {
    master: master(),
    slave: slave(),
    lb: loadBalancer(),
    master_server: compute({ scalable: { count: 1 }, host: { num_cpus: 2, mem_size: '4 GB' } }),
    slave_server: compute({ scalable: { count: 2 }, host: { num_cpus: 2, mem_size: '4 GB' } }),
    lb_server: compute({ endpoint: { network_name: 'PUBLIC' } }),
    ...changes,
  };
  return Object.fromEntries(Object.entries(nodes).filter(([, value]) => value !== undefined));
}
