/** Every operation of the API by method and path. */
import { actOnResource } from './act-on-resource.ts';
import { createDeployment } from './create-deployment.ts';
import { deleteDeployment } from './delete-deployment.ts';
import { showDocs, showDocsFile } from './docs-page.ts';
import { listDeployments } from './list-deployments.ts';
import { showOpenApi } from './openapi.ts';
import { resetDeployment } from './reset-deployment.ts';
import { filterResources, listDeploymentResources, showExtraInfo, showResource } from './resources.ts';
import { showConfiguration, showInfo, showRoot } from './service-info.ts';
import type { AnonymousOperation, ApiRoute, Operation, ScopeNeed } from './services.ts';
import { showDeployment } from './show-deployment.ts';
import { showLog } from './show-log.ts';
import { showTemplate } from './show-template.ts';
import { updateDeployment } from './update-deployment.ts';

const anonymous = (path: string, handle: AnonymousOperation): ApiRoute => ({
  method: 'GET',
  path,
  access: 'anonymous',
  handle,
});
const user = (method: ApiRoute['method'], path: string, handle: Operation, needs?: ScopeNeed): ApiRoute => ({
  method,
  path,
  access: 'user',
  ...(needs ? { needs } : {}),
  handle,
});
/** What changes deployments; what acts on resources says so: `user('POST', …, 'act')`. */
const change = (method: ApiRoute['method'], path: string, handle: Operation) => user(method, path, handle, 'change');
const one = '/deployments/:deploymentId';

export const routes: readonly ApiRoute[] = [
  anonymous('/', showRoot),
  anonymous('/info', showInfo),
  anonymous('/openapi.json', (call) => showOpenApi(routes, call)),
  anonymous('/docs', showDocs),
  anonymous('/docs/:file', showDocsFile),
  user('GET', '/configuration', showConfiguration),
  user('GET', '/deployments', listDeployments),
  change('POST', '/deployments', createDeployment),
  user('GET', one, showDeployment),
  change('PATCH', one, resetDeployment),
  change('PUT', one, updateDeployment),
  change('DELETE', one, deleteDeployment),
  user('GET', `${one}/template`, showTemplate),
  user('GET', `${one}/log`, showLog),
  user('GET', `${one}/extrainfo`, showExtraInfo),
  user('GET', `${one}/resources`, listDeploymentResources),
  user('GET', `${one}/resources/filter`, filterResources),
  user('GET', `${one}/resources/:resourceId`, showResource),
  user('POST', `${one}/resources/:resourceId/actions`, actOnResource, 'act'),
];
