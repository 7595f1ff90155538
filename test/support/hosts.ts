/** Clusters in the API's fake world that services and jobs may go to. */
import type { NodeRecord } from '../../lambdas/domain/cluster/records.ts';
import type { ClusterSpec, SlaveGroup } from '../../lambdas/domain/cluster/spec.ts';
import type { DeploymentRecord } from '../../lambdas/domain/deployment/deployment.ts';
import type { Need } from '../../lambdas/domain/workload/spec.ts';
import type { FakeHost, FakeWorld } from './api.ts';
import { desired, foundation, healthySnapshot, node, readyNodes, spec } from './clusters.ts';

export interface HostOptions {
  /** What each slave has left. @default one with 4 CPUs and 8000 MB */
  readonly free?: readonly Partial<Need>[];
  readonly deployment?: Partial<DeploymentRecord>;
  readonly release?: ClusterSpec['release'];
  readonly software?: Partial<ClusterSpec['software']>;
  /** Of the group of slaves. */
  readonly slaves?: Partial<SlaveGroup>;
  readonly answers?: boolean;
}

export const hostId = (number: number): string =>
  `0197a000-0000-7000-8000-00000000c0${String(number).padStart(2, '0')}`;

/** @param number tells clusters apart: part of its id, its name (`host-<number>`) and its addresses */
export function addHost(world: FakeWorld, number: number, options: HostOptions = {}): string {
  const { free = [{}], deployment = {}, release = 'indigo_1', software = {}, slaves = {}, answers = true } = options;
  const clusterId = hostId(number);
  const plain = spec({ masters: 1, slaves: free.length, loadBalancers: 0 });
  const group = { ...spec({ slaves: 1 }).slaves[0], count: free.length, ...slaves } as SlaveGroup;
  const wanted: ClusterSpec = {
    ...plain,
    name: `host-${number}`,
    release,
    slaves: [group],
    software: { ...plain.software, ...software },
  };
  world.add({ deploymentId: clusterId, status: 'CREATE_COMPLETE', ...deployment });
  world.desired.set(clusterId, desired({ clusterId, spec: wanted }));
  world.secrets.set(clusterId, {
    mesos: { username: 'admin', password: 'pw' },
    marathon: { username: 'admin', password: 'pw' },
    chronos: { username: 'admin', password: 'pw' },
    consulGossipKey: '',
    templateLiterals: {},
    parameters: {},
  });
  world.hosts.set(clusterId, hostOf(number, wanted, { free, answers }));
  return clusterId;
}

function hostOf(number: number, of: ClusterSpec, { free, answers }: Required<Pick<HostOptions, 'free' | 'answers'>>) {
  const masters = readyNodes({ ...of, slaves: [] }).map((each) => ({ ...each, commandId: 'started' }));
  const nodes: NodeRecord[] = [
    ...masters.map((each) => ({ ...each, privateIp: `10.0.${number}.10` })),
    ...free.map((_, index) =>
      node({
        ...{ group: of.slaves[0]?.name ?? '', role: 'slave', ordinal: index + 1 },
        privateIp: `10.0.${number}.${index + 20}`,
      }),
    ),
  ];
  const seen = healthySnapshot(nodes);
  const agents = seen.agents.map((agent, index) => {
    const { cpus = 4, mem = 8000, gpus = 0 } = free[index] ?? {};
    const total = { ...agent.total, cpus: Math.max(cpus + 1, agent.total.cpus), mem: mem + 1000, gpus };
    return { ...agent, total, used: { ...agent.used, cpus: total.cpus - cpus, mem: total.mem - mem, gpus: 0 } };
  });
  const made = foundation(of);
  const [first] = made.masterInterfaces;
  const interfaces = first ? [{ ...first, privateIp: `10.0.${number}.10`, publicIp: `203.0.113.${number}` }] : [];
  const host: FakeHost = { nodes, foundation: { ...made, masterInterfaces: interfaces } };
  return answers ? { ...host, snapshot: { ...seen, agents } } : host;
}
