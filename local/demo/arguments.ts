/** The command line of `npm run demo`. */
import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run demo -- [FILE] [options]

  FILE             a TOSCA template                       (default examples/mesos-cluster.yaml)
                   Services and jobs get the cluster of examples/small-cluster.yaml first;
                   a cluster with elastic slaves gets a burst of services, to grow and shrink
  -p name=value    a parameter; may be repeated. Values that are JSON are taken as JSON. Passwords
                   that the template requires and nobody gives are made up
  --speed <n>      simulated seconds per second           (default 60)
  --seed <text>    equal seeds draw equal delays          (default 1)
  --keep           leave all that was made and the local cloud running, until Ctrl-C
  --help           this text`;

export interface DemoArguments {
  /** Absent: the project's own example. */
  readonly file?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly speed: number;
  readonly seed: string;
  readonly keep: boolean;
}

function readParameter(text: string): readonly [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`-p takes name=value, not "${text}"`);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value) as unknown];
  } catch {
    return [text.slice(0, at), value];
  }
}

/** @throws Error with one sentence that says what is wrong */
export function parseDemoArguments(words: readonly string[]): DemoArguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      param: { type: 'string', short: 'p', multiple: true, default: [] },
      speed: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const speed = Number(values.speed);
  if (!(speed > 0 && speed <= 10_000))
    throw new Error(`--speed must be above 0 and at most 10000, not ${values.speed}`);
  const [file, ...more] = positionals;
  if (more.length > 0) throw new Error(`one template at a time, not also ${more.join(', ')}`);
  return {
    ...(file === undefined ? {} : { file }),
    parameters: Object.fromEntries(values.param.map(readParameter)),
    speed,
    seed: values.seed,
    keep: values.keep,
  };
}
