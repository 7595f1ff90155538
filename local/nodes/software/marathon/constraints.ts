/** Marathon's placement constraints: which agents an instance may go to, by where the app's other instances are. */
export type Constraint = readonly string[];
const operators = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER'];

export function constraintErrors([, operator = '', value]: Constraint): string[] {
  if (!operators.includes(operator))
    return [`${operator} is not a valid constraint operator. Use one of: ${operators.join(', ')}`];
  if ((operator === 'LIKE' || operator === 'UNLIKE') && value === undefined)
    return ['A regular expression value must be provided'];
  if (operator === 'UNIQUE' && value !== undefined) return ['Value specified for UNIQUE'];
  if (operator === 'MAX_PER' && !/^\d+$/.test(value ?? '')) return ['Value was not a number'];
  if (operator === 'GROUP_BY' && value !== undefined && !/^\d+$/.test(value)) return ['Value was not a number'];
  return (operator === 'LIKE' || operator === 'UNLIKE') && regexOf(value) === undefined
    ? [`'${value}' is not a valid regular expression`]
    : [];
}

function regexOf(text: string | undefined): RegExp | undefined {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    return undefined;
  }
}

/** An agent: its host name and its attributes. */
export interface Place {
  readonly host: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const fieldOf = ({ host, attributes }: Place, field: string): string | undefined =>
  field === 'hostname' || field === '@hostname' ? host : attributes[field];

/** @param others places of the app's other instances */
export function isSatisfied(
  [field = '', operator, wanted]: Constraint,
  place: Place,
  others: readonly Place[],
): boolean {
  const value = fieldOf(place, field);
  if (operator === 'UNLIKE') return value === undefined || !regexOf(wanted)?.test(value);
  if (value === undefined) return false;
  if (operator === 'LIKE') return regexOf(wanted)?.test(value) ?? false;
  const values = others.map((other) => fieldOf(other, field));
  const here = values.filter((one) => one === value).length;
  if (operator === 'UNIQUE') return here === 0;
  if (operator === 'MAX_PER') return here < Number(wanted);
  if (operator === 'CLUSTER') return wanted ? value === wanted : values.every((one) => one === value);
  return operator !== 'GROUP_BY' || isEven(values, here, Number(wanted ?? 0));
}

/** Into the value that has the fewest, and into new values until there are as many as said. */
function isEven(values: readonly (string | undefined)[], here: number, groups: number): boolean {
  const counts = [...Map.groupBy(values, (value) => value).values()].map((found) => found.length);
  if (counts.length === 0 || here === 0) return true;
  return counts.length >= groups && here <= Math.min(...counts);
}
