/** Text between two marks of a document that people write the rest of. */
import { readFileSync, writeFileSync } from 'node:fs';

/** @param name the marks are `<!-- name:begin -->` and `<!-- name:end -->`. @throws Error if the document lacks one */
export function replaceBlock(file: string, name: string, content: string): void {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [before, rest] = split(readFileSync(file, 'utf8'), begin, file);
  const [, after] = split(rest, end, file);
  writeFileSync(file, `${before}${begin}\n\n${content}\n\n${end}${after}`);
}

function split(text: string, mark: string, file: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`${file} has no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
