/** Finds the cluster that services or jobs go to, and claims what they need there. */
import { setTimeout as delay } from 'node:timers/promises';
import { Conflict, DependencyUnavailable, NotFound, Throttled } from '../../contracts/error-names.ts';
import { isWorthAsking, snapshotRequest } from '../../domain/cluster/observe.ts';
import { secondsSince, toTimestamp } from '../../domain/cluster/time.ts';
import type { Caller } from '../../domain/deployment/access.ts';
import { type DeploymentRecord, type DeploymentSummary, isWorkload } from '../../domain/deployment/deployment.ts';
import { candidateOf, hostEndpointOf, hostNameOf, type LookedAt } from '../../domain/workload/candidate.ts';
import { clusterParameter, findHost, hostOfPolicies } from '../../domain/workload/choice.ts';
import { placeWorkload } from '../../domain/workload/place.ts';
import type { WorkloadClaim } from '../../domain/workload/records.ts';
import { tasksOf } from '../../domain/workload/spec.ts';
import type { LoadedCluster } from '../../ports/cluster-store.ts';
import type { Claims } from '../../ports/workload-store.ts';
import { HttpError } from '../../runtime/http-errors.ts';
import type { CreationRequest } from './accept-creation.ts';
import type { NewWorkload } from './accept-workload.ts';
import type { ApiServices } from './services.ts';

/** Others may claim between a look and a claim. Each further try takes a look of its own, and a request has 25 seconds in all. */
const claimAttempts = 8;
const claimSeconds = 10;
/** A younger claim may be that of a workload which is being stored. */
const newbornSeconds = 120;

export interface ChosenHost {
  /** Of the deployment's record. */
  readonly host: Required<Pick<DeploymentRecord, 'hostClusterId' | 'hostClusterName' | 'hostEndpoint'>>;
  /** For the log. */
  readonly activity: readonly string[];
  /** How often the cluster had been claimed when it was looked at. */
  readonly seen: number;
}

export interface Seeking {
  readonly workload: NewWorkload;
  readonly request: CreationRequest;
  readonly caller: Caller;
}

/**
 * The named cluster if it fits, or the one that fits best.
 * @throws HttpError 404 if the named one does not exist, 409 with a reason per cluster that was looked at; InvalidInput
 */
export async function chooseHost(seeking: Seeking, services: ApiServices): Promise<ChosenHost> {
  const { hosts, notes } = await findHosts(seeking, services);
  const { spec } = seeking.workload.desired;
  const looked = await lookAtAll(hosts, services);
  const placement = placeWorkload(
    tasksOf(spec),
    looked.map((each) => candidateOf(each, spec)),
  );
  const chosen =
    'clusterId' in placement ? looked.find(({ clusterId }) => clusterId === placement.clusterId) : undefined;
  if ('reasons' in placement || chosen === undefined) throw nowhere('reasons' in placement ? placement.reasons : []);
  return {
    host: {
      hostClusterId: placement.clusterId,
      hostClusterName: placement.name,
      hostEndpoint: hostEndpointOf(chosen, spec.type),
    },
    activity: [...notes, `placed on the cluster ${placement.name}: ${placement.reason}`],
    seen: chosen.seen,
  };
}

/**
 * Claims what it needs on the chosen cluster, or on the one that is best after all if others were faster.
 * @throws as chooseHost, and Conflict if others were faster too often
 */
export async function claimHost(first: ChosenHost, seeking: Seeking, services: ApiServices): Promise<ChosenHost> {
  const { clock } = services;
  const since = toTimestamp(clock.now());
  let chosen = first;
  for (let attempt = 1; !(await tryClaim(chosen, seeking.workload, services)); attempt += 1) {
    if (attempt === claimAttempts || secondsSince(since, clock.now()) > claimSeconds)
      throw new Conflict('Too many claims on the clusters at the same time.');
    chosen = await chooseHost(seeking, services);
  }
  return chosen;
}

