import { NotFound } from '../../contracts/error-names.ts';
import { restoreTemplate } from '../../domain/tosca/index.ts';
import { text } from '../../runtime/http.ts';
import { loadDeployment } from './load-deployment.ts';
import type { ApiServices, Operation } from './services.ts';

const marker = /<secret-\d+-\d+>/;

/** GET /deployments/{id}/template: verbatim as it was sent, to its owner; while it is deleted the secrets may be gone before it. */
export const showTemplate: Operation = async (call, services) => {
  const { deploymentId, template } = await loadDeployment(call, services);
  if (!marker.test(template)) return text(template);
  return text(restoreTemplate(template, await readLiterals(deploymentId, services)));
};

async function readLiterals(
  deploymentId: string,
  { credentials }: ApiServices,
): Promise<Readonly<Record<string, string>>> {
  try {
    return (await credentials.get(deploymentId)).templateLiterals;
  } catch (error) {
    if (error instanceof NotFound) return {};
    throw error;
  }
}
