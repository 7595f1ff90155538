/**
 * The rule of a composite alarm: `ALARM("a") AND NOT (OK(b) OR FALSE)`. Names with spaces or parentheses are quoted.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
import { type AlarmState, alarmStates } from './evaluate.ts';
import { invalid } from './input.ts';

export type RuleExpression =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'state'; readonly state: AlarmState; readonly alarm: string }
  | { readonly kind: 'not'; readonly of: RuleExpression }
  | { readonly kind: 'and' | 'or'; readonly of: readonly RuleExpression[] };

const MAX_LENGTH = 10_240;
const MAX_CHILDREN = 100;
const TOKEN = /\s*(?:([()])|"((?:[^"\\]|\\.)*)"|([^\s()"]+))/y;

interface Token {
  readonly text: string;
  /** Quoted text is a name, never a word of the language. */
  readonly quoted: boolean;
}

/** @throws AwsError ValidationException */
export function parseRule(text: string): RuleExpression {
  if (text.length > MAX_LENGTH) throw invalid(`AlarmRule must not be longer than ${MAX_LENGTH} characters.`);
  const tokens = tokenize(text);
  const rule = parseAny(tokens);
  const rest = tokens.shift();
  if (rest !== undefined) throw badRule(`unexpected ${rest.text}`);
  if (childrenOf(rule).length > MAX_CHILDREN) {
    throw invalid(`AlarmRule must not be about more than ${MAX_CHILDREN} alarms.`);
  }
  return rule;
}

/** Names of the alarms that it is about. */
export function childrenOf(rule: RuleExpression): readonly string[] {
  if (rule.kind === 'constant') return [];
  if (rule.kind === 'state') return [rule.alarm];
  const parts = rule.kind === 'not' ? [rule.of] : rule.of;
  return [...new Set(parts.flatMap(childrenOf))];
}

export function holds(rule: RuleExpression, stateOf: (alarm: string) => AlarmState | undefined): boolean {
  switch (rule.kind) {
    case 'constant':
      return rule.value;
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'not':
      return !holds(rule.of, stateOf);
    case 'and':
      return rule.of.every((one) => holds(one, stateOf));
    case 'or':
      return rule.of.some((one) => holds(one, stateOf));
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(trimmed);
    if (match === null) throw badRule(`cannot read ${trimmed.slice(from)}`);
    const [, bracket, quoted, word] = match;
    tokens.push({ text: bracket ?? word ?? (quoted ?? '').replace(/\\(.)/g, '$1'), quoted: quoted !== undefined });
  }
  return tokens;
}

const parseAny = (tokens: Token[]): RuleExpression => parseList(tokens, 'or', parseAll);
const parseAll = (tokens: Token[]): RuleExpression => parseList(tokens, 'and', parseOne);

function parseList(
  tokens: Token[],
  kind: 'and' | 'or',
  parsePart: (tokens: Token[]) => RuleExpression,
): RuleExpression {
  const first = parsePart(tokens);
  const parts = [first];
  while (wordOf(tokens[0]) === kind.toUpperCase()) {
    tokens.shift();
    parts.push(parsePart(tokens));
  }
  return parts.length === 1 ? first : { kind, of: parts };
}

function parseOne(tokens: Token[]): RuleExpression {
  const token = tokens.shift();
  const word = wordOf(token);
  if (word === 'NOT') return { kind: 'not', of: parseOne(tokens) };
  if (word === 'TRUE' || word === 'FALSE') return { kind: 'constant', value: word === 'TRUE' };
  if (word === '(') {
    const inner = parseAny(tokens);
    expect(tokens, ')');
    return inner;
  }
  const state = alarmStates.find((one) => one === word);
  if (state === undefined) throw badRule(token ? `unexpected ${token.text}` : 'it ends too early');
  expect(tokens, '(');
  const name = tokens.shift();
  if (name === undefined || (!name.quoted && '()'.includes(name.text)))
    throw badRule(`${state}() needs an alarm's name`);
  expect(tokens, ')');
  return { kind: 'state', state, alarm: name.text.replace(/^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:/, '') };
}

function expect(tokens: Token[], text: string): void {
  const token = tokens.shift();
  if (wordOf(token) !== text) throw badRule(`expected ${text}${token ? `, not ${token.text}` : ' at its end'}`);
}

/** Words of the language are the same in small letters. */
const wordOf = (token: Token | undefined) =>
  token === undefined || token.quoted ? undefined : token.text.toUpperCase();

const badRule = (why: string) => invalid(`AlarmRule is not valid: ${why}.`);
