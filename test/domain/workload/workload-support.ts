/** Services and jobs for tests, as data. */
import type { JobSpec, ServiceSpec } from '../../../lambdas/domain/workload/spec.ts';
import { specifyWorkload } from '../../../lambdas/domain/workload/specify.ts';
import { type Data, topologyOf } from '../tosca/templates.ts';

const application = 'tosca.nodes.indigo.Container.Application.Docker';
export const image = (file: unknown = 'acme/web:1'): Data => ({
  image: { file, type: 'tosca.artifacts.Deployment.Image.Container.Docker' },
});

export const service = (properties: Data = {}, more: Data = {}): Data => ({
  type: `${application}.Marathon`,
  properties,
  artifacts: image(),
  requirements: [{ host: 'runtime' }],
  ...more,
});
export const job = (properties: Data = {}, more: Data = {}): Data => ({
  type: `${application}.Chronos`,
  properties: { command: 'run', ...properties },
  artifacts: image('acme/job'),
  requirements: [{ host: 'runtime' }],
  ...more,
});
export const runtime = (host: Data = {}): Data => ({
  type: 'tosca.nodes.indigo.Container.Runtime.Docker',
  capabilities: { host: { properties: host } },
});

export function specify(type: 'MARATHON' | 'CHRONOS', nodes: Data, inputs: Data = {}, parameters: Data = {}) {
  const topology = topologyOf({ inputs, node_templates: { runtime: runtime(), ...nodes } }, parameters);
  return specifyWorkload(topology, { type });
}

export function oneService(properties: Data = {}, host: Data = {}): ServiceSpec {
  const { spec } = specify('MARATHON', { web: service(properties), runtime: runtime(host) });
  const [only] = spec.type === 'MARATHON' ? spec.services : [];
  if (!only) throw new Error('there is no service');
  return only;
}

export function oneJob(properties: Data = {}, host: Data = {}): JobSpec {
  const { spec } = specify('CHRONOS', { step: job(properties), runtime: runtime(host) });
  const [only] = spec.type === 'CHRONOS' ? spec.jobs : [];
  if (!only) throw new Error('there is no job');
  return only;
}
