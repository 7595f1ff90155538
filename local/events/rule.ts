/** A rule: which events, or when, and where to. */

import { parseSchedule } from '../scheduler/expression.ts';
import type { Schedule } from '../scheduler/schedule.ts';
import type { ResourceToCreate } from '../types.ts';
import { AwsError } from '../types.ts';
import type { TargetInput } from './input-transform.ts';
import { compilePattern, type PatternMatcher } from './pattern.ts';
import { checkTarget } from './targets.ts';

export interface RuleTarget extends TargetInput {
  readonly Id: string;
  readonly Arn: string;
  readonly DeadLetterConfig?: { readonly Arn?: string };
}

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly enabled: boolean;
  readonly matches?: PatternMatcher;
  readonly schedule?: Schedule;
  readonly targets: readonly RuleTarget[];
}

/** Fields of a target; roles and retries have no local effect. */
const targetFields = [
  'Id',
  'Arn',
  'Input',
  'InputPath',
  'InputTransformer',
  'DeadLetterConfig',
  'RoleArn',
  'RetryPolicy',
];

/** @throws AwsError ValidationException, InvalidEventPatternException */
export function parseRule({ properties, logicalId, stackName, region, accountId }: ResourceToCreate): Rule {
  const name = String(properties.Name ?? `${stackName}-${logicalId}`);
  const { EventPattern, ScheduleExpression, EventBusName = 'default' } = properties;
  if (EventBusName !== 'default')
    throw invalid(logicalId, `there is no event bus ${String(EventBusName)}, only default`);
  if (EventPattern === undefined && ScheduleExpression === undefined) {
    throw invalid(logicalId, 'it needs an EventPattern or a ScheduleExpression');
  }
  return {
    name,
    arn: `arn:aws:events:${region}:${accountId}:rule/${name}`,
    enabled: (properties.State ?? 'ENABLED') === 'ENABLED',
    targets: parseTargets(properties.Targets, logicalId),
    ...(EventPattern !== undefined && { matches: compilePattern(EventPattern) }),
    ...(ScheduleExpression !== undefined && { schedule: parseSchedule(String(ScheduleExpression)) }),
  };
}

function parseTargets(given: unknown, logicalId: string): readonly RuleTarget[] {
  const targets = (given ?? []) as readonly RuleTarget[];
  for (const target of targets) {
    const unknown = Object.keys(target).find((field) => !targetFields.includes(field));
    if (unknown !== undefined) throw invalid(logicalId, `the target field ${unknown} is not implemented`);
    checkTarget(target.Arn);
  }
  return targets;
}

function invalid(logicalId: string, why: string): AwsError {
  return new AwsError('ValidationException', `Rule ${logicalId}: ${why}`);
}
