import { Forbidden, InvalidInput } from '../../contracts/error-names.ts';
import { isAdministrator, isSameOwner, isVisible, parseOwner } from '../../domain/deployment/access.ts';
import type { DeploymentRecord } from '../../domain/deployment/deployment.ts';
import { paginate, parsePageRequest } from '../../domain/deployment/page.ts';
import { json } from '../../runtime/http.ts';
import type { ApiServices, Operation, UserCall } from './services.ts';
import { deploymentView, pageView } from './views.ts';

const sortKeys = {
  createdAt: (record: DeploymentRecord) => record.createdAt,
  updatedAt: (record: DeploymentRecord) => record.updatedAt,
  status: (record: DeploymentRecord) => record.status,
};

/** GET /deployments: one page with all of them unless a page is asked for. */
export const listDeployments: Operation = async (call, services) => {
  const { query, baseUrl } = call;
  const request = parsePageRequest(query);
  const userGroup = query.get('userGroup');
  const listed = await listByCreator(call, services);
  const found = userGroup === null ? listed : listed.filter((record) => record.userGroup === userGroup);
  const page = paginate(found, request, sortKeys);
  const content = page.items.map((record) => deploymentView(record, { baseUrl, region: services.settings.region }));
  return json(200, pageView(content, page, request, { call, filters: ['createdBy', 'userGroup'] }));
};

/**
 * `createdBy` is `me` or `subject@issuer`. Others than the caller may be named by administrators only, who without `createdBy`
 * see their whole organization, and never more than that. @throws InvalidInput, Forbidden
 */
async function listByCreator(
  { query, caller }: UserCall,
  { deployments, settings }: ApiServices,
): Promise<readonly DeploymentRecord[]> {
  const createdBy = query.get('createdBy');
  const isAdmin = isAdministrator(caller, settings.access.administrators);
  if (createdBy === null && isAdmin && caller.organization !== undefined) {
    return deployments.listOrganization(caller.issuer, caller.organization);
  }
  if (createdBy === null || createdBy === 'me' || createdBy === `${caller.subject}@${caller.issuer}`) {
    return deployments.list(caller);
  }
  const owners = parseOwner(createdBy);
  if (!owners) throw new InvalidInput(`Value ${createdBy} for param createdBy is illegal`);
  if (owners.some((owner) => isSameOwner(owner, caller))) return deployments.list(caller);
  if (!isAdmin) throw new Forbidden(`Only admin can retrieve deployments for ${createdBy}`);
  const listed = await Promise.all(owners.map((owner) => deployments.list(owner)));
  return listed.flat().filter((record) => isVisible(record, caller));
}
