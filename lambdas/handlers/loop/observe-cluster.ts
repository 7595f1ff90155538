/** Looks at a cluster: EC2 first, then the records, so that a node born meanwhile is never judged an orphan. */
import { NotFound } from '../../contracts/error-names.ts';
import type { Snapshot } from '../../contracts/gateway.ts';
import type { ActualCluster } from '../../domain/cluster/actual.ts';
import {
  commandsToRead,
  instancesToFind,
  isWorthAsking,
  snapshotRequest,
  spotInstances,
  withInterruptions,
} from '../../domain/cluster/observe.ts';
import { secondsSince } from '../../domain/cluster/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClusterStore, LoadedCluster } from '../../ports/cluster-store.ts';
import type { Commands } from '../../ports/commands.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { Gateway } from '../../ports/gateway.ts';
import type { Machines } from '../../ports/machines.ts';
import type { WorkloadStore } from '../../ports/workload-store.ts';

export interface Observers {
  readonly store: Pick<ClusterStore, 'loadCluster'>;
  readonly machines: Pick<Machines, 'listInstances' | 'listInterrupted' | 'findAddressHolder'>;
  readonly commands: Pick<Commands, 'findOnline' | 'listInvocations'>;
  readonly credentials: Pick<Credentials, 'get'>;
  readonly gateway: Pick<Gateway, 'snapshot'>;
  readonly workloads: Pick<WorkloadStore, 'findExisting' | 'releaseClaim'>;
  readonly clock: Clock;
}

export async function observeCluster(
  observers: Observers,
  clusterId: string,
): Promise<{ readonly loaded: LoadedCluster; readonly actual: ActualCluster }> {
  const since = observers.clock.now().toISOString();
  const instances = await observers.machines.listInstances(clusterId);
  const loaded = await withoutDeadClaims(observers, await observers.store.loadCluster(clusterId));
  const { nodes } = loaded;
  const [interrupted, onlineInstanceIds, commands, snapshot, addressHolder] = await Promise.all([
    askAbout(spotInstances(instances), observers.machines.listInterrupted),
    askAbout(instancesToFind(nodes, instances), observers.commands.findOnline),
    askAbout(commandsToRead(nodes), observers.commands.listInvocations),
    askGateway(observers, loaded),
    findHolder(observers, loaded),
  ]);
  const actual = {
    since,
    instances: withInterruptions(instances, interrupted),
    onlineInstanceIds,
    commands,
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(addressHolder === undefined ? {} : { addressHolder }),
  };
  return { loaded, actual };
}

/** A claim comes before its workload's record: what is older and has none is left from a creation that stopped in between. */
const claimAgeSeconds = 120;

/** Gives such claims back. */
async function withoutDeadClaims({ workloads, clock }: Observers, loaded: LoadedCluster): Promise<LoadedCluster> {
  const claims = Object.entries(loaded.record.workloads ?? {});
  const old = claims.filter(([, { at }]) => secondsSince(at, clock.now()) > claimAgeSeconds).map(([id]) => id);
  if (old.length === 0) return loaded;
  const existing = await workloads.findExisting(old);
  const dead = old.filter((id) => !existing.has(id));
  for (const id of dead) await workloads.releaseClaim(loaded.record.desired.clusterId, id);
  const left = claims.filter(([id]) => !dead.includes(id));
  return { ...loaded, record: { ...loaded.record, workloads: Object.fromEntries(left) } };
}

function askAbout<T>(
  ids: readonly string[],
  ask: (ids: readonly string[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  return ids.length === 0 ? Promise.resolve([]) : ask(ids);
}

async function askGateway(
  { credentials, gateway }: Observers,
  { record, nodes }: LoadedCluster,
): Promise<Snapshot | undefined> {
  if (!isWorthAsking(record, nodes)) return undefined;
  try {
    return await gateway.snapshot(snapshotRequest(record, nodes, await credentials.get(record.desired.clusterId)));
  } catch (error) {
    // Without its secret a cluster cannot be asked, but it can still be looked after and removed.
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

function findHolder({ machines }: Observers, { record }: LoadedCluster): Promise<string | undefined> {
  const allocationId = record.foundation?.virtualAddress?.allocationId;
  if (allocationId === undefined || record.desired.presence !== 'present') return Promise.resolve(undefined);
  return machines.findAddressHolder(allocationId);
}
