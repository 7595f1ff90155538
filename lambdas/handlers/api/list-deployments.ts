import type { DeploymentView } from '../../contracts/api.ts';
import { Forbidden, InvalidInput } from '../../contracts/error-names.ts';
import { isAdministrator, isSameOwner, isVisible, parseOwner } from '../../domain/deployment/access.ts';
import type { DeploymentSummary } from '../../domain/deployment/deployment.ts';
import { paginate, parsePageRequest } from '../../domain/deployment/page.ts';
import { json } from '../../runtime/http.ts';
import type { ApiServices, Operation, UserCall } from './services.ts';
import { deploymentView, pageView, type ViewContext } from './views.ts';

const sortKeys = {
  createdAt: (record: DeploymentSummary) => record.createdAt,
  updatedAt: (record: DeploymentSummary) => record.updatedAt,
  status: (record: DeploymentSummary) => record.status,
};

/** Lambda answers with 6 MB at most; links and headers are well below the rest. */
const maxContentBytes = 5_000_000;

/** GET /deployments: one page with all of them unless a page is asked for. */
export const listDeployments: Operation = async (call, services) => {
  const { query, baseUrl } = call;
  const request = parsePageRequest(query);
  const userGroup = query.get('userGroup');
  const listed = await listByCreator(call, services);
  const found = userGroup === null ? listed : listed.filter((record) => record.userGroup === userGroup);
  const page = paginate(found, request, sortKeys);
  const content = viewAll(page.items, { baseUrl, region: services.settings.region, caller: call.caller });
  return json(200, pageView(content, page, request, { call, filters: ['createdBy', 'userGroup'] }));
};

/**
 * As long as the outputs fit, each has its own; from the first on that does not, all have none, so that a list without a page
 * still is one page. Each deployment alone has them.
 */
function viewAll(records: readonly DeploymentSummary[], context: ViewContext): readonly DeploymentView[] {
  const views = records.map((record) => deploymentView(record, context));
  const bare = views.map((view) => ({ ...view, outputs: {} }));
  let left = maxContentBytes - bytesInAnswer(bare);
  return views.map((view, index) => {
    if (left >= 0) left -= bytesInAnswer(view.outputs);
    return left >= 0 ? view : (bare[index] ?? view);
  });
}

/** A body is text within the JSON that Lambda answers with, where every quote of its own takes two bytes. */
const bytesInAnswer = (value: unknown) => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

/**
 * `createdBy` is `me` or `subject@issuer`. Others than the caller may be named by administrators only, who without `createdBy`
 * see their whole organization, and never more than that. @throws InvalidInput, Forbidden
 */
async function listByCreator(
  { query, caller }: UserCall,
  { deployments, settings }: ApiServices,
): Promise<readonly DeploymentSummary[]> {
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
