/**
 * Templates that INDIGO-DataCloud and its followers published. They are no part of this project: continuous integration keeps
 * them beside its clone, and there a missing folder fails. Elsewhere tests of them are skipped.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.cwd(), '..', 'shared', 'tosca');
const missing = !existsSync(folder) && process.env.CI !== 'true';

/** `describe`, or `describe.skip` where the templates are not. */
export const describePublished = missing ? describe.skip : describe;

/** File names of one kind: `clusters`, `services`, `jobs`. Never empty, as `it.each` wants it. */
export function publishedNames(kind: string): string[] {
  return missing ? ['not there'] : readdirSync(join(folder, kind)).filter((name) => /\.ya?ml$/.test(name));
}

export function publishedText(kind: string, name: string): string {
  return missing ? '' : readFileSync(join(folder, kind, name), 'utf8');
}
