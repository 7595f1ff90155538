/** Builders of workloads' records, and of what Marathon and Chronos show of them, for tests. */
import type { AppView, GroupView, JobView } from '../../lambdas/contracts/gateway.ts';
import { groupIdOf } from '../../lambdas/domain/workload/marathon.ts';
import type { DesiredWorkload, WorkloadRecord } from '../../lambdas/domain/workload/records.ts';
import type { JobSpec, ServiceSpec, WorkloadSpec } from '../../lambdas/domain/workload/spec.ts';
import { at, clusterId, start } from './clusters.ts';

export const workloadId = '0197a000-0000-7000-8000-0000000000b1';

const container = {
  runtime: 'runtime',
  image: 'acme/web:1',
  uris: [],
  env: {},
  constraints: [],
  privileged: false,
  forcePull: false,
  gpus: 0,
  volumes: [],
};
export const serviceSpec = (overrides: Partial<ServiceSpec> = {}): ServiceSpec => ({
  ...{ ...container, node: 'web', labels: {}, ports: [], https: false },
  ...overrides,
});
export const jobSpec = (overrides: Partial<JobSpec> = {}): JobSpec => ({
  ...{ ...container, node: 'step', epsilon: 'PT10M', parents: [], command: 'run' },
  ...overrides,
});
export const services = (...specs: readonly ServiceSpec[]): WorkloadSpec => ({
  ...{ type: 'MARATHON', notes: [] },
  services: specs.length > 0 ? specs : [serviceSpec()],
});
export const jobs = (...specs: readonly JobSpec[]): WorkloadSpec => ({
  ...{ type: 'CHRONOS', notes: [] },
  jobs: specs.length > 0 ? specs : [jobSpec()],
});

export function desiredWorkload(overrides: Partial<DesiredWorkload> = {}): DesiredWorkload {
  return {
    ...{ workloadId, presence: 'present', forget: false, generation: 1, spec: services(), hostClusterId: clusterId },
    ...{ volumeBase: '/var/lib/mesoscale/volumes/', createdBy: 'a@b', origin: 'https://api.example.org' },
    createdAt: start.toISOString(),
    deadlineAt: at(3600).toISOString(),
    ...overrides,
  };
}

export function workloadRecord({ desired, ...overrides }: Partial<WorkloadRecord> = {}): WorkloadRecord {
  const counters = { revision: 1, signalSeq: 0, endedRun: 0 };
  return { desired: desired ?? desiredWorkload(), ...counters, progress: { failures: {} }, ...overrides };
}

/** An app that runs as it should. */
export function appView(overrides: Partial<AppView> & Pick<AppView, 'id'>): AppView {
  const counts = { instances: 1, staged: 0, running: 1, healthy: 0, unhealthy: 0 };
  return { ...counts, hasHealthChecks: false, servicePorts: [10_000], tasks: [], ...overrides };
}

export function groupView(of: string = workloadId, apps: readonly Partial<AppView>[] = [{}]): GroupView {
  const id = groupIdOf(of);
  const views = apps.map((app, index) => appView({ id: `${id}/${index === 0 ? 'web' : `web-${index}`}`, ...app }));
  return { id, found: true, deployments: 0, apps: views };
}

/** A job that Chronos has and that has not run yet. */
export function jobView(overrides: Partial<JobView> & Pick<JobView, 'name'>): JobView {
  const counts = { successCount: 0, errorCount: 0, running: 0 };
  return { ...counts, found: true, disabled: false, queued: false, ...overrides };
}
