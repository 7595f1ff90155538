import type * as z from 'zod';
import { Misconfigured } from '../contracts/error-names.ts';

/**
 * Checks the environment once per container.
 *
 * @throws Misconfigured that lists every fault by the variable's name; values may be secret and are never shown
 */
export function parseEnv<S extends z.ZodObject>(
  schema: S,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): z.output<S> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => describeFault(issue, environment));
  throw new Misconfigured(`The environment is wrong: ${[...new Set(faults)].join('; ')}.`);
}

/** Only code and path of the issue are used: zod's own messages can quote the value. */
function describeFault(issue: z.core.$ZodIssue, environment: Readonly<Record<string, string | undefined>>): string {
  const [name = 'environment', ...inside] = issue.path.map(String);
  if (environment[name] === undefined) return `${name} is missing`;
  const place = inside.length > 0 ? ` at ${inside.join('.')}` : '';
  return `${name} has a wrong value${place} (${issue.code})`;
}
