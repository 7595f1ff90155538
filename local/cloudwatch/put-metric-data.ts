/** PutMetricData: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
import * as z from 'zod';
import type { AwsError } from '../types.ts';
import {
  Dimensions,
  type Input,
  invalidCombination,
  invalidValue,
  MetricName,
  missingParameter,
  Namespace,
  parse,
  Time,
  Unit,
} from './input.ts';
import type { Metric, Point } from './metrics.ts';
import { merge, type StatisticSet, setOf } from './statistics.ts';

const MAX_METRICS = 1000;
const MAX_VALUES = 150;
const MAX_MAGNITUDE = 2 ** 360;
const OLDEST_MS = 14 * 86_400_000;
const NEWEST_MS = 2 * 3_600_000;

/** JSON has no such numbers: clients send them as text. */
const AnyNumber = z.number().or(z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number));
const Datum = z.strictObject({
  MetricName,
  Dimensions,
  Timestamp: Time.optional(),
  Value: AnyNumber.optional(),
  Values: z.array(AnyNumber).optional(),
  Counts: z.array(AnyNumber).optional(),
  StatisticValues: z
    .strictObject({ SampleCount: AnyNumber, Sum: AnyNumber, Minimum: AnyNumber, Maximum: AnyNumber })
    .optional(),
  Unit: Unit.default('None'),
  StorageResolution: z.union([z.literal(1), z.literal(60)]).default(60),
});
type Datum = z.output<typeof Datum>;
const Request = z.strictObject({
  Namespace,
  MetricData: z.array(z.unknown()).default([]),
  StrictEntityValidation: z.boolean().optional(),
});

/** @throws AwsError if any value is not acceptable: none is stored then */
export function readMetricData(input: Input, now: number): readonly { metric: Metric; point: Point }[] {
  const { Namespace: namespace, MetricData } = parse(Request, input);
  if (namespace.startsWith('AWS/')) {
    throw invalidValue(`The value ${namespace} for parameter Namespace is invalid: AWS/ is for AWS services.`);
  }
  if (MetricData.length === 0) throw missingParameter('The parameter MetricData is required.');
  if (MetricData.length > MAX_METRICS) {
    throw invalidValue(`The collection MetricData must not have a size greater than ${MAX_METRICS}.`);
  }
  return MetricData.map((given, index) => {
    const where = `MetricData.member.${index + 1}`;
    const datum = parse(Datum, given);
    const { MetricName: name, Dimensions: dimensions, Unit: unit, StorageResolution } = datum;
    const at = timeOf(datum, now, where);
    const resolutionMs = StorageResolution * 1000;
    return {
      metric: { namespace, name, dimensions },
      point: { at: Math.floor(at / resolutionMs) * resolutionMs, unit, values: valuesOf(datum, where) },
    };
  });
}

function timeOf({ Timestamp: at }: Datum, now: number, where: string): number {
  if (at === undefined) return now;
  if (at < now - OLDEST_MS) {
    throw invalidValue(`The parameter ${where}.Timestamp must specify a time no more than two weeks in the past.`);
  }
  if (at > now + NEWEST_MS) {
    throw invalidValue(`The parameter ${where}.Timestamp must specify a time no more than two hours in the future.`);
  }
  return at;
}

function valuesOf(datum: Datum, where: string): StatisticSet {
  const { Value, Values, StatisticValues, Counts } = datum;
  const given = Object.entries({ Value, Values, StatisticValues }).filter(([, value]) => value !== undefined);
  if (given.length === 0) throw missingParameter(`${where} must have a Value, Values or StatisticValues.`);
  if (given.length > 1) {
    throw invalidCombination(
      `The parameters ${given.map(([name]) => `${where}.${name}`).join(' and ')} exclude each other.`,
    );
  }
  if (Counts !== undefined && Values === undefined) throw invalidCombination(`${where}.Counts needs ${where}.Values.`);
  if (StatisticValues) return readStatisticValues(StatisticValues, `${where}.StatisticValues`);
  if (Values) return readValues(Values, Counts ?? Values.map(() => 1), where);
  return setOf(checkNumber(Value ?? Number.NaN, `${where}.Value`));
}

function readValues(values: readonly number[], counts: readonly number[], where: string): StatisticSet {
  if (values.length < 1 || values.length > MAX_VALUES) {
    throw invalidValue(`The collection ${where}.Values must have a size between 1 and ${MAX_VALUES}.`);
  }
  if (counts.length !== values.length) {
    throw invalidValue(`${where}.Counts must have as many entries as ${where}.Values.`);
  }
  return values
    .map((value, index) => {
      const count = checkNumber(counts[index] ?? 1, `${where}.Counts.member.${index + 1}`);
      if (count <= 0) throw wrongNumber(count, `${where}.Counts.member.${index + 1}`);
      return setOf(checkNumber(value, `${where}.Values.member.${index + 1}`), count);
    })
    .reduce(merge);
}

function readStatisticValues(given: NonNullable<Datum['StatisticValues']>, where: string): StatisticSet {
  for (const [name, value] of Object.entries(given)) checkNumber(value, `${where}.${name}`);
  const { SampleCount: sampleCount, Sum: sum, Minimum: minimum, Maximum: maximum } = given;
  if (sampleCount <= 0) throw wrongNumber(sampleCount, `${where}.SampleCount`);
  if (minimum > maximum) throw invalidValue(`${where}.Minimum must not be above ${where}.Maximum.`);
  return { sampleCount, sum, minimum, maximum };
}

function checkNumber(value: number, where: string): number {
  if (Number.isFinite(value) && Math.abs(value) <= MAX_MAGNITUDE) return value;
  throw wrongNumber(value, where);
}

const wrongNumber = (value: number, where: string): AwsError =>
  invalidValue(`The value ${value} for parameter ${where} is invalid.`);
