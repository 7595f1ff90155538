/**
 * YAML text to values. This is the only place that knows the YAML library. Templates come from strangers, so everything that
 * can explode is bounded before it does: bytes, tokens, depth, and the size after aliases are expanded.
 */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  parseDocument,
} from 'yaml';
import { InvalidInput } from '../../contracts/error-names.ts';
import { quote } from './fault.ts';
import { isNull, nullValue, type ScalarValue, type Value } from './value.ts';

export interface YamlLimits {
  readonly maxBytes: number;
  readonly maxTokens: number;
  readonly maxDepth: number;
  /** Values after every alias is replaced by what it stands for. */
  readonly maxValues: number;
}

export const defaultYamlLimits: YamlLimits = {
  maxBytes: 256 * 1024,
  maxTokens: 120_000,
  maxDepth: 64,
  maxValues: 50_000,
};

const yamlOptions = {
  uniqueKeys: false,
  prettyErrors: false,
  version: '1.2',
  schema: 'core',
  logLevel: 'silent',
} as const;

/** A value with what it costs when expanded. */
interface Measured {
  readonly value: Value;
  readonly size: number;
  readonly depth: number;
}

/** @throws InvalidInput if the text is no single YAML 1.2 document, or exceeds a limit */
export function readYaml(text: string, limits: YamlLimits = defaultYamlLimits): Value {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > limits.maxBytes)
    throw new InvalidInput(`The template has ${bytes} bytes; at most ${limits.maxBytes} are allowed`);
  const lines = new LineCounter();
  const document = compose(tokenize(text, lines, limits), text);
  const fault = document?.errors[0];
  if (fault) throw yamlFault(fault.message, fault.pos[0], lines);
  return new Conversion(lines, limits).convert(document?.contents ?? null).value;
}

/**
 * The document without what stands at these paths, written anew; its comments stay. The text must have been read before, for
 * nothing is bounded here.
 */
export function withoutPaths(text: string, paths: readonly (readonly string[])[]): string {
  const document = parseDocument(text, yamlOptions);
  for (const path of paths) if (document.hasIn(path)) document.deleteIn(path);
  return document.toString({ lineWidth: 0 });
}

function tooDeep(limits: YamlLimits): InvalidInput {
  return new InvalidInput(`The template is nested deeper than ${limits.maxDepth} levels`);
}

function yamlFault(message: string, offset: number, lines: LineCounter): InvalidInput {
  const { line, col } = lines.linePos(offset);
  const sentence = message.split('\n')[0]?.slice(0, 160);
  return new InvalidInput(`The template is not valid YAML at line ${line}, column ${col}: ${sentence}`);
}

function tokenize(text: string, lines: LineCounter, limits: YamlLimits): CST.Token[] {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > limits.maxTokens) throw new InvalidInput('The template has too many YAML tokens');
    tokens.push(...parser.next(lexeme));
    // The composer is recursive, so depth is bounded before it runs: the stack holds the open collections.
    if (parser.stack.length > limits.maxDepth + 4) throw tooDeep(limits);
  }
  tokens.push(...parser.end());
  return tokens;
}

function compose(tokens: readonly CST.Token[], text: string): Document.Parsed | undefined {
  const composer = new Composer(yamlOptions);
  const documents = [...composer.compose(tokens, true, text.length)];
  if (documents.length > 1)
    throw new InvalidInput('The template holds more than one YAML document; exactly one is allowed');
  return documents[0] as Document.Parsed | undefined;
}

/** Turns the library's nodes into values. Anchors are converted once and shared. */
class Conversion {
  private readonly anchors = new Map<string, Measured>();
  private readonly lines: LineCounter;
  private readonly limits: YamlLimits;

  constructor(lines: LineCounter, limits: YamlLimits) {
    this.lines = lines;
    this.limits = limits;
  }

  convert(node: Node | null): Measured {
    const measured = this.measure(node);
    if (measured.size > this.limits.maxValues)
      throw new InvalidInput(`The template expands to more than ${this.limits.maxValues} values; use fewer aliases`);
    if (measured.depth > this.limits.maxDepth) throw tooDeep(this.limits);
    if (node && 'anchor' in node && node.anchor) this.anchors.set(node.anchor, measured);
    return measured;
  }

  private measure(node: Node | null): Measured {
    if (isAlias(node)) return this.aliased(node.source, node.range?.[0] ?? 0);
    if (isMap(node)) return this.map(node.items as Pair<Node, Node | null>[]);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.convert(item as Node));
      return { value: { kind: 'list', items: items.map((item) => item.value) }, ...cost(items) };
    }
    return { value: isScalar(node) ? scalar(node) : nullValue, size: 1, depth: 0 };
  }

  private aliased(anchor: string, offset: number): Measured {
    const target = this.anchors.get(anchor);
    if (!target) throw yamlFault(`the alias ${quote(anchor)} refers to itself or to nothing`, offset, this.lines);
    return target;
  }

  private map(pairs: readonly Pair<Node, Node | null>[]): Measured {
    const entries = new Map<string, Value>();
    const merged: Value[] = [];
    const parts: Measured[] = [];
    for (const pair of pairs) {
      const key = this.key(pair.key);
      const part = this.convert(pair.value);
      parts.push(part);
      if (key === '<<') merged.push(part.value);
      else if (entries.has(key))
        throw yamlFault(`the key ${quote(key)} is given twice`, pair.key.range?.[0] ?? 0, this.lines);
      else entries.set(key, part.value);
    }
    for (const value of merged) merge(entries, value);
    return { value: { kind: 'map', entries }, ...cost(parts) };
  }

  private key(node: Node | null): string {
    if (node === null) return '';
    const { value } = this.convert(node);
    if (value.kind === 'scalar') return value.text;
    throw yamlFault('a key must be a single value, not a list or a map', node.range?.[0] ?? 0, this.lines);
  }
}

function cost(parts: readonly Measured[]): { size: number; depth: number } {
  let size = 1;
  let depth = 0;
  for (const part of parts) {
    size += part.size;
    depth = Math.max(depth, part.depth + 1);
  }
  return { size, depth };
}

/** `<<: *anchor` or `<<: [*a, *b]`: keys that are already there win. */
function merge(entries: Map<string, Value>, value: Value): void {
  const sources: readonly Value[] = value.kind === 'list' ? value.items : [value];
  for (const source of sources) {
    if (source.kind !== 'map') {
      if (!isNull(source)) throw new InvalidInput('A merge key (<<) in the template must name a map or a list of maps');
      continue;
    }
    for (const [key, item] of source.entries) if (!entries.has(key)) entries.set(key, item);
  }
}

function scalar(node: { value: unknown; source?: string; range?: readonly number[] | null }): ScalarValue {
  const plain = plainScalar(node.value);
  const text = plain === null ? '' : typeof plain === 'string' ? plain : (node.source ?? String(plain));
  const [start, end] = node.range ?? [];
  if (start === undefined || end === undefined || end <= start) return { kind: 'scalar', plain, text };
  return { kind: 'scalar', plain, text, range: [start, end] };
}

function plainScalar(value: unknown): ScalarValue['plain'] {
  if (value === null || value === undefined) return null;
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}
