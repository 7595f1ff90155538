/** Bundles the functions and synthesizes the stack into a directory of its own: `node local/build-assembly.ts <directory>`. */
import { join } from 'node:path';
import { synthesize } from '../bin/app.ts';
import { bundleFunctions } from '../bin/bundling.ts';

const [directory] = process.argv.slice(2);
if (!directory) throw new Error('say into which directory: node local/build-assembly.ts <directory>');
const functionsDir = join(directory, 'functions');
await bundleFunctions(functionsDir);
await synthesize({ outdir: join(directory, 'cdk.out'), functionsDir });
