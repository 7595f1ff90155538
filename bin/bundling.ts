import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type OutputFile } from 'esbuild';
import { documentationFiles } from '../lambdas/contracts/api.ts';
import { type FunctionName, functionEnvs } from '../lambdas/contracts/functions.ts';

const root = join(import.meta.dirname, '..');

/** Where the bundles are, one directory per function. */
export const defaultFunctionsDir = join(root, 'dist', 'functions');

/** Size of a bundle, by function. */
export type BundleSizes = ReadonlyMap<FunctionName, number>;

/**
 * Bundles `lambdas/handlers/<name>.ts` to `<outdir>/<name>/index.mjs` for every function, in one build. The same sources
 * always give the same bytes, so that unchanged functions are not deployed again. Only what changed is written, and whole
 * files only: who reads the bundles meanwhile, another terminal's local cloud for instance, is not disturbed.
 * @returns sizes in bytes @throws Error naming the handlers that do not exist, or esbuild's errors
 */
export async function bundleFunctions(outdir = defaultFunctionsDir): Promise<BundleSizes> {
  const names = Object.keys(functionEnvs) as FunctionName[];
  const missing = names.filter((name) => !existsSync(handlerFile(name)));
  if (missing.length > 0) throw new Error(`lambdas/handlers lacks ${missing.map((name) => `${name}.ts`).join(', ')}`);
  const { outputFiles } = await build({
    write: false,
    absWorkingDir: root,
    entryPoints: names.map((name) => ({ in: handlerFile(name), out: `${name}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // `module` first: the SDK's ES modules can be shaken, its CommonJS ones cannot.
    mainFields: ['module', 'main'],
    // Beside the bundle and not named in it: for reading a stack trace by hand, without a cost at the function's start.
    sourcemap: 'external',
    // Packages that are CommonJS inside still call require for Node's own modules.
    banner: {
      js: "import{createRequire as createRequireForBundle}from'node:module';const require=createRequireForBundle(import.meta.url);",
    },
    legalComments: 'none',
    logLevel: 'warning',
  });
  await removeOthers(outdir, names);
  await Promise.all([...outputFiles, ...(await readDocumentation(outdir))].map(writeIfChanged));
  const sizes = new Map(outputFiles.map(({ path, contents }) => [path, contents.length]));
  return new Map(names.map((name) => [name, sizes.get(join(outdir, name, 'index.mjs')) ?? 0]));
}

/** Read at run time and too large to be loaded with the function: what serve-api has beside its bundle. */
async function readDocumentation(outdir: string): Promise<WrittenFile[]> {
  const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const names = [...documentationFiles, 'LICENSE', 'NOTICE'];
  return Promise.all(
    names.map(async (name) => ({
      path: join(outdir, 'serve-api', 'docs', name),
      contents: await readFile(join(source, name)),
    })),
  );
}

function handlerFile(name: FunctionName): string {
  return join(root, 'lambdas', 'handlers', `${name}.ts`);
}

/** Bundles of functions that are no more. */
async function removeOthers(outdir: string, names: readonly string[]): Promise<void> {
  await mkdir(outdir, { recursive: true });
  const others = (await readdir(outdir)).filter((entry) => !names.includes(entry));
  await Promise.all(others.map((entry) => rm(join(outdir, entry), { recursive: true, force: true })));
}

type WrittenFile = Pick<OutputFile, 'path' | 'contents'>;

async function writeIfChanged({ path, contents }: WrittenFile): Promise<void> {
  const old = await readFile(path).catch(() => undefined);
  if (old?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, contents);
  await rename(unfinished, path);
}
