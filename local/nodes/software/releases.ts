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
  },
  indigo_2: {
    mesos: '1.1.0',
    marathon: '1.4.1',
    chronos: '3.0.2',
    mesosMajor: 1,
    chronosPrefix: '/v1',
    registryMetrics: ['recovered'],
    balancer: 'haproxy-consul',
  },
  deep_1: {
    mesos: '1.5.0',
    marathon: '1.5.6',
    chronos: '3.0.2',
    mesosMajor: 1,
    chronosPrefix: '/v1',
    registryMetrics: ['recovered', 'ensemble_size'],
    balancer: 'marathon-lb',
  },
};
