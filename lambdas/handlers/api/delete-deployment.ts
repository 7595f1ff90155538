import { Conflict, NotFound } from '../../contracts/error-names.ts';
import { type DeploymentRecord, isWorkload } from '../../domain/deployment/deployment.ts';
import type { Claims } from '../../ports/workload-store.ts';
import { noContent } from '../../runtime/http.ts';
import { HttpError } from '../../runtime/http-errors.ts';
import { liveClaims } from './choose-host.ts';
import { loadDeployment } from './load-deployment.ts';
import { sendChanged } from './send-changed.ts';
import type { ApiServices, Operation } from './services.ts';
import { tellActivity } from './tell-activity.ts';

/**
 * DELETE /deployments/{id}[?force=true]: from any status but deletion itself. A cluster with services or jobs on it is deleted by
 * force only, and they with it.
 */
export const deleteDeployment: Operation = async (call, services) => {
  const deployment = await loadDeployment(call, services);
  const { deploymentId, status } = deployment;
  if (status === 'DELETE_IN_PROGRESS' || status === 'DELETE_COMPLETE') throw alreadyIn(status);
  try {
    if (isWorkload(deployment)) await services.workloads.requestDelete(deploymentId, services.clock.now());
    else await deleteCluster(deploymentId, call.query.get('force') === 'true', services);
  } catch (error) {
    throw error instanceof Conflict ? alreadyIn('DELETE_IN_PROGRESS') : error;
  }
  await sendChanged(deployment, services);
  return noContent;
};

const alreadyIn = (status: string) => new HttpError(409, `Deployment already in ${status} state.`);

/**
 * Who claims the cluster at the same moment either is first, and keeps it, or finds it gone: both are decided by one conditional
 * write on the cluster's record.
 */
async function deleteCluster(clusterId: string, isForced: boolean, services: ApiServices): Promise<void> {
  const { deployments, clock } = services;
  if (isForced) await deleteWorkloads(clusterId, services);
  const request = () => deployments.requestDelete(clusterId, clock.now(), { evenIfClaimed: isForced });
  if (!(await request())) {
    const claims = await liveClaims(clusterId, await listClaims(clusterId, services), services);
    // None is left if only those of creations that stopped in the middle were there.
    if (Object.keys(claims).length > 0 || !(await request())) throw inUse(claims);
  }
  // Those that came between; now that it is to be absent no more can come.
  if (isForced) await deleteWorkloads(clusterId, services);
}

function inUse(claims: Claims['claims']): HttpError {
  const each = Object.entries(claims).map(([id, { name }]) => `${id} (${name})`);
  return new HttpError(
    409,
    `The cluster has services or jobs on it: ${each.join(', ')}. Delete them first, or delete all with ?force=true`,
  );
}

async function listClaims(clusterId: string, { workloads }: ApiServices): Promise<Claims> {
  try {
    return await workloads.listClaims(clusterId);
  } catch (error) {
    if (error instanceof NotFound) return { claims: {}, seq: 0 };
    throw error;
  }
}

/** Has each taken down by its own loop, for which the cluster's waits. May be repeated. */
async function deleteWorkloads(clusterId: string, services: ApiServices): Promise<void> {
  const { claims } = await listClaims(clusterId, services);
  for (const [workloadId, { type }] of Object.entries(claims)) {
    if (await requestDelete(workloadId, services)) {
      await tellActivity(workloadId, ['it is deleted with its cluster'], services);
      await sendChanged({ deploymentId: workloadId, type }, services);
    }
  }
}

/** @returns false if it is being deleted already, or was never stored */
async function requestDelete(
  workloadId: DeploymentRecord['deploymentId'],
  { workloads, clock }: ApiServices,
): Promise<boolean> {
  try {
    await workloads.requestDelete(workloadId, clock.now());
    return true;
  } catch (error) {
    if (error instanceof Conflict || error instanceof NotFound) return false;
    throw error;
  }
}
