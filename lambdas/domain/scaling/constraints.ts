/**
 * Where tasks may run, by Marathon's and Chronos' constraints: whether a fresh slave is such a place, how many of the tasks one slave
 * takes, and which of the slaves that are there will do. Where slaves of a group may come to be in several zones, or as several types,
 * nobody chooses which: a fresh one helps only if any of them does. What runs already counts as Marathon counts it
 * (mesosphere/mesos/Constraints.scala). Patterns are matched as a whole, as both schedulers do; what RE2 does not know of Java's
 * syntax helps nobody. Pure.
 */
import { compilePattern, patternFault } from '../tosca/catalogue/pattern.ts';
import { clip } from '../tosca/fault.ts';

/** What a slave is known by, see documents/slave/mesos.sh; its host name is its private address. */
export interface Place {
  readonly hostname: string;
  readonly group: string;
  readonly zone: string;
  readonly instance_type: string;
  readonly lifecycle: string;
  readonly instance_id: string;
}

/** What a fresh slave may be known by: one of each list. Of addresses and ids only examples can be given. */
export type Prospect = { readonly [name in keyof Place]: readonly string[] };

export interface Bearing {
  /** Of the tasks together, on one slave. @default any number */
  readonly perSlave?: number;
  /** Of the tasks together, besides those that run, wherever fresh slaves come to be. @default any number */
  readonly most?: number;
  /** They want one slave for themselves all together. */
  readonly together?: true;
  /** A slave that has more of them than another takes none. */
  readonly isEven?: true;
  /** So many more slaves are to have one of them before any takes a second one. @default 0 */
  readonly apart?: number;
  /** Whether a slave that is there will do. Absent: any. */
  readonly takes?: (place: Place) => boolean;
}

export type Verdict = Bearing | { readonly reason: string };

type Test = (value: string) => boolean;

const names: ReadonlySet<string> = new Set<keyof Place>([
  'hostname',
  'group',
  'zone',
  'instance_type',
  'lifecycle',
  'instance_id',
]);
const isName = (name: string): name is keyof Place => names.has(name);
/** Each slave has another one, and nobody knows which before it is there. */
const isOwn = (name: keyof Place): name is 'hostname' | 'instance_id' => name === 'hostname' || name === 'instance_id';

const fieldOf = (text: string): string => (text === '@hostname' ? 'hostname' : text);

/** A constraint that is about what slaves have. */
interface Asked {
  readonly constraint: readonly string[];
  readonly field: keyof Place;
  readonly prospect: Prospect;
  /** One place for each task of the app that runs. */
  readonly running: readonly Place[];
}

/**
 * @param constraint `[field, operator]` or `[field, operator, value]`
 * @param running one place for each task of the app that runs
 */
export function judgeConstraint(
  constraint: readonly string[],
  prospect: Prospect,
  running: readonly Place[] = [],
): Verdict {
  const [rawField = '', rawOperator = '', value] = constraint;
  const field = fieldOf(rawField);
  const operator = rawOperator.toUpperCase();
  if (operator === 'UNLIKE') return judgeUnlike(constraint, field, value ?? '', prospect);
  if (!isName(field))
    return { reason: `slaves have no attribute ${clip(field)}, which "${told(constraint)}" is about` };
  const asked = { constraint, field, prospect, running };
  if (operator === 'UNIQUE') return spreadOver(asked, 1);
  if (operator === 'MAX_PER') return judgeMaxPer(asked, value);
  if (operator === 'GROUP_BY') return spreadEvenly(asked, value);
  if (operator === 'CLUSTER' && value === undefined) return keepTogether(asked);
  const test = testOf(operator, value);
  return 'fault' in test ? { reason: `"${told(constraint)}" ${test.fault}` } : judgeValues(asked, test.test);
}

const told = (constraint: readonly string[]): string => clip(constraint.join(' '));

function testOf(operator: string, value: string | undefined): { readonly test: Test } | { readonly fault: string } {
  if (value === undefined) return { fault: 'lacks its value' };
  if (operator === 'CLUSTER' || operator === 'IS' || operator === 'EQUALS') return { test: (text) => text === value };
  if (operator !== 'LIKE') return { fault: 'is no constraint that is known here' };
  return patternTest(value);
}

function patternTest(pattern: string): { readonly test: Test } | { readonly fault: string } {
  const fault = patternFault(pattern);
  return fault === undefined ? { test: remembering(compilePattern(pattern)) } : { fault };
}

