/** How the releases' software differs in what it answers. */
import type { ReleaseName } from '../../../lambdas/contracts/cluster.ts';

export interface SoftwareVersion {
  readonly mesos: string;
  readonly marathon: string;
  readonly chronos: string;
  /** Mesos 0.28 protects little and answers for others' leader; 1.x redirects. */
  readonly mesosMajor: 0 | 1;
  readonly chronosPrefix: '' | '/v1';
  /** Metrics of the registry that this Mesos has. */
  readonly registryMetrics: readonly ('recovered' | 'ensemble_size')[];
  readonly balancer: 'haproxy-consul' | 'marathon-lb';
  /** From Mesos 1.4 on an agent is the same one after a reboot of its machine; before, it registers as a new one. */
  readonly agentSurvivesReboot: boolean;
  /** Marathon since 1.4 is told that a task cannot be reached, and waits; before, and Chronos, that it is lost. Seconds. */
  readonly unreachable?: { readonly inactiveAfterSeconds: number; readonly expungeAfterSeconds: number };
}

export const softwareVersions: Readonly<Record<ReleaseName, SoftwareVersion>> = {
  indigo_1: {
    mesos: '0.28.0',
    marathon: '1.1.1',
    chronos: '2.4.0',
    mesosMajor: 0,
    chronosPrefix: '',
    registryMetrics: [],
    balancer: 'haproxy-consul',
    agentSurvivesReboot: false,
  },
  indigo_2: {
    mesos: '1.1.0',
    marathon: '1.4.1',
    chronos: '3.0.2',
    mesosMajor: 1,
    chronosPrefix: '/v1',
    registryMetrics: ['recovered'],
    balancer: 'haproxy-consul',
    agentSurvivesReboot: false,
    unreachable: { inactiveAfterSeconds: 300, expungeAfterSeconds: 600 },
  },
  deep_1: {
    mesos: '1.5.0',
    marathon: '1.5.6',
    chronos: '3.0.2',
    mesosMajor: 1,
    chronosPrefix: '/v1',
    registryMetrics: ['recovered', 'ensemble_size'],
    balancer: 'marathon-lb',
    agentSurvivesReboot: true,
    unreachable: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  },
};
