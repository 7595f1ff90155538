import { Conflict, InvalidInput, NotFound } from '../../contracts/error-names.ts';
import type { ClusterRecord } from '../../domain/cluster/records.ts';
import { type DeploymentRecord, isWorkload, updatable } from '../../domain/deployment/deployment.ts';
import { tasksOf } from '../../domain/workload/spec.ts';
import type { Secrets } from '../../ports/credentials.ts';
import { type HttpResponse, json } from '../../runtime/http.ts';
import { HttpError } from '../../runtime/http-errors.ts';
import { acceptUpdate, type UpdateContext } from './accept-update.ts';
import { acceptWorkloadUpdate } from './accept-workload.ts';
import { loadDeployment } from './load-deployment.ts';
import { type Creation, readCreation } from './read-creation.ts';
import { sendChanged } from './send-changed.ts';
import type { ApiServices, Operation, UserCall } from './services.ts';
import { tellActivity } from './tell-activity.ts';
import { deploymentView } from './views.ts';

/**
 * PUT /deployments/{id}: another template, or other parameters, for the running cluster or its services. The whole request is checked
 * before anything is stored. Then new secrets come first, beside those in use; the one write of the deployment's record is the update.
 */
export const updateDeployment: Operation = async (call, services) => {
  const { clock, ids, settings } = services;
  const request = readCreation(call, settings);
  const deployment = await loadDeployment(call, services);
  if (deployment.type === 'CHRONOS') throw new InvalidInput('CHRONOS deployments cannot be updated.');
  if (!updatable.includes(deployment.status)) {
    throw new HttpError(409, `Cannot update a deployment in ${deployment.status} state`);
  }
  const context = { updateId: ids.uuid(), now: clock.now(), settings };
  const asked = { request, deployment, context };
  return isWorkload(deployment) ? updateWorkload(call, asked, services) : updateCluster(call, asked, services);
};

interface Asked {
  readonly request: Creation;
  readonly deployment: DeploymentRecord;
  readonly context: UpdateContext;
}

async function updateCluster(
  call: UserCall,
  { request, deployment, context }: Asked,
  services: ApiServices,
): Promise<HttpResponse> {
  const { deploymentId } = deployment;
  const cluster = await services.clusters.loadCluster(deploymentId);
  const { desired } = cluster.record;
  refuseOutdated(deployment, desired);
  const before = await services.credentials.get(deploymentId, desired.secretVersion);
  const { begun, secrets, activity } = acceptUpdate(request, { deployment, cluster, secrets: before }, context);
  return carryOut(call, services, {
    ...{ deployment, context, begun, activity, store: services.credentials },
    ...(secrets ? { secrets } : {}),
    begin: () => services.deployments.beginUpdate(deploymentId, begun, context.now),
  });
}

async function updateWorkload(
  call: UserCall,
  { request, deployment, context }: Asked,
  services: ApiServices,
): Promise<HttpResponse> {
  const { deploymentId } = deployment;
  const workload = await services.workloads.load(deploymentId);
  const { desired } = workload.record;
  refuseOutdated(deployment, desired);
  const before = await services.workloadCredentials.get(deploymentId, desired.secretVersion);
  const host = await findHostRecord(desired.hostClusterId, services);
  const current = { deployment, workload, secrets: before, ...(host ? { host } : {}) };
  const { begun, secrets, activity } = acceptWorkloadUpdate(request, current, context);
  return carryOut(call, services, {
    ...{ deployment, context, begun, activity, store: services.workloadCredentials },
    ...(secrets ? { secrets } : {}),
    begin: async () => {
      // First, so that nobody is promised the room in between.
      await services.workloads.renewClaim(desired.hostClusterId, deploymentId, tasksOf(begun.workloadUpdate.spec));
      try {
        await services.workloads.requestUpdate(deploymentId, begun, context.now);
      } catch (error) {
        // The claim waits for an update that will not come: the loop's next pass settles it, or goes on with the one that won.
        await sendChanged(deployment, services);
        throw error;
      }
    },
  });
}

async function findHostRecord(clusterId: string, { clusters }: ApiServices): Promise<ClusterRecord | undefined> {
  try {
    return (await clusters.loadCluster(clusterId)).record;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

/** @throws Conflict if another update came between the two looks */
function refuseOutdated(
  { deploymentId, generation }: DeploymentRecord,
  desired: { readonly presence: 'present' | 'absent'; readonly generation: number },
): void {
  if (desired.presence === 'present' && desired.generation === generation) return;
  throw new Conflict(`Deployment ${deploymentId} was changed by somebody else.`);
}

interface Update<S> {
  readonly deployment: DeploymentRecord;
  readonly context: UpdateContext;
  readonly begun: Partial<DeploymentRecord>;
  readonly activity: readonly string[];
  /** New ones, to be stored under the update's id. */
  readonly secrets?: S;
  readonly store: Pick<Secrets<S>, 'addVersion' | 'dropVersion'>;
  /** The one write. */
  readonly begin: () => Promise<void>;
}

async function carryOut<S>(call: UserCall, services: ApiServices, update: Update<S>): Promise<HttpResponse> {
  const { deployment, context, begun, activity, secrets, store } = update;
  const { deploymentId } = deployment;
  if (secrets) await store.addVersion(deploymentId, context.updateId, secrets);
  try {
    await update.begin();
  } catch (error) {
    // Only what was certainly not written: an error of another kind can hide an update that stands.
    if (error instanceof Conflict && secrets) await drop(deploymentId, context.updateId, { store, services });
    throw error;
  }
  const { statusReason: _, ...kept } = deployment;
  const updated: DeploymentRecord = {
    ...{ ...kept, ...begun },
    status: 'UPDATE_IN_PROGRESS',
    updatedAt: context.now.toISOString(),
  };
  // The version that the generation before used, unless this one uses it too. A pass that still wants it reads it in vain.
  const earlier = secretVersionOf(deployment);
  if (earlier && earlier !== secretVersionOf(updated)) await drop(deploymentId, earlier, { store, services });
  await tellActivity(deploymentId, activity, services);
  await sendChanged(deployment, services);
  return json(202, deploymentView(updated, { baseUrl: call.baseUrl, region: services.settings.region }));
}

function secretVersionOf({ update, workloadUpdate }: DeploymentRecord): string | undefined {
  return (workloadUpdate ?? update)?.secretVersion;
}

/** What is left over goes with the deployment. */
async function drop(
  deploymentId: string,
  version: string,
  { store, services }: { store: Pick<Secrets<never>, 'dropVersion'>; services: ApiServices },
): Promise<void> {
  try {
    await store.dropVersion(deploymentId, version);
  } catch (error) {
    services.log.error('version of the secret not dropped', { clusterId: deploymentId, error });
  }
}
