/** EventBridge Scheduler: invokes a target when its schedule says so. */
import { eventTime } from '../events/event.ts';
import { checkTarget, deliver, type EventTargets } from '../events/targets.ts';
import { isAwsError } from '../http/errors.ts';
import { createRandom } from '../random.ts';
import { drawUuid } from '../states/uuid.ts';
import { AwsError, type Random, type ResourceToCreate, type ResourceTypes, type SimClock } from '../types.ts';
import { parseSchedule } from './expression.ts';
import type { Schedule } from './schedule.ts';

export interface SchedulerDependencies {
  readonly clock: SimClock;
  /** Where invocations go; the same as events. */
  readonly targets: EventTargets;
  /** Draws ids. @default a fixed seed */
  readonly random?: Random;
}

/** One time at which a schedule was due. */
export interface ScheduledInvocation {
  readonly scheduleArn: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Why the target did not take it. */
  readonly error?: string;
}

export interface Scheduler {
  readonly resourceTypes: ResourceTypes;
  readonly inspect: { invocations(): readonly ScheduledInvocation[] };
}

interface Plan {
  readonly arn: string;
  readonly schedule: Schedule;
  readonly targetArn: string;
  readonly input: string | undefined;
  readonly deadLetterArn: string | undefined;
  readonly resource: ResourceToCreate;
}

/** Fields of a target; roles and retries have no local effect. */
const targetFields = ['Arn', 'RoleArn', 'Input', 'RetryPolicy', 'DeadLetterConfig'];

export function createScheduler({ clock, targets, random }: SchedulerDependencies): Scheduler {
  const ids = (random ?? createRandom('scheduler')).fork('scheduler');
  const invocations: ScheduledInvocation[] = [];
  const invoke = (plan: Plan, at: number) => {
    const error = attempt(targets, plan, inputOf(plan, at, drawUuid(ids)));
    invocations.push({ scheduleArn: plan.arn, at, ...(error !== undefined && { error }) });
  };
  const scheduleNext = (plan: Plan, after: number) => {
    const at = plan.schedule.next(after);
    if (at === undefined) return;
    clock.after(at - clock.now(), () => {
      invoke(plan, at);
      scheduleNext(plan, at);
    });
  };
  return {
    inspect: { invocations: () => invocations },
    resourceTypes: {
      'AWS::Scheduler::Schedule': {
        properties: ['Name', 'GroupName', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'State', 'Target'],
        // A flexible window may begin at once, as it does here.
        withoutEffect: ['Description', 'FlexibleTimeWindow', 'KmsKeyArn'],
        create(resource) {
          const plan = parsePlan(resource);
          if ((resource.properties.State ?? 'ENABLED') === 'ENABLED') scheduleNext(plan, clock.now());
          return { ref: plan.arn.split('/').at(-1) ?? '', attributes: { Arn: plan.arn } };
        },
      },
    },
  };
}

/** @throws AwsError ValidationException */
function parsePlan(resource: ResourceToCreate): Plan {
  const { properties, logicalId, stackName, region, accountId } = resource;
  const timezone = properties.ScheduleExpressionTimezone ?? 'UTC';
  if (!['UTC', 'Etc/UTC'].includes(String(timezone))) throw invalid(logicalId, 'only the time zone UTC is implemented');
  const target = properties.Target as Record<string, unknown> & { Arn: string; DeadLetterConfig?: { Arn?: string } };
  const unknown = Object.keys(target).find((field) => !targetFields.includes(field));
  if (unknown !== undefined) throw invalid(logicalId, `the target field ${unknown} is not implemented`);
  checkTarget(target.Arn);
  const name = String(properties.Name ?? `${stackName}-${logicalId}`);
  return {
    arn: `arn:aws:scheduler:${region}:${accountId}:schedule/${String(properties.GroupName ?? 'default')}/${name}`,
    schedule: parseSchedule(String(properties.ScheduleExpression)),
    targetArn: target.Arn,
    input: target.Input as string | undefined,
    deadLetterArn: target.DeadLetterConfig?.Arn,
    resource,
  };
}

function inputOf(plan: Plan, at: number, executionId: string): string {
  const time = eventTime(at);
  if (plan.input !== undefined) {
    return plan.input
      .replaceAll('<aws.scheduler.scheduled-time>', time)
      .replaceAll('<aws.scheduler.schedule-arn>', plan.arn)
      .replaceAll('<aws.scheduler.execution-id>', executionId)
      .replaceAll('<aws.scheduler.attempt-number>', '1');
  }
  const { accountId, region } = plan.resource;
  return JSON.stringify({
    version: '0',
    id: executionId,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: accountId,
    time,
    region,
    resources: [plan.arn],
    detail: '{}',
  });
}

/** @returns why the target did not take it; it went to the dead-letter queue then, if there is one */
function attempt(targets: EventTargets, plan: Plan, input: string): string | undefined {
  try {
    deliver(targets, plan.targetArn, input, plan.arn);
    return undefined;
  } catch (error) {
    if (!isAwsError(error)) throw error;
    if (plan.deadLetterArn !== undefined) targets.sendToQueue(plan.deadLetterArn, input, plan.arn);
    return `${error.code}: ${error.message}`;
  }
}

function invalid(logicalId: string, why: string): AwsError {
  return new AwsError('ValidationException', `Schedule ${logicalId}: ${why}`);
}
