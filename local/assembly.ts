/** The synthesized stack, made anew only when a source changed: for `npm start` and for tests. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const cache = join(root, 'node_modules', '.cache', 'local-assemblies');
/** What the stack is made of. */
const SOURCES = [
  'bin',
  'cdk.json',
  'constructs',
  'documents',
  'lambdas',
  'local/build-assembly.ts',
  'package-lock.json',
  'state-machines',
];
/** Assemblies that are kept, so that going back and forth between states of the sources stays quick. */
const KEPT = 3;
/** A younger one may be in use by a local cloud that is still running. */
const IN_USE_MS = 3_600_000;
const POLL_MS = 200;

let prepared: Promise<string> | undefined;

/**
 * Bundles and synthesizes if the sources changed since the last time. Processes that ask at the same time share one build,
 * and a process stays with the assembly that it got first.
 *
 * @returns the directory of the cloud assembly
 * @throws Error with what the build printed
 */
export function prepareAssembly(): Promise<string> {
  prepared ??= findOrBuild();
  return prepared;
}

async function findOrBuild(): Promise<string> {
  const directory = join(cache, hashSources());
  const assembly = join(directory, 'cdk.out');
  while (!existsSync(assembly)) {
    if (lock(directory)) await build(directory).finally(() => unlock(directory));
    else if (isAbandoned(directory)) unlock(directory);
    else await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return assembly;
}

async function build(directory: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const script = join(import.meta.dirname, 'build-assembly.ts');
  // A process of its own: the CDK takes hundreds of megabytes that the local cloud need not carry.
  await promisify(execFile)(process.execPath, [script, unfinished], { cwd: root }).catch(
    (error: { stderr?: string; message: string }) => {
      throw new Error(`the stack cannot be synthesized:\n${error.stderr || error.message}`);
    },
  );
  renameSync(unfinished, directory);
  removeOld();
}

/** A lock names its holder's process, so that one whose holder was killed does not last. */
function lock(directory: string): boolean {
  mkdirSync(cache, { recursive: true });
  try {
    writeFileSync(`${directory}.lock`, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function unlock(directory: string): void {
  rmSync(`${directory}.lock`, { force: true });
}

function isAbandoned(directory: string): boolean {
  try {
    const holder = Number(readFileSync(`${directory}.lock`, 'utf8'));
    if (holder > 0) process.kill(holder, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function removeOld(): void {
  const assemblies = readdirSync(cache)
    .filter((name) => !name.includes('.'))
    .map((name) => ({ name, madeAt: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.madeAt - a.madeAt);
  const old = assemblies.slice(KEPT).filter(({ madeAt }) => Date.now() - madeAt > IN_USE_MS);
  for (const { name } of old) rmSync(join(cache, name), { recursive: true, force: true });
}

function hashSources(): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => filesBelow(join(root, source)))) {
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}
