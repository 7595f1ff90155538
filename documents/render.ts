/**
 * Writes the scripts as nodes run them, with harmless values for the parameters, into a directory: `node render.ts <directory>`.
 * For check.sh.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeRoles } from '../lambdas/contracts/cluster.ts';
import { renderUserData } from '../lambdas/domain/release/user-data.ts';
import { startScript } from './index.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('render.ts needs the directory to write to');
for (const role of nodeRoles) {
  writeFileSync(join(directory, `start-${role}.rendered.sh`), startScript(role).replaceAll(/\{\{ (\w+) \}\}/g, '$1'));
  const place = { clusterId: '00000000-0000-4000-8000-000000000000', region: 'eu-west-1' };
  const userData = renderUserData({ role, signalsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/signals', ...place });
  writeFileSync(join(directory, `user-data-${role}.rendered.sh`), userData);
}
