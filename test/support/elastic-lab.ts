/** Elastic clusters in the local cloud, work that is given to their Marathon and Chronos directly, and their alarms. */
import { CloudWatchClient, SetAlarmStateCommand, type StateValue } from '@aws-sdk/client-cloudwatch';
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import { isStaying } from '../../lambdas/domain/cluster/track-nodes.ts';
import type { InspectedInstance } from '../../local/ec2/inspect.ts';
import type { InspectedTask } from '../../local/nodes/index.ts';
import { clusterNodes, compute, type Data, master, slave, templateText } from '../domain/tosca/templates.ts';
import { type E2eCluster, type E2eLab, type E2eLabOptions, isRunning, openE2eLab } from './e2e-lab.ts';
import type { WaitOptions } from './local-cloud.ts';

const password = 'pw-of-the-elastic';

export interface GroupOptions {
  /** @default 0 */
  readonly min?: number;
  /** @default 8 */
  readonly max?: number;
  /** @default `min` */
  readonly count?: number;
  /** @default 4 */
  readonly cpus?: number;
  /** @default 8 GB */
  readonly memory?: string;
  readonly gpus?: number;
  readonly preemptible?: boolean;
}

export interface ElasticOptions extends GroupOptions {
  /** @default 1 */
  readonly masters?: number;
  /** Another elastic group of slaves, `large_server`. */
  readonly large?: GroupOptions;
}

const credentials = { mesos_password: password, marathon_password: password, chronos_password: password };
const ports = { marathon: 8443, chronos: 4443 } as const;
const open = Object.fromEntries(Object.entries(ports).map(([name, source]) => [name, { protocol: 'tcp', source }]));

function slaveServer({ min = 0, count = min, cpus = 4, memory = '8 GB', gpus, preemptible }: GroupOptions): Data {
  const size = { num_cpus: cpus, mem_size: memory, ...(gpus === undefined ? {} : { num_gpus: gpus }) };
  return compute({
    scalable: { count },
    host: { ...size, ...(preemptible === undefined ? {} : { preemtible_instance: preemptible }) },
  });
}

const wn = ({ min = 0, max = 8 }: GroupOptions): Data => ({
  capabilities: { wn: { properties: { min_instances: min, max_instances: max } } },
});
const managing = (slaves: string): Data => ({
  type: 'tosca.nodes.indigo.ElasticCluster',
  requirements: [{ lrms: 'master' }, { wn: slaves }],
});

/** No load balancers: nothing here is asked through them. */
export function elasticTemplate({ masters = 1, large, ...group }: ElasticOptions = {}): string {
  const nodes = clusterNodes({
    ...{ lb: undefined, lb_server: undefined },
    master: master(large?.gpus === undefined ? credentials : { ...credentials, enable_gpu_support: true }),
    master_server: compute({
      scalable: { count: masters },
      host: { num_cpus: 2, mem_size: '4 GB' },
      endpoint: { network_name: 'PUBLIC', ports: open },
    }),
    elastic: managing('slave'),
    slave: slave({}, 'slave_server', wn(group)),
    slave_server: slaveServer(group),
    ...(large && {
      elastic_large: managing('large'),
      large: slave({}, 'large_server', wn(large)),
      large_server: slaveServer(large),
    }),
  });
  return templateText({ node_templates: nodes });
}

export interface AppOptions extends Data {
  /** @default 1 */
  readonly instances?: number;
  /** @default 2 */
  readonly cpus?: number;
  /** @default 128 */
  readonly mem?: number;
}

export interface ElasticLab extends E2eLab {
  /** A complete cluster. */
  elastic(options?: ElasticOptions): Promise<E2eCluster>;
  /** PUT of another template. */
  put(cluster: E2eCluster, options: ElasticOptions): Promise<void>;
  /** Gives Marathon an app, or another definition of it, as a user outside does. */
  app(cluster: E2eCluster, id: string, options?: AppOptions): void;
  endApp(cluster: E2eCluster, id: string): void;
  /** Takes all apps and jobs away. */
  endAll(cluster: E2eCluster): void;
  /** Gives Chronos a job that runs once, at once. */
  job(cluster: E2eCluster, name: string, options: Data): void;
  /** Instances of slaves that are not being terminated. */
  slaves(cluster: E2eCluster, group?: string): readonly InspectedInstance[];
  running(cluster: E2eCluster): readonly InspectedTask[];
  /** Until there are so many slaves that are to stay and serve, and no others. */
  untilSlaves(cluster: E2eCluster, count: number, options?: WaitOptions & { readonly group?: string }): Promise<void>;
  untilRunning(cluster: E2eCluster, count: number, options?: WaitOptions): Promise<void>;
  /** Until its loop has nothing to do and to wait for. */
  untilAtRest(cluster: E2eCluster, options?: WaitOptions): Promise<void>;
  untilLog(cluster: E2eCluster, text: string | RegExp, options?: WaitOptions): Promise<void>;
  /** When instances of slaves were launched, each moment once; launches within some seconds are one. */
  launches(cluster: E2eCluster): readonly number[];
  /** How often its loop has planned, as its executions' histories tell. */
  passes(cluster: E2eCluster): number;
  /** SetAlarmState by an unmodified client. */
  setAlarm(cluster: E2eCluster, kind: 'slaves-missing' | 'slaves-spare', state: StateValue): Promise<void>;
  /** Of the person at the keyboard. */
  readonly cloudWatch: CloudWatchClient;
}

