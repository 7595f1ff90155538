/** Reading requests, and the errors that CloudWatch has for bad ones. */
import * as z from 'zod';
import { type AwsCall, AwsError } from '../types.ts';
import type { Metric } from './metrics.ts';

export type Input = AwsCall['input'];

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
export const invalidValue = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);
export const invalidCombination = (message: string): AwsError =>
  new AwsError('InvalidParameterCombinationException', message);
export const missingParameter = (message: string): AwsError =>
  new AwsError('MissingRequiredParameterException', message);
export const unknownAlarm = (name: string): AwsError =>
  new AwsError('ResourceNotFound', `There is no alarm ${name}.`, 404);

/** @throws AwsError ValidationException, which also tells of parameters that AWS has and the local cloud has not */
export function parse<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const found = result.error.issues.map(describeIssue);
  throw invalid(`${found.length} validation error${found.length === 1 ? '' : 's'} detected: ${found.join('; ')}`);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => (path ? `${path}.${key}` : key));
    return `the local cloud does not emulate ${names.join(', ')}`;
  }
  return `Value at '${path}' failed to satisfy constraint: ${issue.message}`;
}

/** Epoch seconds on the wire, milliseconds here. */
export const Time = z.number().transform((seconds) => Math.round(seconds * 1000));
export const toWire = (milliseconds: number): number => milliseconds / 1000;

const amounts = ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'];
const bitAmounts = ['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits'];
const perSecond = [...amounts, ...bitAmounts, 'Count'].map((unit) => `${unit}/Second`);
const others = ['Seconds', 'Microseconds', 'Milliseconds', 'Percent', 'Count', 'None'];
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export const Unit = z.enum([...others, ...amounts, ...bitAmounts, ...perSecond]);

const PRINTABLE = /^\P{Cc}*$/u;
export const AlarmName = z.string().min(1).max(255).regex(PRINTABLE);
export const MetricName = z.string().min(1).max(255).regex(PRINTABLE);
export const Namespace = z.string().min(1).max(255).regex(/^[^:]/).regex(PRINTABLE);
export const Dimensions = z
  .array(
    z.strictObject({
      Name: z.string().min(1).max(255).regex(/^[^:]/).regex(PRINTABLE),
      Value: z.string().min(1).max(1024).regex(PRINTABLE),
    }),
  )
  .max(30)
  .refine((all) => new Set(all.map(({ Name }) => Name)).size === all.length, 'Dimension names must be unique')
  .default([]);
export const Tags = z
  .array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(50)
  .default([]);

export const metricView = ({ namespace, name, dimensions }: Metric) => ({
  Namespace: namespace,
  MetricName: name,
  Dimensions: dimensions,
});
