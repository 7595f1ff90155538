import { Conflict } from '../../contracts/error-names.ts';
import { noContent } from '../../runtime/http.ts';
import { HttpError } from '../../runtime/http-errors.ts';
import { loadDeployment } from './load-deployment.ts';
import { sendChanged } from './send-changed.ts';
import type { Operation } from './services.ts';

/** DELETE /deployments/{id}: from any status but deletion itself. `force` is ignored, as the original does. */
export const deleteDeployment: Operation = async (call, services) => {
  const { deploymentId, status } = await loadDeployment(call, services);
  if (status === 'DELETE_IN_PROGRESS' || status === 'DELETE_COMPLETE') throw alreadyIn(status);
  try {
    await services.deployments.requestDelete(deploymentId, services.clock.now());
  } catch (error) {
    throw error instanceof Conflict ? alreadyIn('DELETE_IN_PROGRESS') : error;
  }
  await sendChanged(deploymentId, services);
  return noContent;
};

const alreadyIn = (status: string) => new HttpError(409, `Deployment already in ${status} state.`);
