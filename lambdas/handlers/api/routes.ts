/** Every operation of the API by method and path. */
import { HttpError } from '../../runtime/http-errors.ts';
import { createDeployment } from './create-deployment.ts';
import { deleteDeployment } from './delete-deployment.ts';
import { listDeployments } from './list-deployments.ts';
import { filterResources, listDeploymentResources, showExtraInfo, showResource } from './resources.ts';
import { showConfiguration, showInfo, showRoot } from './service-info.ts';
import type { AnonymousOperation, ApiRoute, Operation } from './services.ts';
import { showDeployment } from './show-deployment.ts';
import { showLog } from './show-log.ts';
import { showTemplate } from './show-template.ts';

const anonymous = (path: string, handle: AnonymousOperation): ApiRoute => ({
  method: 'GET',
  path,
  access: 'anonymous',
  handle,
});
const user = (method: ApiRoute['method'], path: string, handle: Operation): ApiRoute => ({
  method,
  path,
  access: 'user',
  handle,
});
const one = '/deployments/:deploymentId';

/** The path exists in the contract, but no method of it is served. */
const refuseAction: Operation = () => {
  throw new HttpError(405, 'Actions on resources are not supported', { Allow: '' });
};

export const routes: readonly ApiRoute[] = [
  anonymous('/', showRoot),
  anonymous('/info', showInfo),
  user('GET', '/configuration', showConfiguration),
  user('GET', '/deployments', listDeployments),
  user('POST', '/deployments', createDeployment),
  user('GET', one, showDeployment),
  user('DELETE', one, deleteDeployment),
  user('GET', `${one}/template`, showTemplate),
  user('GET', `${one}/log`, showLog),
  user('GET', `${one}/extrainfo`, showExtraInfo),
  user('GET', `${one}/resources`, listDeploymentResources),
  user('GET', `${one}/resources/filter`, filterResources),
  user('GET', `${one}/resources/:resourceId`, showResource),
  user('POST', `${one}/resources/:resourceId/actions`, refuseAction),
];
