/** Takes events to the targets of the rules that match them, at least once and a little later. */
import { isAwsError } from '../http/errors.ts';
import { drawUuid } from '../states/uuid.ts';
import type { EventBus, Faults, Random, SimClock } from '../types.ts';
import { type BusEvent, eventTime } from './event.ts';
import { inputFor } from './input-transform.ts';
import type { Rule, RuleTarget } from './rule.ts';
import { deliver, type EventTargets } from './targets.ts';

/** From an event until it is at its target, in milliseconds. */
const latency = { low: 50, high: 500 };
/** How many events are kept for inspection. */
const kept = 10_000;

/** An event that reached no target that it should have reached. */
export interface LostEvent {
  readonly event: BusEvent;
  readonly ruleName: string;
  readonly targetArn: string;
  readonly reason: string;
}

export interface RulesDependencies {
  readonly clock: SimClock;
  readonly random: Random;
  readonly faults: Faults;
  readonly targets: EventTargets;
  readonly accountId: string;
  readonly region: string;
}

export class Rules {
  readonly events: BusEvent[] = [];
  readonly lost: LostEvent[] = [];
  readonly list: Rule[] = [];
  private readonly around: RulesDependencies;

  constructor(around: RulesDependencies) {
    this.around = around;
  }

  add(rule: Rule): void {
    this.list.push(rule);
    if (rule.enabled && rule.schedule) this.scheduleNext(rule, this.around.clock.now());
  }

  /** @returns the event's id */
  put(given: Parameters<EventBus['put']>[0]): string {
    const event = this.envelop(given);
    this.events.push(event);
    if (this.events.length > kept) this.events.shift();
    for (const rule of this.list) if (rule.enabled && rule.matches?.(event)) this.send(event, rule);
    return event.id;
  }

  private envelop({ source, detailType, detail, resources = [] }: Parameters<EventBus['put']>[0]): BusEvent {
    const { clock, random, accountId, region } = this.around;
    return {
      version: '0',
      id: drawUuid(random),
      'detail-type': detailType,
      source,
      account: accountId,
      time: eventTime(clock.now()),
      region,
      resources,
      // As on the wire: a copy, without what JSON does not know.
      detail: JSON.parse(JSON.stringify(detail)) as Record<string, unknown>,
    };
  }

  /** Faults may lose an event or double it, for all targets of a rule alike. Schedules are no events, and keep their time. */
  private send(event: BusEvent, rule: Rule): void {
    const { clock, random, faults } = this.around;
    const deliveries = rule.schedule ? 1 : faults.deliveries('event', event.source);
    for (const target of rule.targets) {
      if (deliveries === 0) this.lose(event, rule, target, 'fault');
      for (let n = 0; n < deliveries; n += 1) {
        clock.after(random.between(latency.low, latency.high), () => this.deliver(event, rule, target));
      }
    }
  }

  private deliver(event: BusEvent, rule: Rule, target: RuleTarget): void {
    const input = inputFor(event, target, rule.arn);
    try {
      deliver(this.around.targets, target.Arn, input, rule.arn);
    } catch (error) {
      if (!isAwsError(error)) throw error;
      this.giveUp(event, rule, target, `${error.code}: ${error.message}`);
    }
  }

  /** What cannot be delivered goes to the target's dead-letter queue, or is lost. */
  private giveUp(event: BusEvent, rule: Rule, target: RuleTarget, reason: string): void {
    const deadLetters = target.DeadLetterConfig?.Arn;
    if (deadLetters === undefined) {
      this.lose(event, rule, target, reason);
      return;
    }
    try {
      this.around.targets.sendToQueue(deadLetters, JSON.stringify(event), rule.arn);
    } catch (error) {
      if (!isAwsError(error)) throw error;
      this.lose(event, rule, target, `${reason}; and its dead-letter queue: ${error.message}`);
    }
  }

  private lose(event: BusEvent, rule: Rule, target: RuleTarget, reason: string): void {
    this.lost.push({ event, ruleName: rule.name, targetArn: target.Arn, reason });
  }

  private scheduleNext(rule: Rule, after: number): void {
    const at = rule.schedule?.next(after);
    if (at === undefined) return;
    this.around.clock.after(at - this.around.clock.now(), () => {
      const given = { source: 'aws.events', detailType: 'Scheduled Event', detail: {}, resources: [rule.arn] };
      this.send(this.envelop(given), rule);
      this.scheduleNext(rule, at);
    });
  }
}
