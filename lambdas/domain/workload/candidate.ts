/** A cluster as one that services or jobs may go to: what it offers, what is promised, and what speaks against it. Pure. */
import type { Snapshot } from '../../contracts/gateway.ts';
import type { ClusterRecord, DeploymentStatus, NodeRecord } from '../cluster/records.ts';
import { isResting, isStaying } from '../cluster/track-nodes.ts';
import { catalogue } from '../release/catalogue.ts';
import { learnOffers, offerOf } from '../scaling/offer.ts';
import type { Candidate } from './place.ts';
import type { WorkloadClaim } from './records.ts';
import type { Need, WorkloadSpec } from './spec.ts';

/** All that was seen of a cluster. */
export interface LookedAt {
  readonly clusterId: string;
  readonly status: DeploymentStatus;
  readonly record: ClusterRecord;
  readonly nodes: readonly NodeRecord[];
  /** Absent: nobody answered in time. */
  readonly snapshot?: Snapshot;
  readonly claims: Readonly<Record<string, WorkloadClaim>>;
}

/** What Mesos knows a cluster by, and what people may name it by, besides its id. */
export const hostNameOf = ({ desired }: ClusterRecord): string => desired.spec.name;

export function candidateOf(looked: LookedAt, spec: WorkloadSpec): Candidate {
  const { clusterId, status, record, claims } = looked;
  const unusable = whyUnusable(looked, spec);
  const unfit = whyUnfit(record, spec);
  const serving = servingSlaves(looked);
  return {
    clusterId,
    name: hostNameOf(record),
    status,
    ...(unusable === undefined ? {} : { unusable }),
    ...(unfit === undefined ? {} : { unfit }),
    free: serving.map(({ free }) => free),
    room: roomOf(looked, serving),
    claimed: Object.values(claims).flatMap(({ waiting, tasks }) => (waiting ? tasks : [])),
  };
}

function whyUnusable({ record, snapshot }: LookedAt, { type }: WorkloadSpec): string | undefined {
  if (record.desired.presence !== 'present') return 'it is being removed';
  if (snapshot === undefined) return 'its masters do not answer';
  if (snapshot.leader === undefined) return 'its masters have no leader';
  const answers = snapshot.masters.some(({ marathon, chronos }) => (type === 'MARATHON' ? marathon : chronos));
  return answers ? undefined : `its ${schedulerOf(type)} does not answer`;
}

/** What of its release and its software keeps a cluster from running it, whatever room it has. */
export function whyUnfit({ desired }: ClusterRecord, spec: WorkloadSpec): string | undefined {
  const { release, software } = desired.spec;
  if (spec.type === 'CHRONOS' && !software.chronosEnabled) return 'it has no Chronos';
  const containers = spec.type === 'MARATHON' ? spec.services : spec.jobs;
  if (containers.every(({ gpus }) => gpus === 0)) return undefined;
  const { gpu } = catalogue[release];
  const canHandOut = spec.type === 'MARATHON' ? gpu.mesos : gpu.mesos && gpu.chronos;
  if (!canHandOut) return `${schedulerOf(spec.type)} of its release ${release} hands out no GPUs`;
  return software.gpuEnabled ? undefined : 'its slaves hand out no GPUs: enable_gpu_support was not asked for';
}

const schedulerOf = (type: WorkloadSpec['type']): string => (type === 'MARATHON' ? 'Marathon' : 'Chronos');

interface ServingSlave {
  readonly node?: NodeRecord;
  readonly free: Need;
}

/** Agents that take tasks: those that are draining are offered to nobody. */
function servingSlaves({ snapshot, nodes }: LookedAt): readonly ServingSlave[] {
  const byAddress = new Map(nodes.flatMap((node) => (node.privateIp ? [[node.privateIp, node] as const] : [])));
  return (snapshot?.agents ?? []).flatMap(({ ip, active, total, used }) => {
    const node = byAddress.get(ip);
    if (!active || (node !== undefined && (!isStaying(node) || isResting(node)))) return [];
    const free = { cpus: total.cpus - used.cpus, mem: total.mem - used.mem, gpus: total.gpus - used.gpus };
    return [{ ...(node ? { node } : {}), free }];
  });
}

/** Slaves that elastic groups may still get, those included that are on their way: each as large as scaling counts on. */
function roomOf({ record, nodes, snapshot }: LookedAt, serving: readonly ServingSlave[]): Candidate['room'] {
  const { slaves, software } = record.desired.spec;
  return slaves.flatMap((group) => {
    if (group.bounds === undefined) return [];
    const members = serving.filter(({ node }) => node?.group === group.name);
    const resting = nodes.filter((node) => node.group === group.name && isStaying(node) && isResting(node));
    const more = group.bounds.max - members.length - resting.length;
    const learned = learnOffers(group, { nodes, snapshot }, record.progress.scaling?.[group.name]);
    const offer = offerOf(group, learned, software.gpuEnabled);
    if (offer === undefined || more <= 0) return [];
    const { cpus, mem, gpus } = offer;
    return [{ offer: { cpus, mem, gpus }, more }];
  });
}

const ports = { MARATHON: { tls: 8443, plain: 8080 }, CHRONOS: { tls: 4443, plain: 4400 } } as const;

/** Where the cluster's Marathon or Chronos is: on the first master, by its public address if it has one. */
export function hostEndpointOf({ record }: Pick<LookedAt, 'record'>, type: WorkloadSpec['type']): string {
  const { software } = record.desired.spec;
  const isTls = type === 'MARATHON' ? software.marathonTls : software.chronosTls;
  const [first] = (record.foundation?.masterInterfaces ?? []).toSorted((a, b) => a.slot - b.slot);
  const address = first?.publicIp ?? first?.privateIp ?? '';
  return isTls ? `https://${address}:${ports[type].tls}` : `http://${address}:${ports[type].plain}`;
}
