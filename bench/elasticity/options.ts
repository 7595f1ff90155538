/** The command line of `npm run bench:elasticity`. */
import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run bench:elasticity -- [options]

  --seeds <n>      runs of each load and policy, with seeds 1 to n        (default 5)
  --shapes <list>  load shapes, comma separated                           (default all)
  --trace <file>   replays a CSV file as well: time,tasks,cpus,mem,duration
  --scale-ins <n>  simulated scale-ins under bad reports; 0: none         (default 20000)
  --write          writes docs/elasticity.md and the plots of seed 1
  --help           this text`;

export interface ElasticityOptions {
  readonly seeds: number;
  /** Names; absent: all. */
  readonly shapes?: readonly string[];
  /** Path of a CSV file. */
  readonly trace?: string;
  readonly scaleIns: number;
  readonly write: boolean;
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`--${name} takes whole numbers from ${least} to ${most}, not ${text}`);
}

/** @param known names of the load shapes @returns undefined: help is asked for. @throws Error in one sentence */
export function parseOptions(words: readonly string[], known: readonly string[]): ElasticityOptions | undefined {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seeds: { type: 'string', default: '5' },
      shapes: { type: 'string' },
      trace: { type: 'string' },
      'scale-ins': { type: 'string', default: '20000' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const shapes = values.shapes?.split(',');
  const wrong = shapes?.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new Error(`--shapes takes ${known.join(', ')}, not ${wrong}`);
  if (values.write && (shapes !== undefined || values.trace !== undefined)) {
    throw new Error('--write writes the page of all shapes: it goes with neither --shapes nor --trace');
  }
  return {
    seeds: wholeNumber('seeds', values.seeds, 1, 100),
    scaleIns: wholeNumber('scale-ins', values['scale-ins'], 0, 100_000_000),
    write: values.write,
    ...(shapes ? { shapes } : {}),
    ...(values.trace === undefined ? {} : { trace: values.trace }),
  };
}
