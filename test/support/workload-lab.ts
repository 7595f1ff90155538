/** Services and jobs in the local cloud: a small cluster for them, templates of theirs, and what came of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobNameOf } from '../../lambdas/domain/workload/chronos.ts';
import type { InspectedTask } from '../../local/nodes/index.ts';
import { type Data, templateText } from '../domain/tosca/templates.ts';
import { image, job, runtime, service } from '../domain/workload/workload-support.ts';
import { type E2eCluster, type E2eLab, type E2eLabOptions, openE2eLab } from './e2e-lab.ts';
import type { ApiClient } from './local-cloud.ts';

export const example = (name: string): string => readFileSync(join(process.cwd(), 'examples', name), 'utf8');

export const adminPassword = 'pw-of-the-host';

export interface WorkloadLab extends E2eLab {
  /** Deploys `examples/small-cluster.yaml`. */
  host(parameters?: Data): Promise<E2eCluster>;
  /** Tasks on a cluster that run. */
  running(host: E2eCluster): readonly InspectedTask[];
  /** What the cluster is to run, by kind and name, and the tasks that still are there; empty: nothing is left of any workload. */
  workOn(host: E2eCluster): readonly string[];
}

export async function openWorkloadLab(seed: string, options: E2eLabOptions = {}): Promise<WorkloadLab> {
  const lab = await openE2eLab(seed, { ...options, secrets: [adminPassword, ...(options.secrets ?? [])] });
  const { inspect } = lab.cloud.services.nodes;
  return {
    ...lab,
    host: (parameters = {}) =>
      lab.deploy(example('small-cluster.yaml'), { parameters: { admin_password: adminPassword, ...parameters } }),
    running: ({ id }) => inspect.tasks(id).filter(({ state }) => state === 'TASK_RUNNING'),
    workOn({ id }) {
      const { apps, jobs } = inspect.scheduled(id);
      return [
        ...apps.map(({ path }) => `app ${path}`),
        ...jobs.map(({ name }) => `job ${name}`),
        ...inspect.tasks(id).map((task) => `task ${task.id}`),
      ];
    },
  };
}

export interface ServiceOptions {
  /** @default one that is pulled in a few seconds and runs for ever */
  readonly image?: string;
  readonly properties?: Data;
  /** Of the container. @default 0.5 CPUs, 256 MB, one port */
  readonly host?: Data;
  readonly instances?: number;
  /** Inputs of the template. */
  readonly inputs?: Data;
}

const url = {
  concat: [
    'http://',
    { get_attribute: ['web', 'load_balancer_ips', 0] },
    ':',
    { get_attribute: ['runtime', 'host', 'publish_ports', 0, 'target'] },
  ],
};

/** One service `web`, with its URL as output `endpoint`. */
export function serviceTemplate({ image: name = 'simulated/task:pull-5', ...options }: ServiceOptions = {}): string {
  const { properties = {}, host = {}, instances = 1, inputs = {} } = options;
  const container = { num_cpus: 0.5, mem_size: '256 MB', publish_ports: [{ source: 80 }], ...host };
  const { capabilities, ...type } = runtime(container) as { readonly capabilities: Data; readonly type: string };
  const scalable = { properties: { default_instances: instances } };
  return templateText({
    inputs,
    node_templates: {
      web: service(properties, { artifacts: image(name) }),
      runtime: { ...type, capabilities: { ...capabilities, scalable } },
    },
    outputs: { endpoint: { value: url } },
  });
}

/** Jobs by name: their properties, and the job that each one runs after. All have the same small container. */
export function jobsTemplate(jobs: Readonly<Record<string, Data & { readonly after?: string }>>): string {
  const nodes = Object.entries(jobs).map(([name, { after, ...properties }]) => {
    const requirements = [{ host: 'runtime' }, ...(after === undefined ? [] : [{ parent_job: after }])];
    return [name, job(properties, { requirements })] as const;
  });
  const container = runtime({ num_cpus: 0.2, mem_size: '64 MB' });
  return templateText({ node_templates: { runtime: container, ...Object.fromEntries(nodes) } });
}

/** Tasks of a job, as a cluster's simulation names them. */
export function tasksOfJob(all: readonly InspectedTask[], { id }: E2eCluster, node: string): readonly InspectedTask[] {
  return all.filter(({ name }) => name === `ChronosTask:${jobNameOf(id, node)}`);
}

/** States of a deployment's resources by node template. */
export async function statesOf({ id, api }: { readonly id: string; readonly api: ApiClient }): Promise<Data> {
  const { content } = (await api.get(`/deployments/${id}/resources`)).json;
  return Object.fromEntries(
    (content as { toscaNodeName: string; state: string }[]).map(({ toscaNodeName, state }) => [toscaNodeName, state]),
  );
}
