/** What the three launching actions share: the check that the launch is still wanted, and the recording of its result. */
import { type Offering, offeringKey } from '../../contracts/cluster.ts';
import { CapacityUnavailable, InvariantBroken } from '../../contracts/error-names.ts';
import type { ControlRules } from '../../contracts/functions.ts';
import type { ActionResult } from '../../contracts/reconcile.ts';
import type { Foundation, NodeRecord, PendingLaunch, Timestamp } from '../../domain/cluster/records.ts';
import type { NodeGroup } from '../../domain/cluster/spec.ts';
import { addSeconds } from '../../domain/cluster/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClusterStore, LoadedCluster } from '../../ports/cluster-store.ts';
import type { LaunchedInstance } from '../../ports/machines.ts';
import { isPermanent } from './action.ts';

export interface LaunchDeps {
  readonly store: Pick<ClusterStore, 'loadCluster' | 'closeLaunch'>;
  readonly clock: Clock;
  readonly rules: Pick<ControlRules, 'capacityHoldSeconds'>;
}
export interface OpenLaunch extends LoadedCluster {
  readonly foundation: Foundation;
  readonly launch: PendingLaunch;
}

/** Read at the last moment. @returns undefined if the cluster is to be removed or the launch is recorded already */
export async function findOpenLaunch(
  { store }: LaunchDeps,
  clusterId: string,
  token: string,
): Promise<OpenLaunch | undefined> {
  const loaded = await store.loadCluster(clusterId);
  const { desired, launches, foundation } = loaded.record;
  const launch = launches.find((each) => each.token === token);
  if (desired.presence !== 'present' || launch === undefined) return undefined;
  if (foundation === undefined)
    throw new InvariantBroken(`Launch ${token} was decided before the cluster was prepared.`);
  return { ...loaded, foundation, launch };
}

export function launchedNode(
  { instanceId, instanceType, zone, market, privateIp }: LaunchedInstance,
  { group, ordinal, shape, now }: { group: NodeGroup; ordinal: number; shape: string | undefined; now: Date },
): NodeRecord {
  return {
    instanceId,
    group: group.name,
    role: group.role,
    ordinal,
    status: 'launched',
    instanceType,
    zone,
    market,
    ...(shape === undefined ? {} : { shape }),
    launchedAt: now.toISOString(),
    startAttempts: 0,
    ...(privateIp === undefined ? {} : { privateIp }),
  };
}

/** Until when these offerings are left alone, by key. */
export function heldOfferings({ clock, rules }: LaunchDeps, offerings: readonly Offering[]): Record<string, Timestamp> {
  const until = addSeconds(clock.now(), rules.capacityHoldSeconds);
  return Object.fromEntries(offerings.map((offering) => [offeringKey(offering), until]));
}

interface OneLaunch {
  readonly clusterId: string;
  readonly open: OpenLaunch;
  readonly group: NodeGroup;
  readonly ordinal: number;
  readonly offering: Offering;
}

/** Launches one instance and records it. EC2's refusal closes the launch too: nothing was made under its token. */
export async function launchOne(
  deps: LaunchDeps,
  { clusterId, open, group, ordinal, offering }: OneLaunch,
  launch: () => Promise<LaunchedInstance>,
): Promise<ActionResult | undefined> {
  const { token, shape } = open.launch;
  let launched: LaunchedInstance;
  try {
    launched = await launch();
  } catch (error) {
    if (!isPermanent(error)) throw error;
    const exhausted = error instanceof CapacityUnavailable ? [offering] : [];
    await deps.store.closeLaunch(clusterId, token, [], heldOfferings(deps, exhausted));
    throw error;
  }
  const node = launchedNode(launched, { group, ordinal, shape, now: deps.clock.now() });
  await deps.store.closeLaunch(clusterId, token, [node], {});
  return undefined;
}
