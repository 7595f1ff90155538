/** CloudFormation's intrinsic functions. */

/** What the functions look up. Lookups throw an Error that says what is missing. */
export interface Scope {
  /** Value of a parameter, a pseudo parameter or a created resource. */
  ref(logicalId: string): unknown;
  attribute(logicalId: string, name: string): string;
  mapping(map: string, first: string, second: string): unknown;
  condition(name: string): boolean;
  readonly zones: readonly string[];
}

/** `AWS::NoValue`: the property that has it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => scope.ref(text(name)),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId = '', ...path] = typeof argument === 'string' ? argument.split('.') : list(argument).map(text);
    return scope.attribute(logicalId, path.join('.'));
  },
  'Fn::Join': (argument, scope) => {
    const [delimiter, parts] = list(argument);
    return list(resolve(parts, scope)).map(text).join(text(delimiter));
  },
  'Fn::Sub': (argument, scope) => {
    const [template, variables] = typeof argument === 'string' ? [argument, {}] : list(argument);
    return substitute(text(template), (resolve(variables, scope) ?? {}) as Record<string, unknown>, scope);
  },
  'Fn::Select': (argument, scope) => {
    const [index, values] = list(argument);
    const chosen = list(resolve(values, scope))[Number(resolve(index, scope))];
    if (chosen === undefined) throw new Error(`Fn::Select: there is no value at ${String(index)}`);
    return chosen;
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, source] = list(argument);
    return text(resolve(source, scope)).split(text(delimiter));
  },
  'Fn::GetAZs': (_region, scope) => scope.zones,
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = list(argument).map((part) => text(resolve(part, scope)));
    return scope.mapping(map ?? '', first ?? '', second ?? '');
  },
  'Fn::Base64': (argument, scope) => Buffer.from(text(resolve(argument, scope))).toString('base64'),
  'Fn::Cidr': (argument, scope) => {
    const [block, count, bits] = list(argument).map((part) => resolve(part, scope));
    return cidr(text(block), Number(count), Number(bits));
  },
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = list(argument);
    return resolve(scope.condition(text(name)) ? whenTrue : whenFalse, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(argument).map((side) => resolve(side, scope));
    return text(left) === text(right);
  },
  'Fn::And': (argument, scope) => list(argument).every((part) => resolve(part, scope) === true),
  'Fn::Or': (argument, scope) => list(argument).some((part) => resolve(part, scope) === true),
  'Fn::Not': (argument, scope) => list(argument).every((part) => resolve(part, scope) === false),
};

/** Replaces all intrinsic functions in a value. @throws Error for one that is not known here */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((entry) => resolve(entry, scope)).filter((entry) => entry !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const [name, argument] = soleEntry(value) ?? [];
  if (name !== undefined && isIntrinsic(name)) {
    const intrinsic = intrinsics[name];
    if (!intrinsic) throw new Error(`the intrinsic function ${name} is not known to the local cloud`);
    return intrinsic(argument, scope);
  }
  const entries = Object.entries(value).map(([key, entry]) => [key, resolve(entry, scope)] as const);
  return Object.fromEntries(entries.filter(([, entry]) => entry !== NO_VALUE));
}

/** Logical ids and parameters that a value mentions. */
export function referencesOf(value: unknown): Set<string> {
  const found = new Set<string>();
  collectReferences(value, found);
  return found;
}

function collectReferences(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const [name, argument] = (Array.isArray(value) ? undefined : soleEntry(value)) ?? [];
  for (const id of mentionedBy(name, argument)) found.add(id);
  for (const entry of Object.values(value)) collectReferences(entry, found);
}

function mentionedBy(name: string | undefined, argument: unknown): readonly string[] {
  if (name === 'Ref') return [text(argument)];
  if (name === 'Fn::GetAtt')
    return [Array.isArray(argument) ? text(argument[0]) : (text(argument).split('.')[0] ?? '')];
  return name === 'Fn::Sub' ? substitutedIds(argument) : [];
}

const PLACEHOLDER = /\$\{([^!}][^}]*)\}/g;

function substitutedIds(argument: unknown): string[] {
  const [template, variables] = typeof argument === 'string' ? [argument, {}] : list(argument);
  const names = [...text(template).matchAll(PLACEHOLDER)].map(([, name = '']) => name.trim());
  const own = Object.keys((variables ?? {}) as object);
  return names.filter((name) => !own.includes(name)).map((name) => name.split('.')[0] ?? name);
}

function substitute(template: string, variables: Readonly<Record<string, unknown>>, scope: Scope): string {
  const filled = template.replace(PLACEHOLDER, (_whole, placeholder: string) => {
    const name = placeholder.trim();
    if (name in variables) return text(variables[name]);
    const [logicalId = '', ...path] = name.split('.');
    return text(path.length > 0 ? scope.attribute(logicalId, path.join('.')) : scope.ref(name));
  });
  return filled.replaceAll('${!', '${');
}

function cidr(block: string, count: number, hostBits: number): string[] {
  const [address = '', prefix] = block.split('/');
  const base = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** hostBits;
  if (count * size > 2 ** (32 - Number(prefix))) throw new Error(`Fn::Cidr: ${count} blocks do not fit into ${block}`);
  return Array.from({ length: count }, (_, index) => {
    const start = base + index * size;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${32 - hostBits}`;
  });
}

function soleEntry(value: object): [string, unknown] | undefined {
  const entries = Object.entries(value);
  return entries.length === 1 ? entries[0] : undefined;
}

function isIntrinsic(name: string): boolean {
  return name === 'Ref' || name.startsWith('Fn::');
}

function text(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`an intrinsic function needs text, not ${JSON.stringify(value)}`);
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`an intrinsic function needs a list, not ${JSON.stringify(value)}`);
  return value;
}
