/** POST /deployments with services or jobs: they get a cluster, and are submitted there by their loop. */
import type { WorkloadType } from '../../domain/workload/spec.ts';
import { type HttpResponse, json } from '../../runtime/http.ts';
import type { CreationContext, CreationRequest } from './accept-creation.ts';
import { acceptWorkload } from './accept-workload.ts';
import { chooseHost, claimHost } from './choose-host.ts';
import type { Attempt } from './idempotency.ts';
import { inRoom, undo } from './quota.ts';
import { sendChanged } from './send-changed.ts';
import type { ApiServices, UserCall } from './services.ts';
import { tellActivity } from './tell-activity.ts';
import { deploymentView } from './views.ts';

export interface AskedWorkload {
  readonly request: CreationRequest;
  readonly type: WorkloadType;
  readonly context: CreationContext;
}

/**
 * Looked around first, so that what fits nowhere stores nothing. Then claim, secret, records, in this order: what stops in between
 * leaves a claim that whoever looks at its cluster gives back after two minutes, and a secret that the sweep removes. What is refused
 * for want of room has no secret yet, and the API may not remove any.
 */
export async function createWorkload(
  call: UserCall,
  { request, type, context }: AskedWorkload,
  { begin }: Pick<Attempt, 'begin'>,
  services: ApiServices,
): Promise<HttpResponse> {
  const { settings, workloads, workloadCredentials } = services;
  const workload = acceptWorkload(request, type, { ...context, origin: call.baseUrl });
  const { deploymentId } = workload.deployment;
  const seeking = { workload, request, caller: call.caller };
  const first = await chooseHost(seeking, services);
  let chosen = first;
  const prepare = async () => {
    chosen = await claimHost(first, seeking, services);
    try {
      await workloadCredentials.create(deploymentId, workload.secrets);
    } catch (error) {
      await undo('claim', deploymentId, services, () =>
        workloads.releaseClaim(chosen.host.hostClusterId, deploymentId),
      );
      throw error;
    }
  };
  await begin(() => inRoom(workload.deployment, services, prepare));
  const { host, activity } = chosen;
  const deployment = { ...workload.deployment, ...host };
  await workloads.create(deployment, { ...workload.desired, hostClusterId: host.hostClusterId });
  await tellActivity(deploymentId, [...activity, ...workload.desired.spec.notes], services);
  await sendChanged(deployment, services);
  const view = deploymentView(deployment, { baseUrl: call.baseUrl, region: settings.region });
  return json(201, { ...view, task: 'NONE' });
}