/** Thousands of slaves share a few values. */
function remembering(test: Test): Test {
  const known = new Map<string, boolean>();
  return (value) => {
    const answer = known.get(value) ?? test(value);
    known.set(value, answer);
    return answer;
  };
}

/** Of what only examples are known, all must match, as of what nobody chooses. */
function judgeValues(asked: Asked, test: Test): Verdict {
  const { constraint, field, prospect } = asked;
  if (!isOwn(field)) return judgeShared(asked, test, 'is not what a new slave has');
  const matches = prospect[field].length > 0 && prospect[field].every(test);
  if (!matches) return { reason: `"${told(constraint)}" names slaves that are there, no new one` };
  return { takes: (place) => test(place[field]) };
}

/** What makes sure that whichever slave comes is the right one. */
const remedies: Readonly<Record<Exclude<keyof Place, 'hostname' | 'instance_id'>, string>> = {
  group: 'another group would do',
  zone: 'a group that is placed in no other zone would do',
  instance_type: 'a group of no other types would do',
  lifecycle: "a constraint on the slaves' group would do",
};

/** @param none what is told if no slave of the group can meet it */
function judgeShared({ constraint, field, prospect }: Asked, test: Test, none: string): Verdict {
  const values = prospect[field];
  const good = values.filter(test);
  const choice = clip(values.join(', '));
  if (good.length === 0) return { reason: `"${told(constraint)}" ${none}: ${choice}` };
  if (good.length === values.length || isOwn(field)) return { takes: (place) => test(place[field]) };
  const whichOnly = `"${told(constraint)}" takes ${clip(good.join(', '))} only, and a new slave may have ${choice}`;
  return { reason: `${whichOnly}: ${remedies[field]}` };
}

/** A slave without the attribute is unlike anything, as in Marathon. */
function judgeUnlike(constraint: readonly string[], field: string, value: string, prospect: Prospect): Verdict {
  const pattern = patternTest(value);
  if ('fault' in pattern) return { reason: `"${told(constraint)}" ${pattern.fault}` };
  if (!isName(field)) return {};
  const test: Test = (text) => !pattern.test(text);
  return judgeShared({ constraint, field, prospect, running: [] }, test, 'excludes every new slave');
}

function judgeMaxPer(asked: Asked, value: string | undefined): Verdict {
  const most = Number(value);
  if (!Number.isInteger(most) || most < 1) return { reason: `"${told(asked.constraint)}" lacks a number` };
  return spreadOver(asked, most);
}

const noMore = 'allows no more of them on a new slave';

function countRunning({ field, running }: Asked): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const place of running) counts.set(place[field], (counts.get(place[field]) ?? 0) + 1);
  return counts;
}

/** So many are allowed for sure as there are if all slaves that come are alike. */
function spreadOver(asked: Asked, most: number): Verdict {
  const { field, prospect } = asked;
  if (isOwn(field)) return { perSlave: most };
  const counts = countRunning(asked);
  const left = (value: string): number => most - (counts.get(value) ?? 0);
  const verdict = judgeShared(asked, (value) => left(value) > 0, noMore);
  return 'reason' in verdict ? verdict : { ...verdict, most: Math.min(...prospect[field].map(left)) };
}

/** As Marathon has it: where none of them is yet; or, with enough values, where fewest are. */
function spreadEvenly(asked: Asked, value: string | undefined): Verdict {
  const counts = countRunning(asked);
  const least = Math.max(1, Math.floor(Number(value ?? 1)) || 1);
  const isEnough = counts.size >= least;
  if (isOwn(asked.field)) return { isEven: true, apart: isEnough || least === 1 ? 0 : least - counts.size };
  const fewest = Math.min(...counts.values());
  const takes: Test = (text) => !counts.has(text) || (isEnough && counts.get(text) === fewest);
  return judgeShared(asked, takes, noMore);
}

/** The first of them decides where the others run. Until then a single slave is sure to do, or several that are alike. */
function keepTogether(asked: Asked): Verdict {
  const { field, prospect, running } = asked;
  const [first] = running;
  if (isOwn(field) || (first === undefined && prospect[field].length > 1)) return { together: true };
  return first === undefined ? {} : judgeShared(asked, (text) => text === first[field], noMore);
}