async function tryClaim(
  { host, seen }: ChosenHost,
  { deployment, desired, name }: NewWorkload,
  { workloads, clock }: ApiServices,
): Promise<boolean> {
  const claim: WorkloadClaim = {
    name,
    type: desired.spec.type,
    tasks: tasksOf(desired.spec),
    waiting: true,
    at: toTimestamp(clock.now()),
  };
  try {
    await workloads.claim(host.hostClusterId, deployment.deploymentId, { claim, seen });
    return true;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}

interface Host {
  readonly clusterId: string;
  readonly name: string;
  readonly status: DeploymentRecord['status'];
  readonly loaded: LoadedCluster;
  readonly claims: Claims;
}

/** The clusters to look at: the one that is named, or all of the owner's. */
async function findHosts(
  { request: { creation, read }, caller }: Seeking,
  services: ApiServices,
): Promise<{ readonly hosts: readonly Host[]; readonly notes: readonly string[] }> {
  const named = clusterParameter(creation.parameters);
  const owned = (await services.deployments.list(caller)).filter((deployment) => !isWorkload(deployment));
  const meant = owned.filter(({ deploymentId }) => deploymentId === named);
  const asked = meant.length > 0 ? meant : owned;
  const hosts = (await Promise.all(asked.map((deployment) => loadHost(deployment, services)))).flat();
  const byPolicy = hostOfPolicies(read.topology, hosts);
  if (named !== undefined) {
    const host = findHost(named, hosts);
    if (host) return { hosts: [host], notes: [] };
    throw new HttpError(404, `The cluster <${named.slice(0, 100)}> doesn't exist; ${listed(hosts)}`);
  }
  if (byPolicy.host) return { hosts: [byPolicy.host], notes: [] };
  if (hosts.length > 0) return { hosts, notes: byPolicy.notes };
  throw new HttpError(
    409,
    'You have no cluster that this could run on; create one first, with a template that has a node of type tosca.nodes.indigo.MesosMaster',
  );
}

const listed = (hosts: readonly Host[]): string =>
  hosts.length === 0 ? 'you have none' : `yours are ${hosts.map(({ clusterId }) => clusterId).join(', ')}`;

/** Claims come first: what is claimed after that is noticed when this one claims. A cluster that is gone meanwhile is none. */
async function loadHost(
  { deploymentId, status }: DeploymentSummary,
  { clusters, workloads }: ApiServices,
): Promise<readonly Host[]> {
  try {
    const claims = await workloads.listClaims(deploymentId);
    const loaded = await clusters.loadCluster(deploymentId);
    return [{ clusterId: deploymentId, name: hostNameOf(loaded.record), status, loaded, claims }];
  } catch (error) {
    if (error instanceof NotFound) return [];
    throw error;
  }
}

type Look = LookedAt & { readonly seen: number };

/** All at the same time, and no longer than is bearable for whoever waits for the answer. */
async function lookAtAll(hosts: readonly Host[], services: ApiServices): Promise<readonly Look[]> {
  const { lookMilliseconds } = services.settings;
  const timer = new AbortController();
  const timeIsUp = delay(lookMilliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
  try {
    return await Promise.all(hosts.map((host) => lookAt(host, timeIsUp, services)));
  } finally {
    timer.abort();
  }
}

async function lookAt(
  { clusterId, status, loaded, claims }: Host,
  timeIsUp: Promise<undefined>,
  services: ApiServices,
): Promise<Look> {
  const { record, nodes } = loaded;
  const [snapshot, alive] = await Promise.all([
    isWorthAsking(record, nodes) ? Promise.race([askSnapshot(loaded, services), timeIsUp]) : undefined,
    liveClaims(clusterId, claims, services),
  ]);
  const look = { clusterId, status, record, nodes, claims: alive, seen: claims.seq };
  return snapshot === undefined ? look : { ...look, snapshot };
}

/** @returns undefined if nobody answers, or if without its secret nobody can be asked */
async function askSnapshot({ record, nodes }: LoadedCluster, { credentials, gateway }: ApiServices) {
  const { clusterId } = record.desired;
  try {
    const request = snapshotRequest(record, nodes, await credentials.get(clusterId));
    return await gateway.snapshot({ ...request, loadBalancers: [] });
  } catch (error) {
    if (error instanceof NotFound || error instanceof Throttled || error instanceof DependencyUnavailable)
      return undefined;
    throw error;
  }
}

/** Those whose workloads exist, or may yet: the others' creation stopped in the middle, and what they hold is given back. */
export async function liveClaims(
  hostClusterId: string,
  { claims }: Claims,
  { workloads, clock }: Pick<ApiServices, 'workloads' | 'clock'>,
): Promise<Claims['claims']> {
  const now = clock.now();
  const old = Object.entries(claims).filter(([, { at }]) => secondsSince(at, now) > newbornSeconds);
  if (old.length === 0) return claims;
  const existing = await workloads.findExisting(old.map(([id]) => id));
  const dead = new Set(old.flatMap(([id]) => (existing.has(id) ? [] : [id])));
  for (const id of dead) await workloads.releaseClaim(hostClusterId, id);
  return Object.fromEntries(Object.entries(claims).filter(([id]) => !dead.has(id)));
}

/** @throws HttpError 409 with a reason per cluster */
function nowhere(reasons: readonly { readonly clusterId: string; readonly name: string; readonly reason: string }[]) {
  const each = reasons.map(({ clusterId, reason }) => `${clusterId}: ${reason}`);
  return new HttpError(409, `None of your clusters can run this. ${each.join('; ')}`);
}
