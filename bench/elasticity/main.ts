/** `npm run bench:elasticity`: how well slaves follow their load, beside other autoscalers, in simulated time. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceBlock } from '../marked-block.ts';
import { type Comparison, compare, compareTenAtOnce, type Shape } from './compare.ts';
import { type ElasticityOptions, parseOptions, USAGE } from './options.ts';
import { demandOf, plotOf, supplyOf } from './plot.ts';
import { demandColour, drawn, type Findings, writeFindings } from './report.ts';
import { playScaleIns } from './scale-ins.ts';
import { shapes } from './shapes.ts';
import { parseTrace } from './trace.ts';

const root = join(import.meta.dirname, '..', '..');
const nameOf = (shape: Shape): string => shape.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const known = shapes.map(nameOf);

/** Scale-ins with something broken on purpose are so many at most: they only have to show that it is found. */
const mostBroken = 5000;
/** Of the one load that takes no time to simulate there are more seeds. */
const tenSeedFactor = 4;

function run(options: ElasticityOptions): Findings {
  const { seeds, scaleIns, trace } = options;
  const chosen = shapes.filter((shape) => options.shapes?.includes(nameOf(shape)) ?? true);
  const replayed = trace === undefined ? [] : [parseTrace(readTrace(trace), trace)];
  const loads: readonly Shape[] = [...chosen, ...replayed.map((workload) => () => workload)];
  const comparisons = loads.map((shape) =>
    timed(
      () => compare(shape, seeds),
      ({ workload }) => workload.title,
    ),
  );
  const tens = compareTenAtOnce(seeds * tenSeedFactor);
  if (scaleIns === 0) return { comparisons, tens, broken: [] };
  const played = timed(
    () => playScaleIns(scaleIns, 1),
    ({ count }) => `${count} scale-ins`,
  );
  const few = Math.min(scaleIns, mostBroken);
  const broken = [
    ['with no hold', playScaleIns(few, 1, 'no-hold')],
    ['blind', playScaleIns(few, 1, 'blind')],
  ] as const;
  return { comparisons, tens, scaleIns: played, broken };
}

function readTrace(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(
      `--trace takes a CSV file that can be read, not ${file} (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

function timed<T>(work: () => T, describe: (result: T) => string): T {
  const begun = performance.now();
  const result = work();
  console.error(`${describe(result)} (${((performance.now() - begun) / 1000).toFixed(0)} real seconds)`);
  return result;
}

function plotFirstSeed({ workload, runs }: Comparison): string {
  const lines = drawn.flatMap(({ policy, ...line }) => {
    const first = runs.get(policy)?.[0];
    return first ? [{ name: policy, ...line, steps: supplyOf(first.series) }] : [];
  });
  const ours = runs.get('mesoscale')?.[0];
  const demand = { name: 'demand', colour: demandColour, width: 6, steps: demandOf(ours?.series ?? []) };
  return plotOf(workload.title, workload.seconds, demand, lines);
}

const plotFile = ({ workload }: Comparison): string => `elasticity/${workload.name}.svg`;

function save(findings: Findings, command: string): void {
  const docs = join(root, 'docs');
  mkdirSync(join(docs, 'elasticity'), { recursive: true });
  for (const each of findings.comparisons) writeFileSync(join(docs, plotFile(each)), plotFirstSeed(each));
  const link = (each: Comparison): string => `![${each.workload.title}](${plotFile(each)})`;
  const text = `Written by \`${command}\`.\n\n${writeFindings(findings, link)}`;
  replaceBlock(join(docs, 'elasticity.md'), 'elasticity', text);
}

function main(words: readonly string[]): void {
  const options = parseOptions(words, known);
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  const findings = run(options);
  console.log(writeFindings(findings, () => ''));
  if (options.write) save(findings, ['npm run bench:elasticity --', ...words].join(' '));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 1;
}
