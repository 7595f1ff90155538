/** Bundles the functions and synthesizes the stack into a directory of its own: `node local/build-assembly.ts <directory>`. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from '../bin/app.ts';
import { bundleFunctions } from '../bin/bundling.ts';

const [directory] = process.argv.slice(2);
if (!directory) throw new Error('say into which directory: node local/build-assembly.ts <directory>');
const functionsDir = join(directory, 'functions');
await bundleFunctions(functionsDir);
// Source maps are most of the size, and nobody reads them here.
for (const file of readdirSync(functionsDir, { recursive: true, encoding: 'utf8' })) {
  if (file.endsWith('.map')) rmSync(join(functionsDir, file));
}
// The receivers of callbacks are on this computer too.
const context = { callbackAllowedNetworks: ['127.0.0.0/8', '::1/128'] };
await synthesize({ outdir: join(directory, 'cdk.out'), functionsDir, context });
// The assembly has copies of its own.
rmSync(functionsDir, { recursive: true });
