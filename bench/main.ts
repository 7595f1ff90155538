/** `npm run bench`: how long the control plane takes to make clusters of several sizes, and what of AWS it uses. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareAssembly } from '../local/assembly.ts';
import { type Measurement, measure } from './measure.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { type Report, writeReport } from './report.ts';

const root = join(import.meta.dirname, '..');
const block = { begin: '<!-- bench:begin -->', end: '<!-- bench:end -->' };

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
  const file = join(root, 'README.md');
  const text = readFileSync(file, 'utf8');
  const [before, rest] = split(text, block.begin);
  const [, after] = split(rest, block.end);
  writeFileSync(file, `${before}${block.begin}\n\n${readme}\n\n${block.end}${after}`);
}

function split(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`README.md has no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
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
