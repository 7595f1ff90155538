/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run bench -- [options]

  --slaves <list>  numbers of slaves, comma separated             (default 10,100,1000)
  --seeds <n>      deployments of each size, with seeds 1 to n    (default 3)
  --write          write the result to README.md and docs/benchmark.md
  --help           this text`;

export interface BenchOptions {
  readonly slaves: readonly number[];
  readonly seeds: number;
  readonly write: boolean;
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new Error(`--${name} takes whole numbers from 1 to 99999, not ${text}`);
}

/** @returns undefined: help is asked for. @throws Error in one sentence */
export function parseOptions(words: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...words],
    options: {
      slaves: { type: 'string', default: '10,100,1000' },
      seeds: { type: 'string', default: '3' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const slaves = values.slaves.split(',').map((text) => wholeNumber('slaves', text));
  return { slaves, seeds: wholeNumber('seeds', values.seeds), write: values.write };
}
