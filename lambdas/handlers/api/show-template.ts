import { NotFound } from '../../contracts/error-names.ts';
import { isSameOwner } from '../../domain/deployment/access.ts';
import { type DeploymentRecord, isWorkload } from '../../domain/deployment/deployment.ts';
import { restoreTemplate } from '../../domain/tosca/index.ts';
import { text } from '../../runtime/http.ts';
import { loadVisibleDeployment } from './load-deployment.ts';
import type { ApiServices, Operation } from './services.ts';

const marker = /<secret-\d+-\d+>/;

/**
 * GET /deployments/{id}/template: to its owner verbatim as it was sent, though without what an update was to remove. Others see
 * markers in place of secrets, and so does the owner while it is deleted and the secrets are gone before it.
 */
export const showTemplate: Operation = async (call, services) => {
  const deployment = await loadVisibleDeployment(call, services);
  const { owner, template } = deployment;
  if (!isSameOwner(owner, call.caller) || !marker.test(template)) return text(template);
  return text(restoreTemplate(template, await readLiterals(deployment, services)));
};

async function readLiterals(
  deployment: DeploymentRecord,
  { credentials, workloadCredentials }: ApiServices,
): Promise<Readonly<Record<string, string>>> {
  const store = isWorkload(deployment) ? workloadCredentials : credentials;
  const { update, workloadUpdate } = deployment;
  try {
    return (await store.get(deployment.deploymentId, (workloadUpdate ?? update)?.secretVersion)).templateLiterals;
  } catch (error) {
    if (error instanceof NotFound) return {};
    throw error;
  }
}
