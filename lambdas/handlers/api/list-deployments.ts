import { Forbidden, InvalidInput } from '../../contracts/error-names.ts';
import type { DeploymentRecord, Owner } from '../../domain/deployment/deployment.ts';
import { paginate, parsePageRequest } from '../../domain/deployment/page.ts';
import { json } from '../../runtime/http.ts';
import type { Operation } from './services.ts';
import { deploymentView, pageView } from './views.ts';

const sortKeys = {
  createdAt: (record: DeploymentRecord) => record.createdAt,
  updatedAt: (record: DeploymentRecord) => record.updatedAt,
  status: (record: DeploymentRecord) => record.status,
};

/** GET /deployments: the caller's own, one page with all of them unless a page is asked for. */
export const listDeployments: Operation = async (call, services) => {
  const { query, caller, baseUrl } = call;
  checkCreatedBy(query.get('createdBy'), caller);
  const request = parsePageRequest(query);
  const userGroup = query.get('userGroup');
  const own = await services.deployments.list(caller);
  const found = userGroup === null ? own : own.filter((record) => record.userGroup === userGroup);
  const page = paginate(found, request, sortKeys);
  const content = page.items.map((record) => deploymentView(record, { baseUrl, region: services.settings.region }));
  return json(200, pageView(content, page, request, { call, filters: ['createdBy', 'userGroup'] }));
};

/** `me`, or `subject@issuer`; there are no administrators who may see other users' lists. */
function checkCreatedBy(createdBy: string | null, caller: Owner): void {
  if (createdBy === null || createdBy === 'me' || createdBy === `${caller.subject}@${caller.issuer}`) return;
  if (!/^[^@]+@[^@]+$/.test(createdBy)) throw new InvalidInput(`Value ${createdBy} for param createdBy is illegal`);
  throw new Forbidden(`Only admin can retrieve deployments for ${createdBy}`);
}
