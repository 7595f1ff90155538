/** Records as the contract's JSON. */
import type { DeploymentView, Link, PageView, ResourceView } from '../../contracts/api.ts';
import type { Timestamp } from '../../domain/cluster/records.ts';
import type { DeploymentSummary, Owner } from '../../domain/deployment/deployment.ts';
import type { Page, PageRequest } from '../../domain/deployment/page.ts';
import type { Resource } from '../../domain/deployment/resources.ts';
import type { HttpRequest } from '../../runtime/http.ts';

export interface ViewContext {
  /** Start of every link, see `HttpRequest`. */
  readonly baseUrl: string;
  readonly region: string;
  /** Who is shown it; others than the owner do not see the callback, which may hold a secret. @default the owner */
  readonly caller?: Owner;
}

/** `2024-03-01T09:30+0000`: minutes, and no colon in the offset. */
export function toApiTime(time: Timestamp): string {
  return `${time.slice(0, 16)}+0000`;
}

export function deploymentView(record: DeploymentSummary, { baseUrl, region, caller }: ViewContext): DeploymentView {
  const { deploymentId, status, statusReason, userGroup } = record;
  const isForeign = caller && (caller.issuer !== record.owner.issuer || caller.subject !== record.owner.subject);
  const callback = isForeign ? undefined : record.callback;
  const self = `${baseUrl}/deployments/${deploymentId}`;
  return {
    uuid: deploymentId,
    creationTime: toApiTime(record.createdAt),
    updateTime: toApiTime(record.updatedAt),
    // Chronos knows jobs, and nothing that holds them together.
    physicalId: record.type === 'CHRONOS' ? '<NO_ENDPOINT>' : deploymentId,
    status,
    ...(statusReason ? { statusReason } : {}),
    outputs: { ...record.outputs },
    task: status.endsWith('_IN_PROGRESS') && record.type !== 'MARATHON' ? 'DEPLOYER' : 'NONE',
    ...(callback ? { callback } : {}),
    ...(userGroup ? { userGroup } : {}),
    ...providerOf(record, region),
    createdBy: { ...record.owner },
    links: [
      { rel: 'self', href: self },
      { rel: 'resources', href: `${self}/resources` },
      { rel: 'template', href: `${self}/template` },
    ],
  };
}

/** What a callback is told: the same as GET answers, without links. */
export function callbackView(record: DeploymentSummary, region: string): DeploymentView {
  return { ...deploymentView(record, { baseUrl: '', region }), links: [] };
}

/** Of services and jobs it is their cluster, which is chosen before anything else is known. */
function providerOf(
  { type = 'TOSCA', status, hostClusterId = '', hostClusterName = '', hostEndpoint = '' }: DeploymentSummary,
  region: string,
): Pick<DeploymentView, 'cloudProviderName' | 'cloudProviderEndpoint'> {
  if (type !== 'TOSCA') {
    const endpoint = { cpEndpoint: hostEndpoint, cpComputeServiceId: hostClusterId, deploymentType: type };
    return { cloudProviderName: hostClusterName, cloudProviderEndpoint: endpoint };
  }
  const cloudProviderName = `aws-${region}`;
  const cpEndpoint = `https://ec2.${region}.amazonaws.com`;
  const endpoint = { cpEndpoint, cpComputeServiceId: cloudProviderName, deploymentType: 'AWS' };
  return { cloudProviderName, cloudProviderEndpoint: status === 'CREATE_IN_PROGRESS' ? {} : endpoint };
}

export function resourceView(resource: Resource, deploymentId: string, baseUrl: string): ResourceView {
  const deployment = `${baseUrl}/deployments/${deploymentId}`;
  const { resourceId, instanceId, jobName, vmInfo } = resource;
  const physicalId = instanceId ?? jobName;
  return {
    uuid: resourceId,
    creationTime: toApiTime(resource.createdAt),
    updateTime: toApiTime(resource.updatedAt),
    ...(physicalId ? { physicalId } : {}),
    state: resource.state,
    toscaNodeType: resource.nodeType,
    toscaNodeName: resource.nodeName,
    requiredBy: [],
    metadata: vmInfo ? { VirtualMachineInfo: JSON.stringify(vmInfo) } : {},
    links: [
      { rel: 'deployment', href: deployment },
      { rel: 'self', href: `${deployment}/resources/${resourceId}` },
    ],
  };
}

/** @param filters query parameters that every link keeps, where they were given */
export function pageView<T>(
  content: readonly T[],
  page: Omit<Page<unknown>, 'items'>,
  request: PageRequest,
  { call, filters }: { readonly call: HttpRequest; readonly filters: readonly string[] },
): PageView<T> {
  const { totalElements, totalPages } = page;
  return {
    links: pageLinks(totalPages, request, { call, filters }),
    content,
    page: { size: request.size, totalElements, totalPages, number: request.number },
  };
}

/** Links differ from one another, for orchent follows `next` until `self` equals `last`. */
function pageLinks(
  totalPages: number,
  request: PageRequest,
  { call, filters }: { readonly call: HttpRequest; readonly filters: readonly string[] },
): readonly Link[] {
  const kept = filters.flatMap((name) => call.query.getAll(name).map((value): [string, string] => [name, value]));
  const href = (number: number) => {
    const query = new URLSearchParams(kept);
    if (request.asked || totalPages > 1) {
      query.set('page', String(number));
      query.set('size', String(request.size));
      for (const { property, descending } of request.sort) {
        query.append('sort', `${property},${descending ? 'desc' : 'asc'}`);
      }
    }
    // The original leaves commas as they are.
    const text = query.toString().replaceAll('%2C', ',');
    return `${call.baseUrl}${call.path}${text && `?${text}`}`;
  };
  const { number } = request;
  const last = totalPages - 1;
  return [
    ...(totalPages > 1 ? [{ rel: 'first', href: href(0) }] : []),
    ...(number > 0 && number <= totalPages ? [{ rel: 'prev', href: href(number - 1) }] : []),
    { rel: 'self', href: href(number) },
    ...(number < last ? [{ rel: 'next', href: href(number + 1) }] : []),
    ...(totalPages > 1 ? [{ rel: 'last', href: href(last) }] : []),
  ];
}
