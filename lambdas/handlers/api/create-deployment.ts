import { type HttpResponse, json } from '../../runtime/http.ts';
import { acceptCluster, type NewCluster } from './accept-creation.ts';
import { readTemplate } from './accept-template.ts';
import { workloadTypeOf } from './accept-workload.ts';
import { createWorkload } from './create-workload.ts';
import { type Attempt, oncePerKey } from './idempotency.ts';
import { inRoom } from './quota.ts';
import { readCreation } from './read-creation.ts';
import { sendChanged } from './send-changed.ts';
import type { ApiServices, Operation, UserCall } from './services.ts';
import { tellActivity } from './tell-activity.ts';
import { deploymentView } from './views.ts';

/** POST /deployments: a cluster, or services or jobs on one. The whole template is checked before anything is stored. */
export const createDeployment: Operation = (call, services) =>
  oncePerKey(call, services, (attempt) => create(call, services, attempt));

async function create(call: UserCall, services: ApiServices, attempt: Attempt): Promise<HttpResponse> {
  const { clock, ids, settings } = services;
  const creation = readCreation(call, settings);
  const request = { creation, read: readTemplate(creation, settings) };
  const context = { deploymentId: attempt.deploymentId, caller: call.caller, now: clock.now(), ids, settings };
  const type = workloadTypeOf(request.read);
  if (type !== undefined) return createWorkload(call, { request, type, context }, attempt, services);
  return createCluster(call, acceptCluster(request, context), attempt, services);
}

/**
 * The secret comes first: what has a secret but no records is found by the sweep and removed, while records without secret would be
 * a cluster that cannot start.
 */
async function createCluster(
  { baseUrl }: UserCall,
  { deployment, desired, secrets }: NewCluster,
  { deploymentId, begin }: Attempt,
  services: ApiServices,
): Promise<HttpResponse> {
  await begin(() => inRoom(deployment, services, () => services.credentials.create(deploymentId, secrets)));
  await services.deployments.create(deployment, desired);
  // What was understood differently from the template's letter.
  await tellActivity(deploymentId, desired.spec.notes, services);
  await sendChanged(deployment, services);
  const view = deploymentView(deployment, { baseUrl, region: services.settings.region });
  return json(201, { ...view, task: 'NONE' });
}
