import { ResetDeploymentRequest } from '../../contracts/api.ts';
import { InvalidInput } from '../../contracts/error-names.ts';
import { noContent } from '../../runtime/http.ts';
import { HttpError } from '../../runtime/http-errors.ts';
import { loadDeployment } from './load-deployment.ts';
import { readJson } from './read-json.ts';
import type { Operation } from './services.ts';

/**
 * PATCH /deployments/{id} `{"status":"DELETE_FAILED"}`: a deletion that takes too long for its owner counts as failed, so that
 * DELETE can be asked for again. Removing goes on all the same.
 */
export const resetDeployment: Operation = async (call, services) => {
  const asked = readJson(call, ResetDeploymentRequest);
  const { deploymentId, status } = await loadDeployment(call, services);
  if (asked.status !== 'DELETE_FAILED') {
    throw new InvalidInput(`A deployment can only be reset to DELETE_FAILED, not to ${asked.status.slice(0, 40)}`);
  }
  if (status !== 'DELETE_IN_PROGRESS') {
    throw new HttpError(409, `Cannot reset a deployment in ${status} state`);
  }
  await services.deployments.failDeletion(deploymentId, services.clock.now());
  return noContent;
};
