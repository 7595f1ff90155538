/** `npm run bench`: how long the control plane takes to make clusters of several sizes, and what of AWS it uses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareAssembly } from '../local/assembly.ts';
import { replaceBlock } from './marked-block.ts';
import { type Measurement, measure } from './measure.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { type Report, writeReport } from './report.ts';

const root = join(import.meta.dirname, '..');

async function run({ slaves, seeds, write }: BenchOptions, command: string): Promise<void> {
  const assembly = await prepareAssembly();
  const measurements: Measurement[] = [];
  for (const size of slaves) {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const measurement = await measure(assembly, size, seed);
      measurements.push(measurement);
      console.error(progressLine(measurement));
    }
  }
  const report = writeReport(measurements, command);
  console.log(report.tables);
  if (write) save(report);
}

function progressLine({ slaves, seed, durations, realSeconds }: Measurement): string {
  const { complete, ratio } = durations;
  return `${slaves} slaves, seed ${seed}: ${complete.toFixed(1)} s, ratio ${ratio.toFixed(3)} (${realSeconds.toFixed(0)} real seconds)`;
}

function save({ readme, document }: Report): void {
  writeFileSync(join(root, 'docs', 'benchmark.md'), document);
  replaceBlock(join(root, 'README.md'), 'bench', readme);
}

async function main(words: readonly string[]): Promise<void> {
  const options = parseOptions(words);
  if (options === undefined) console.log(USAGE);
  else await run(options, ['npm run bench --', ...words].join(' ').replace(/ --$/, ''));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 1;
});
