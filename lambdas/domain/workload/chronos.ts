/** Jobs as Chronos takes them. Pure. */
import { nameUuid } from '../deployment/name-uuid.ts';
import type { JobSpec, Text, VolumeMount } from './spec.ts';

export interface JobContext {
  readonly deploymentId: string;
  /** In front of the job's name, without anything between: directories of local volumes. */
  readonly volumeBase: string;
  /** @returns the secret, or what stands in its place */
  readonly secretOf: (name: string) => string;
}

export interface ChronosJob {
  readonly name: string;
  readonly parents?: readonly string[];
  readonly [field: string]: unknown;
}

/** A job's name in Chronos: the uuid of the node's resource. */
export function jobNameOf(deploymentId: string, node: string): string {
  return nameUuid(deploymentId, `${node}/1`);
}

export function chronosJob(job: JobSpec, context: JobContext): ChronosJob {
  const { deploymentId, secretOf } = context;
  const text = (value: Text) => (typeof value === 'string' ? value : secretOf(value.secret));
  const name = jobNameOf(deploymentId, job.node);
  const { description, retries, schedule, user, cpus, mem, parents, command } = job;
  return {
    name,
    ...(command === undefined ? {} : { command: text(command) }),
    ...(description === undefined ? {} : { description }),
    ...(retries === undefined ? {} : { retries }),
    epsilon: job.epsilon,
    ...(schedule === undefined ? {} : { schedule }),
    ...(user === undefined ? {} : { runAsUser: user }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(mem === undefined ? {} : { mem }),
    ...(job.gpus > 0 ? { gpus: job.gpus } : {}),
    uris: job.uris.map(text),
    ...(parents.length === 0 ? {} : { parents: parents.map((parent) => jobNameOf(deploymentId, parent)) }),
    constraints: job.constraints,
    environmentVariables: Object.entries(job.env).map(([variable, value]) => ({ name: variable, value: text(value) })),
    container: {
      // Docker's containerizer cannot hand out GPUs.
      type: job.gpus > 0 ? 'MESOS' : 'DOCKER',
      image: job.image,
      forcePullImage: job.forcePull,
      volumes: job.volumes.map((volume) => jobVolume(volume, `${context.volumeBase}${name}`)),
      ...(job.privileged ? { parameters: [{ key: 'privileged', value: 'true' }] } : {}),
    },
  };
}

function jobVolume({ containerPath, mode }: VolumeMount, hostPath: string) {
  return { containerPath, mode, hostPath };
}
