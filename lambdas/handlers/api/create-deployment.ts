import type { ClusterSpec } from '../../domain/cluster/spec.ts';
import { json } from '../../runtime/http.ts';
import { acceptCreation } from './accept-creation.ts';
import { readCreation } from './read-creation.ts';
import { sendChanged } from './send-changed.ts';
import type { ApiServices, Operation } from './services.ts';
import { deploymentView } from './views.ts';

/**
 * POST /deployments. The whole template is checked before anything is stored. Then the secret comes first: what has a secret but
 * no records is found by the sweep and removed, while records without secret would be a cluster that cannot start.
 */
export const createDeployment: Operation = async (call, services) => {
  const { clock, ids, settings, credentials, deployments } = services;
  const creation = readCreation(call, settings.maxTemplateBytes);
  const deploymentId = ids.uuid();
  const context = { deploymentId, owner: call.caller, now: clock.now(), ids, settings };
  const { deployment, desired, secrets } = acceptCreation(creation, context);
  await credentials.create(deploymentId, secrets);
  await deployments.create(deployment, desired);
  await tellNotes(deploymentId, desired.spec, services);
  await sendChanged(deploymentId, services);
  const view = deploymentView(deployment, { baseUrl: call.baseUrl, region: settings.region });
  return json(201, { ...view, task: 'NONE' });
};

/** What was understood differently from the template's letter goes to the activity log, which is no reason to fail. */
async function tellNotes(
  deploymentId: string,
  spec: ClusterSpec,
  { clusters, clock, log }: ApiServices,
): Promise<void> {
  const entries = spec.notes.map((text) => ({ level: 'info' as const, text }));
  if (entries.length === 0) return;
  try {
    await clusters.addActivity(deploymentId, entries, clock.now());
  } catch (error) {
    log.error('notes not logged', { clusterId: deploymentId, error });
  }
}