/** CreateFleet is called once for each zone; what is further apart is another launch. */
const oneLaunchMs = 8_000;

const contains = (log: string, text: string | RegExp) =>
  typeof text === 'string' ? log.includes(text) : text.test(log);

export async function openElasticLab(seed: string, options: E2eLabOptions = {}): Promise<ElasticLab> {
  const lab = await openE2eLab(seed, { ...options, secrets: [password, ...(options.secrets ?? [])] });
  const { cloud } = lab;
  const { inspect } = cloud.services.nodes;
  const cloudWatch = new CloudWatchClient({
    ...{ endpoint: cloud.awsEndpoint, region: cloud.region, credentials: cloud.credentials.user },
  });
  const ask = (cluster: E2eCluster, scheduler: keyof typeof ports, method: string, path: string, body?: Data) => {
    const address = cluster.alive('master').find(({ publicIp, state }) => publicIp && state === 'running')?.publicIp;
    const url = `http://admin:${password}@${address}:${ports[scheduler]}${path}`;
    const request = { method, ...(body ? { body: JSON.stringify(body) } : {}) };
    const answer = cloud.fetchFromInternet(url, request);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  const slaves: ElasticLab['slaves'] = (cluster, group) =>
    cluster.alive('slave').filter(({ tags }) => group === undefined || tags[tagKeys.group] === group);
  const running: ElasticLab['running'] = ({ id }) => inspect.tasks(id).filter(({ state }) => state === 'TASK_RUNNING');
  const serving = (cluster: E2eCluster, group?: string) => {
    const nodes = lab.latest().clusters.get(cluster.id)?.nodes ?? [];
    const found = nodes.filter(({ role, group: of }) => role === 'slave' && (group === undefined || of === group));
    return found.every((node) => isStaying(node) && node.status === 'ready') ? found.length : undefined;
  };
  return {
    ...{ ...lab, slaves, running, cloudWatch },
    async elastic(options = {}) {
      const cluster = await lab.deploy(elasticTemplate(options));
      await lab.complete([cluster]);
      return cluster;
    },
    async put(cluster, options) {
      const body = { template: elasticTemplate(options) };
      const answer = await cluster.api.request('PUT', `/deployments/${cluster.id}`, body);
      expect([answer.status, answer.json?.message]).toEqual([202, undefined]);
    },
    app: (cluster, id, { instances = 1, cpus = 2, mem = 128, ...more } = {}) =>
      ask(cluster, 'marathon', 'PUT', `/v2/apps/${id}?force=true`, {
        cmd: 'serve',
        ...{ instances, cpus, mem },
        ...more,
      }),
    endApp: (cluster, id) => ask(cluster, 'marathon', 'DELETE', `/v2/apps/${id}?force=true`),
    endAll(cluster) {
      const { apps, jobs } = inspect.scheduled(cluster.id);
      for (const { path } of apps) ask(cluster, 'marathon', 'DELETE', `/v2/apps${path}?force=true`);
      for (const { name } of jobs) ask(cluster, 'chronos', 'DELETE', `/scheduler/task/kill/${name}`);
      for (const { name } of jobs) ask(cluster, 'chronos', 'DELETE', `/scheduler/job/${name}`);
    },
    job: (cluster, name, options) =>
      ask(cluster, 'chronos', 'POST', '/scheduler/iso8601', { schedule: 'R1//PT24H', name, ...options }),
    untilSlaves: (cluster, count, { group, ...options } = {}) =>
      cloud.until(() => serving(cluster, group) === count && slaves(cluster, group).length === count, {
        ...{ what: `${count} slaves that serve`, everySeconds: 10 },
        ...options,
      }),
    untilRunning: (cluster, count, options) =>
      cloud.until(() => running(cluster).length === count, { what: `${count} tasks that run`, ...options }),
    untilAtRest: ({ id }, options) => cloud.until(() => !isRunning(cloud, id), { what: 'a loop at rest', ...options }),
    untilLog: (cluster, text, options) =>
      cloud.until(async () => contains(await cluster.log(), text), {
        ...{ what: `“${String(text)}” in the log`, everySeconds: 15 },
        ...options,
      }),
    launches(cluster) {
      const all = cloud.services.ec2.inspect.instances().filter(({ tags }) => tags[tagKeys.clusterId] === cluster.id);
      const times = all.filter(({ tags }) => tags[tagKeys.role] === 'slave').map(({ launchedAt }) => launchedAt);
      return times.toSorted((a, b) => a - b).filter((at, index, sorted) => at - (sorted[index - 1] ?? 0) > oneLaunchMs);
    },
    passes: ({ id }) =>
      cloud.services.states.inspect
        .executions()
        .filter(({ name }) => name.startsWith(id))
        .flatMap(({ history }) => history.events)
        .filter(({ details }) => details?.stateEnteredEventDetails?.name === 'PlanCluster').length,
    async setAlarm({ id }, kind, state) {
      const name = `mesoscale/${id}/${kind}`;
      await cloudWatch.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: state, StateReason: 'by hand' }));
    },
    async close() {
      cloudWatch.destroy();
      await lab.close();
    },
  };
}
