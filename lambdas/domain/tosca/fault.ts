/** How the reader complains: one sentence that begins with the place in the template. */
import { InvalidInput } from '../../contracts/error-names.ts';
import type { Path } from './value.ts';

const longestName = 80;
const mostNames = 40;

/** `node_templates.mesos_slave.properties.front_end_ip` */
export function dotted(path: Path): string {
  return path.map((step) => clip(String(step))).join('.');
}

/** `node_templates[n][properties][x]`, the form of the orchestrator's messages. */
export function bracketed(path: Path): string {
  const [first, ...rest] = path.map((step) => clip(String(step)));
  return [first, ...rest.map((step) => `[${step}]`)].join('');
}

/** @throws InvalidInput `<path>: <message>` */
export function fail(path: Path, message: string): never {
  throw new InvalidInput(path.length === 0 ? message : `${dotted(path)}: ${message}`);
}

/** A name out of the template as it may stand in a message: one line, not endless. */
export function quote(name: string): string {
  return `<${clip(name)}>`;
}

/** One line, not endless: names come from strangers. */
export function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= longestName ? line : `${line.slice(0, longestName)}…`;
}

/** `; did you mean <x>?` if something is near, else `; known are a, b, c`. */
export function suggest(name: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(name, names, 1)[0];
  if (near !== undefined) return `; did you mean ${near}?`;
  return names.length === 0 ? '' : `; known are ${enumerate(names)}`;
}

/** The names, but not endlessly many. */
export function enumerate(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map(clip).join(', ');
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown;
}

/** The known names that are like `name`, most alike first. */
export function nearest(name: string, known: readonly string[], limit: number): readonly string[] {
  const wanted = name.slice(0, longestName).toLowerCase();
  const tolerance = Math.max(2, Math.floor(wanted.length / 3));
  return known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.slice(0, longestName).toLowerCase()) }))
    .filter(({ distance }) => distance <= tolerance)
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
