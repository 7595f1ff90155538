/**
 * The workload specification: services or jobs that a template asks for, in our words, complete and checked, without any secret.
 * It is computed once, when a template is accepted, and stored.
 */
import { chronosTaskDefaults } from '../release/catalogue.ts';

/** A text; one that holds a secret is kept in the workload's own secret, under this name. */
export type Text = string | { readonly secret: string };

/** CPUs (fractions allowed), memory in MB (decimal, as Mesos' users count), whole GPUs. */
export interface Need {
  readonly cpus: number;
  readonly mem: number;
  readonly gpus: number;
}

/** Tasks that need the same, each on one slave. Counted, not listed: they are stored with the cluster, whose record must stay small. */
export interface AlikeTasks extends Need {
  /** @default 1 */
  readonly count?: number;
}

export interface PublishedPort {
  readonly containerPort: number;
  /** Port of the load balancers; absent: Marathon assigns one. */
  readonly servicePort?: number;
  readonly protocol: 'tcp' | 'udp';
}

/** A directory of the host, of its own per deployment (services) or per job, or a volume of a volume driver. */
export type VolumeMount =
  | { readonly kind: 'local'; readonly containerPath: string; readonly mode: 'RO' | 'RW' }
  | {
      readonly kind: 'external';
      readonly containerPath: string;
      readonly mode: 'RO' | 'RW';
      /** Without the deployment's id, which goes in front of it. */
      readonly name: string;
      readonly provider: string;
      readonly driver: string;
    };

/** What services and jobs have in common. What a template leaves out is left to Marathon's and Chronos' own defaults. */
export interface ContainerSpec {
  /** Name of the application's node template. */
  readonly node: string;
  /** Name of the node template of its container runtime. */
  readonly runtime: string;
  readonly image: string;
  readonly command?: Text;
  readonly user?: string;
  readonly uris: readonly Text[];
  readonly env: Readonly<Record<string, Text>>;
  readonly constraints: readonly (readonly string[])[];
  readonly privileged: boolean;
  readonly forcePull: boolean;
  readonly cpus?: number;
  readonly mem?: number;
  readonly gpus: number;
  readonly volumes: readonly VolumeMount[];
}

export interface ServiceSpec extends ContainerSpec {
  /** How many of it run. @default 1 */
  readonly instances?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly PublishedPort[];
  /** The load balancers end TLS for its ports. */
  readonly https: boolean;
}

export interface JobSpec extends ContainerSpec {
  readonly description?: string;
  readonly retries?: number;
  /** ISO 8601 duration. */
  readonly epsilon: string;
  /** ISO 8601 repeating interval; absent: once, now, or after the parents. */
  readonly schedule?: string;
  /** Node templates of the jobs that must have succeeded before. */
  readonly parents: readonly string[];
}

/** Services, and jobs, in the order of their dependencies: parents first. */
export type WorkloadSpec =
  | { readonly type: 'MARATHON'; readonly services: readonly ServiceSpec[]; readonly notes: readonly string[] }
  | { readonly type: 'CHRONOS'; readonly jobs: readonly JobSpec[]; readonly notes: readonly string[] };
export type WorkloadType = WorkloadSpec['type'];

/** Marathon's and Chronos' own defaults for what an application does not say. */
const defaults = {
  MARATHON: { cpus: 1, mem: 128 },
  CHRONOS: chronosTaskDefaults,
} as const;

/**
 * What must have room on one slave each: every instance of every service at the same time. Jobs wait in Chronos for room, so
 * of them only those count that no other one exceeds.
 */
export function tasksOf(spec: WorkloadSpec): readonly AlikeTasks[] {
  if (spec.type === 'CHRONOS')
    return largest(spec.jobs.map((job) => needOf(job, spec.type))).map((need) => ({ ...need, count: 1 }));
  const alike = new Map<string, Required<AlikeTasks>>();
  for (const service of spec.services) {
    const need = needOf(service, spec.type);
    const key = `${need.cpus} ${need.mem} ${need.gpus}`;
    const count = (alike.get(key)?.count ?? 0) + instancesOf(service);
    if (count > 0) alike.set(key, { ...need, count });
  }
  return [...alike.values()];
}

export const instancesOf = ({ instances }: ServiceSpec): number => instances ?? 1;

function needOf(container: ContainerSpec, type: WorkloadType): Need {
  const { cpus, mem } = defaults[type];
  return { cpus: container.cpus ?? cpus, mem: container.mem ?? mem, gpus: container.gpus };
}

function largest(needs: readonly Need[]): readonly Need[] {
  const covers = (a: Need, b: Need): boolean => a.cpus >= b.cpus && a.mem >= b.mem && a.gpus >= b.gpus;
  return needs.filter(
    (need, index) =>
      !needs.some((other, at) => at !== index && covers(other, need) && (at < index || !covers(need, other))),
  );
}

/** Names of the secrets that its texts stand for. */
export function secretsIn(spec: WorkloadSpec): readonly string[] {
  const containers: readonly ContainerSpec[] = spec.type === 'MARATHON' ? spec.services : spec.jobs;
  const texts = containers.flatMap(({ command, uris, env }) => [command, ...uris, ...Object.values(env)]);
  return texts.flatMap((text) => (typeof text === 'object' ? [text.secret] : []));
}
