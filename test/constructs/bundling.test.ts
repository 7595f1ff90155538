import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stop } from 'esbuild';
import { type BundleSizes, bundleFunctions } from '../../bin/bundling.ts';
import { functionEnvs } from '../../lambdas/contracts/functions.ts';

const names = Object.keys(functionEnvs);

/** A second or two of work, but on a machine that may be busy. */
const patienceMs = 120_000;

describe('bundleFunctions', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'mesoscale-bundles-'));
  let sizes: BundleSizes;
  beforeAll(async () => {
    sizes = await bundleFunctions(outdir);
  }, patienceMs);
  afterAll(async () => {
    rmSync(outdir, { recursive: true, force: true });
    await stop();
  });

  it('makes one small bundle per function', () => {
    expect(readdirSync(outdir).sort()).toEqual([...names].sort());
    for (const name of names) expect(sizes.get(name as keyof typeof functionEnvs)).toBeLessThan(1_600_000);
  });

  it(
    'makes modules that load on their own and export a handler',
    () => {
      const files = names.map((name) => pathToFileURL(join(outdir, name, 'index.mjs')).href);
      const load = `for (const file of ${JSON.stringify(files)}) console.log(typeof (await import(file)).handler);`;
      const output = execFileSync(process.execPath, ['--input-type=module', '--eval', load], {
        env: {},
        encoding: 'utf8',
      });
      expect(output.trim().split('\n')).toEqual(names.map(() => 'function'));
    },
    patienceMs,
  );

  it('writes nothing about the machine it ran on', () => {
    for (const name of names) {
      const text = readFileSync(join(outdir, name, 'index.mjs'), 'utf8');
      expect(text).not.toContain(process.cwd());
      expect(text).not.toContain('sourceMappingURL');
    }
  });
});
