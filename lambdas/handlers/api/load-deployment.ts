import { Forbidden, NotFound } from '../../contracts/error-names.ts';
import type { DeploymentRecord } from '../../domain/deployment/deployment.ts';
import type { ApiServices, UserCall } from './services.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The deployment that the path names. @throws NotFound, Forbidden if it is another owner's */
export async function loadDeployment(call: UserCall, services: ApiServices): Promise<DeploymentRecord> {
  const deploymentId = call.parameters.deploymentId ?? '';
  const record = uuid.test(deploymentId) ? await services.deployments.find(deploymentId) : undefined;
  if (!record) throw new NotFound(`The deployment <${deploymentId}> doesn't exist`);
  const { issuer, subject } = record.owner;
  if (issuer !== call.caller.issuer || subject !== call.caller.subject) {
    throw new Forbidden('Only the owner of the deployment can perform this operation');
  }
  return record;
}
