import { ResourceActionRequest } from '../../contracts/api.ts';
import { InvalidInput } from '../../contracts/error-names.ts';
import type { NodeRecord } from '../../domain/cluster/records.ts';
import { type DeploymentRecord, isWorkload, updatable } from '../../domain/deployment/deployment.ts';
import { findStopObstacle } from '../../domain/deployment/power.ts';
import { listResources, type Resource } from '../../domain/deployment/resources.ts';
import { HttpError } from '../../runtime/http-errors.ts';
import { loadDeployment } from './load-deployment.ts';
import { readJson } from './read-json.ts';
import { sendChanged } from './send-changed.ts';
import type { Operation } from './services.ts';
import { tellActivity } from './tell-activity.ts';

const computeType = 'tosca.nodes.Compute';
const neededState = { stop: 'STARTED', start: 'STOPPED' } as const;

/** POST /deployments/{id}/resources/{rid}/actions `{"type":"stop"|"start"}`: powers the node off or on; the loop does it. */
export const actOnResource: Operation = async (call, services) => {
  const { type } = readJson(call, ResourceActionRequest);
  const deployment = await loadDeployment(call, services);
  const { deploymentId, status } = deployment;
  if (isWorkload(deployment)) throw new InvalidInput(`${deployment.type} deployment: actions not supported yet.`);
  if (!updatable.includes(status)) {
    throw new HttpError(409, `Cannot perform actions on deployment in ${status} state`);
  }
  const known = await services.deployments.listNodes(deploymentId);
  const resource = findCompute(listResources(deployment, known), call.parameters.resourceId ?? '');
  const node = known.nodes.find(({ instanceId }) => instanceId === resource.instanceId);
  if (resource.state !== neededState[type] || node === undefined) {
    throw new HttpError(409, `Cannot ${type} a resource in ${resource.state} state`);
  }
  if (type === 'stop') refuseStop(node, known.nodes, deployment);
  const power = type === 'stop' ? 'off' : 'on';
  const now = services.clock.now();
  await services.deployments.setPower(deploymentId, { instanceId: node.instanceId, power }, now);
  await tellActivity(deploymentId, [`${node.group} ${node.ordinal} is to ${type}`], services);
  await sendChanged(deployment, services);
  return { status: 202 };
};

/** @throws InvalidInput */
function findCompute(resources: readonly Resource[], resourceId: string): Resource {
  const resource = resources.find((candidate) => candidate.resourceId === resourceId);
  if (!resource) throw new InvalidInput(`Unknown resource with id <${resourceId.slice(0, 100)}>`);
  if (resource.nodeType === computeType || resource.ancestors.includes(computeType)) return resource;
  throw new InvalidInput(
    `Resource <${resourceId}> is a ${resource.nodeType}: only compute nodes can be started and stopped`,
  );
}

/** @throws InvalidInput for what can never be stopped, HttpError 409 for what cannot be now */
function refuseStop(node: NodeRecord, nodes: readonly NodeRecord[], deployment: DeploymentRecord): void {
  const { group, ordinal, market } = node;
  if (market === 'spot') {
    throw new InvalidInput(`${group} ${ordinal} is a spot instance: EC2 can only terminate it, not stop it`);
  }
  const obstacle = findStopObstacle(node, nodes, deployment);
  if (obstacle !== undefined) throw new HttpError(409, obstacle);
}
