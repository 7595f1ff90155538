/** Reading metrics: single statistics over periods. Metric math, Metrics Insights and percentiles are not emulated. */
import * as z from 'zod';
import { pageOf } from '../ec2/wire.ts';
import {
  Dimensions,
  type Input,
  invalid,
  invalidCombination,
  MetricName,
  metricView,
  Namespace,
  parse,
  Time,
  toWire,
  Unit,
} from './input.ts';
import { type Metric, type Metrics, metricKey, RETENTION_MS } from './metrics.ts';
import { statisticOf, statistics } from './statistics.ts';

const MAX_DATAPOINTS = 1440;
const LIST_PAGE = 500;

const Period = z
  .number()
  .int()
  .refine((seconds) => [1, 5, 10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0), {
    message: 'Member must be 1, 5, 10, 20, 30 or a multiple of 60',
  });

const StatisticsRequest = z.strictObject({
  ...{ Namespace, MetricName, Dimensions, Period, StartTime: Time, EndTime: Time },
  Statistics: z.array(z.enum(statistics)).min(1),
  Unit: Unit.optional(),
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
export function getMetricStatistics(metrics: Metrics, input: Input): unknown {
  const request = parse(StatisticsRequest, input);
  const metric = { namespace: request.Namespace, name: request.MetricName, dimensions: request.Dimensions };
  const span = spanOf(request);
  const periodMs = request.Period * 1000;
  const asked = Math.ceil((span.to - span.from) / periodMs);
  if (asked > MAX_DATAPOINTS) {
    throw invalidCombination(`You have requested up to ${asked} datapoints, which exceeds the limit of 1,440.`);
  }
  const units = request.Unit === undefined ? metrics.units(metric) : [request.Unit];
  const points = units.flatMap((unit) =>
    metrics.readByPeriod(metric, { ...span, unit }, periodMs).map(({ at, values }) => ({
      Timestamp: toWire(at),
      ...Object.fromEntries(request.Statistics.map((statistic) => [statistic, statisticOf(values, statistic)])),
      Unit: unit,
    })),
  );
  return { Label: metric.name, Datapoints: points };
}

const DataQuery = z.strictObject({
  Id: z.string().regex(/^[a-z][A-Za-z0-9_]*$/),
  Label: z.string().optional(),
  ReturnData: z.boolean().default(true),
  MetricStat: z.strictObject({
    Metric: z.strictObject({ Namespace, MetricName, Dimensions }),
    Period,
    Stat: z.enum(statistics),
    Unit: Unit.optional(),
  }),
});
const DataRequest = z.strictObject({
  ...{ StartTime: Time, EndTime: Time },
  MetricDataQueries: z
    .array(DataQuery)
    .min(1)
    .max(500)
    .refine((all) => new Set(all.map(({ Id }) => Id)).size === all.length, 'Ids must be unique'),
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export function getMetricData(metrics: Metrics, input: Input): unknown {
  const request = parse(DataRequest, input);
  const span = spanOf(request);
  const results = request.MetricDataQueries.filter(({ ReturnData }) => ReturnData).map(({ Id, Label, MetricStat }) => {
    const { Metric: given, Period: period, Stat, Unit: unit } = MetricStat;
    const metric: Metric = { namespace: given.Namespace, name: given.MetricName, dimensions: given.Dimensions };
    const ascending = metrics.readByPeriod(metric, { ...span, unit }, period * 1000);
    const points = request.ScanBy === 'TimestampAscending' ? ascending : ascending.toReversed();
    return {
      Id,
      Label: Label ?? metric.name,
      Timestamps: points.map(({ at }) => toWire(at)),
      Values: points.map(({ values }) => statisticOf(values, Stat)),
      StatusCode: 'Complete',
    };
  });
  return { MetricDataResults: results, Messages: [] };
}

/** Start times are rounded down to whole minutes, or to the period if that is shorter. */
function spanOf({ StartTime, EndTime, ...rest }: { StartTime: number; EndTime: number; Period?: number }) {
  if (StartTime >= EndTime) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  const roundMs = Math.min(rest.Period ?? 60, 60) * 1000;
  return { from: Math.floor(StartTime / roundMs) * roundMs, to: EndTime };
}

const ListRequest = z.strictObject({
  Namespace: Namespace.optional(),
  MetricName: MetricName.optional(),
  Dimensions: z
    .array(z.strictObject({ Name: z.string().min(1), Value: z.string().optional() }))
    .max(10)
    .default([]),
  RecentlyActive: z.literal('PT3H').optional(),
  NextToken: z.string().optional(),
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
export function listMetrics(metrics: Metrics, input: Input, now: number): unknown {
  const request = parse(ListRequest, input);
  const isMeant = ({ namespace, name, dimensions }: Metric) =>
    (request.Namespace ?? namespace) === namespace &&
    (request.MetricName ?? name) === name &&
    request.Dimensions.every((one) =>
      dimensions.some(({ Name, Value }) => Name === one.Name && (one.Value ?? Value) === Value),
    );
  const found = metrics
    .list(request.RecentlyActive && now - RETENTION_MS)
    .filter(isMeant)
    .sort((a, b) => (metricKey(a) < metricKey(b) ? -1 : 1));
  const { page, next } = pageOf(found, LIST_PAGE, request.NextToken, 'InvalidNextToken');
  return { Metrics: page.map(metricView), ...(next !== undefined && { NextToken: next }) };
}
