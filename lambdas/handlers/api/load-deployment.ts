import { Forbidden, NotFound } from '../../contracts/error-names.ts';
import { isSameOwner, isVisible } from '../../domain/deployment/access.ts';
import type { DeploymentRecord } from '../../domain/deployment/deployment.ts';
import type { ApiServices, UserCall } from './services.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The deployment that the path names, for its owner. @throws NotFound, also if the caller may not see it; Forbidden if the caller
 * may see it and does not own it
 */
export async function loadDeployment(call: UserCall, services: ApiServices): Promise<DeploymentRecord> {
  const record = await loadVisibleDeployment(call, services);
  if (isSameOwner(record.owner, call.caller)) return record;
  throw new Forbidden('Only the owner of the deployment can perform this operation');
}

/** The deployment that the path names, for whoever may see it. @throws NotFound, also if the caller may not see it */
export async function loadVisibleDeployment(call: UserCall, services: ApiServices): Promise<DeploymentRecord> {
  const deploymentId = call.parameters.deploymentId ?? '';
  const record = uuid.test(deploymentId) ? await services.deployments.find(deploymentId) : undefined;
  if (record && isVisible(record, call.caller)) return record;
  throw new NotFound(`The deployment <${deploymentId}> doesn't exist`);
}
