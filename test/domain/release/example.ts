/** A cluster for tests of what its nodes are told: three masters, two load balancers, one group of slaves. */
import type { ReleaseName } from '../../../lambdas/contracts/cluster.ts';
import type { NodeGroup, SoftwareSettings } from '../../../lambdas/domain/cluster/spec.ts';
import type { StartContext } from '../../../lambdas/domain/release/start-parameters.ts';

const clusterId = '0b9e2f4c-5a11-4c52-9d1c-7f2f0e6a1b2c';

const group = (name: string, role: NodeGroup['role'], count: number): NodeGroup => ({
  name,
  role,
  computeNode: `${name}-server`,
  softwareNode: name,
  count,
  instanceTypes: ['m5.large'],
  rootDiskGiB: 20,
  volumes: [],
  public: false,
  openPorts: [],
  preemptible: false,
  tags: {},
});

const software: SoftwareSettings = {
  mesosUsername: 'admin',
  mesosAuthenticateHttp: true,
  marathonUsername: 'admin',
  marathonTls: true,
  chronosEnabled: true,
  chronosUsername: 'admin',
  chronosTls: true,
  consulEnabled: true,
  gpuEnabled: false,
};

export interface Example {
  readonly release?: ReleaseName;
  readonly masters?: 1 | 3 | 5;
  readonly software?: Partial<SoftwareSettings>;
  readonly volumes?: NodeGroup['volumes'];
  readonly loadBalancerIps?: readonly string[];
  readonly founders?: readonly string[];
  readonly registry?: string;
  readonly overrides?: StartContext['overrides'];
}

/** Context of a start command; masters are 10.0.0.11, 10.0.1.12, …, in slot order 1, 2, … but recorded in another order. */
export function exampleContext(example: Example = {}): StartContext {
  const count = example.masters ?? 3;
  const slots = Array.from({ length: count }, (_, index) => index + 1).reverse();
  return {
    clusterId,
    spec: {
      name: 'indigo-test',
      release: example.release ?? 'indigo_1',
      masters: group('masters', 'master', count),
      loadBalancers: group('balancers', 'load-balancer', 2),
      slaves: [{ ...group('slaves', 'slave', 2), role: 'slave' }],
      software: { ...software, ...example.software },
      notes: [],
    },
    foundation: {
      securityGroupId: 'sg-0123456789abcdef0',
      publicSecurityGroupIds: {},
      masterInterfaces: slots.map((slot) => ({
        slot,
        networkInterfaceId: `eni-${slot}`,
        privateIp: `10.0.${slot - 1}.1${slot}`,
        zone: `eu-west-1${'abc'[(slot - 1) % 3]}`,
        subnetId: `subnet-${slot}`,
      })),
      virtualAddress: { allocationId: 'eipalloc-0123456789abcdef0', publicIp: '203.0.113.10' },
      secretId: `mesoscale/${clusterId}`,
      instanceProfiles: { master: 'm', slave: 's', 'load-balancer': 'l' },
      launchTemplates: {},
    },
    group: { name: 'slaves', volumes: example.volumes ?? [] },
    loadBalancerIps: example.loadBalancerIps ?? ['10.0.0.40', '10.0.1.41'],
    signalsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/mesoscale-Signals-1AB',
    secretId: `mesoscale/${clusterId}`,
    founders: example.founders,
    registry: example.registry ?? '',
    overrides: example.overrides ?? {},
  };
}
