import { text } from '../../runtime/http.ts';
import { loadDeployment } from './load-deployment.ts';
import type { Operation } from './services.ts';

/** Lambda answers with 6 MB at most; a job that runs each minute has more to tell after some weeks. */
const mostEntries = 20_000;
const mostBytes = 4_000_000;

/** GET /deployments/{id}/log: what the loop did and why, a line per entry, oldest first; of a very long log the newest part. */
export const showLog: Operation = async (call, services) => {
  const { deploymentId } = await loadDeployment(call, services);
  const entries = await services.deployments.listActivity(deploymentId, mostEntries);
  const lines = entries.map((entry) => `${entry.at} ${entry.level.toUpperCase()} ${oneLine(entry.text)}\n`);
  const shown = newestWithin(lines, mostBytes);
  const isCut = shown.length < lines.length || entries.length === mostEntries;
  return text([...(isCut ? [`… and what was before; this is the newest part\n`] : []), ...shown].join(''));
};

function newestWithin(lines: readonly string[], bytes: number): readonly string[] {
  let left = bytes;
  const first = lines.findLastIndex((line) => {
    left -= Buffer.byteLength(line);
    return left < 0;
  });
  return lines.slice(first + 1);
}

const oneLine = (entry: string) => entry.replaceAll(/\s*[\r\n]+\s*/g, ' ');
