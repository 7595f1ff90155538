/** The read-only operations on a deployment's resources. */
import type { ResourceView } from '../../contracts/api.ts';
import { InvalidInput, NotFound } from '../../contracts/error-names.ts';
import type { DeploymentRecord } from '../../domain/deployment/deployment.ts';
import { maxPageSize, paginate, parsePageRequest } from '../../domain/deployment/page.ts';
import { listResources, type Resource } from '../../domain/deployment/resources.ts';
import { json, text } from '../../runtime/http.ts';
import { loadDeployment, loadVisibleDeployment } from './load-deployment.ts';
import type { ApiServices, Operation, UserCall } from './services.ts';
import { pageView, resourceView } from './views.ts';

const sortKeys = {
  createdAt: (resource: Resource) => resource.createdAt,
  updatedAt: (resource: Resource) => resource.updatedAt,
  state: (resource: Resource) => resource.state,
  toscaNodeName: (resource: Resource) => resource.nodeName,
  toscaNodeType: (resource: Resource) => resource.nodeType,
};

/** GET /deployments/{id}/resources[?type=T]; with a type all matches are in one page, whatever size is asked for. */
export const listDeploymentResources: Operation = async (call, services) => {
  const { record, resources } = await loadResources(call, services);
  const type = call.query.get('type');
  const asked = parsePageRequest(call.query);
  const request = type === null ? asked : { ...asked, number: 0, size: Math.max(maxPageSize, resources.length) };
  const page = paginate(resources.filter(isOfType(type)), request, sortKeys);
  const content = viewAll(page.items, record, call);
  return json(200, pageView(content, page, request, { call, filters: ['type'] }));
};

/** GET /deployments/{id}/resources/filter?type=T: a bare array. */
export const filterResources: Operation = async (call, services) => {
  const type = call.query.get('type');
  if (!type) throw new InvalidInput('type: the query must name a TOSCA node type, e.g. ?type=tosca.nodes.Compute');
  const { record, resources } = await loadResources(call, services);
  return json(200, viewAll(resources.filter(isOfType(type)), record, call));
};

/** Lambda answers with 6 MB at most, which thousands of nodes with all their metadata are too much for. */
function viewAll(
  resources: readonly Resource[],
  { deploymentId }: DeploymentRecord,
  { baseUrl }: UserCall,
): readonly ResourceView[] {
  const isLong = resources.length > maxPageSize;
  const shown = isLong ? resources.map(({ vmInfo: _, ...resource }) => resource) : resources;
  return shown.map((resource) => resourceView(resource, deploymentId, baseUrl));
}

/** GET /deployments/{id}/resources/{rid} */
export const showResource: Operation = async (call, services) => {
  const { record, resources } = await loadResources(call, services);
  const { resourceId } = call.parameters;
  const resource = resources.find((candidate) => candidate.resourceId === resourceId);
  if (!resource)
    throw new NotFound(`The resource <${resourceId}> in deployment <${record.deploymentId}> doesn't exist`);
  return json(200, resourceView(resource, record.deploymentId, call.baseUrl));
};

/** GET /deployments/{id}/extrainfo: text that is a JSON array of VirtualMachineInfo, for the owner. */
export const showExtraInfo: Operation = async (call, services) => {
  const resources = await resourcesOf(await loadDeployment(call, services), services);
  return text(JSON.stringify(resources.flatMap(({ vmInfo }) => vmInfo ?? [])));
};

async function loadResources(
  call: UserCall,
  services: ApiServices,
): Promise<{ readonly record: DeploymentRecord; readonly resources: readonly Resource[] }> {
  const record = await loadVisibleDeployment(call, services);
  return { record, resources: await resourcesOf(record, services) };
}

async function resourcesOf(record: DeploymentRecord, { deployments }: ApiServices): Promise<readonly Resource[]> {
  return listResources(record, await deployments.listNodes(record.deploymentId));
}

const isOfType = (type: string | null) => (resource: Resource) =>
  type === null || resource.nodeType === type || resource.ancestors.includes(type);
