/**
 * Writes the scripts as nodes run them, with harmless values for the parameters, into a directory: `node render.ts <directory>`.
 * For check.sh.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeRoles } from '../lambdas/contracts/cluster.ts';
import { upkeepDocumentNames } from '../lambdas/contracts/documents.ts';
import { renderUserData } from '../lambdas/domain/release/user-data.ts';
import { startScript, upkeepScript } from './index.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('render.ts needs the directory to write to');
/** @param script with SSM's placeholders */
function write(name: string, script: string): void {
  writeFileSync(join(String(directory), `${name}.rendered.sh`), script.replaceAll(/\{\{ (\w+) \}\}/g, '$1'));
}

for (const name of upkeepDocumentNames) write(name, upkeepScript(name));
for (const role of nodeRoles) {
  write(`start-${role}`, startScript(role));
  const place = { clusterId: '00000000-0000-4000-8000-000000000000', region: 'eu-west-1' };
  const userData = renderUserData({ role, signalsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/signals', ...place });
  writeFileSync(join(directory, `user-data-${role}.rendered.sh`), userData);
}
