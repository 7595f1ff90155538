/** The read-only operations on a deployment's resources. */
import { InvalidInput, NotFound } from '../../contracts/error-names.ts';
import type { DeploymentRecord } from '../../domain/deployment/deployment.ts';
import { maxPageSize, paginate, parsePageRequest } from '../../domain/deployment/page.ts';
import { listResources, type Resource } from '../../domain/deployment/resources.ts';
import { json, text } from '../../runtime/http.ts';
import { loadDeployment } from './load-deployment.ts';
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
  const content = page.items.map((resource) => resourceView(resource, record.deploymentId, call.baseUrl));
  return json(200, pageView(content, page, request, { call, filters: ['type'] }));
};

/** GET /deployments/{id}/resources/filter?type=T: a bare array. */
export const filterResources: Operation = async (call, services) => {
  const type = call.query.get('type');
  if (!type) throw new InvalidInput('type: the query must name a TOSCA node type, e.g. ?type=tosca.nodes.Compute');
  const { record, resources } = await loadResources(call, services);
  const found = resources.filter(isOfType(type));
  return json(
    200,
    found.map((resource) => resourceView(resource, record.deploymentId, call.baseUrl)),
  );
};

/** GET /deployments/{id}/resources/{rid} */
export const showResource: Operation = async (call, services) => {
  const { record, resources } = await loadResources(call, services);
  const { resourceId } = call.parameters;
  const resource = resources.find((candidate) => candidate.resourceId === resourceId);
  if (!resource)
    throw new NotFound(`The resource <${resourceId}> in deployment <${record.deploymentId}> doesn't exist`);
  return json(200, resourceView(resource, record.deploymentId, call.baseUrl));
};

/** GET /deployments/{id}/extrainfo: text that is a JSON array of VirtualMachineInfo. */
export const showExtraInfo: Operation = async (call, services) => {
  const { resources } = await loadResources(call, services);
  return text(JSON.stringify(resources.flatMap(({ vmInfo }) => vmInfo ?? [])));
};

async function loadResources(
  call: UserCall,
  services: ApiServices,
): Promise<{ readonly record: DeploymentRecord; readonly resources: readonly Resource[] }> {
  const record = await loadDeployment(call, services);
  return { record, resources: listResources(record, await services.deployments.listNodes(record.deploymentId)) };
}

const isOfType = (type: string | null) => (resource: Resource) =>
  type === null || resource.nodeType === type || resource.ancestors.includes(type);
