import { AwsError } from '../types.ts';

type Input = Readonly<Record<string, unknown>>;

/** @throws AwsError MissingParameter */
export function textOf(input: Input, field: string): string {
  const value = input[field];
  if (typeof value === 'string') return value;
  throw new AwsError('MissingParameter', `The request must contain the parameter ${field}.`);
}

/** A number within bounds; undefined if the request has none. @throws AwsError InvalidParameterValue */
export function numberOf(input: Input, field: string, low: number, high: number): number | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw invalid(
    `Value ${String(value)} for parameter ${field} is invalid. Reason: Must be between ${low} and ${high}, if provided.`,
  );
}

export const invalid = (why: string): AwsError => new AwsError('InvalidParameterValue', why);
