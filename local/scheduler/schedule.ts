import { AwsError } from '../types.ts';

/** When something is due. */
export interface Schedule {
  /** The first time after `time`, both in epoch milliseconds; undefined if there is none. */
  next(time: number): number | undefined;
}

export function invalidSchedule(expression: string, why: string): AwsError {
  return new AwsError('ValidationException', `Invalid Schedule Expression ${expression}: ${why}.`);
}
