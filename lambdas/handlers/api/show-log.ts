import { text } from '../../runtime/http.ts';
import { loadDeployment } from './load-deployment.ts';
import type { Operation } from './services.ts';

/** GET /deployments/{id}/log: what the loop did and why, a line per entry, oldest first. */
export const showLog: Operation = async (call, services) => {
  const { deploymentId } = await loadDeployment(call, services);
  const entries = await services.deployments.listActivity(deploymentId);
  return text(entries.map((entry) => `${entry.at} ${entry.level.toUpperCase()} ${oneLine(entry.text)}\n`).join(''));
};

const oneLine = (entry: string) => entry.replaceAll(/\s*[\r\n]+\s*/g, ' ');
