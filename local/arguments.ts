/** The command line of `npm start`. */
import { parseArgs } from 'node:util';
import * as z from 'zod';

export const USAGE = `Usage: npm start -- [options]

  --port <n>      port of the API; 0 takes a free one              (default 8080)
  --aws-port <n>  port of the AWS endpoint; 0 takes a free one     (default 4566)
  --speed <n>     simulated seconds per second                     (default 1)
  --seed <text>   equal seeds draw equal delays and failures       (default 1)
  --verbose       print what the functions print
  --help          this text`;

const port = z.coerce
  .number('must be a number')
  .int('must be a whole number')
  .min(0, 'must be 0 to 65535')
  .max(65535, 'must be 0 to 65535');
const Options = z.object({
  port: port.default(8080),
  'aws-port': port.default(4566),
  speed: z.coerce
    .number('must be a number')
    .positive('must be above 0')
    .max(10_000, 'must be at most 10000')
    .default(1),
  seed: z.string().min(1, 'must not be empty').default('1'),
  verbose: z.boolean().default(false),
  help: z.boolean().default(false),
});

export interface Arguments {
  readonly port: number;
  readonly awsPort: number;
  readonly speed: number;
  readonly seed: string;
  readonly verbose: boolean;
}

/** @returns the arguments; `fault` is one sentence that says what is wrong with them */
export function parseArguments(
  words: readonly string[],
): Arguments | { readonly help: true } | { readonly fault: string } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        port: { type: 'string' },
        'aws-port': { type: 'string' },
        speed: { type: 'string' },
        seed: { type: 'string' },
        verbose: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const { 'aws-port': awsPort, help, ...rest } = Options.parse(values);
    return help ? { help: true } : { awsPort, ...rest };
  } catch (error) {
    return { fault: sentenceOf(error) };
  }
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return (error as Error).message;
  return error.issues.map(({ path, message }) => `--${path.join('.')} ${message}`).join('; ');
}
