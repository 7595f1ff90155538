/** EventBridge: the default bus, its rules and their delivery. */
import { createRandom } from '../random.ts';
import type { AwsService, EventBus, Faults, Random, ResourceTypes, SimClock } from '../types.ts';
import type { BusEvent } from './event.ts';
import { parseRule, type Rule } from './rule.ts';
import { type LostEvent, Rules } from './rules.ts';
import { eventsService } from './service.ts';
import type { EventTargets } from './targets.ts';

export type { EventTargets } from './targets.ts';

export interface EventsDependencies {
  readonly clock: SimClock;
  readonly faults: Faults;
  readonly accountId: string;
  readonly region: string;
  /** Where events go. */
  readonly targets: EventTargets;
  /** Draws latencies and ids. @default a fixed seed */
  readonly random?: Random;
}

export interface Events {
  readonly bus: EventBus;
  readonly service: AwsService;
  readonly resourceTypes: ResourceTypes;
  readonly inspect: {
    /** The latest events that were put, oldest first. */
    events(): readonly BusEvent[];
    lost(): readonly LostEvent[];
    rules(): readonly Rule[];
  };
}

export function createEvents(dependencies: EventsDependencies): Events {
  const random = (dependencies.random ?? createRandom('events')).fork('events');
  const rules = new Rules({ ...dependencies, random });
  return {
    bus: { put: (event) => void rules.put(event) },
    service: eventsService(rules),
    resourceTypes: {
      'AWS::Events::Rule': {
        properties: ['Name', 'EventPattern', 'ScheduleExpression', 'State', 'Targets', 'EventBusName'],
        withoutEffect: ['Description', 'RoleArn', 'Tags'],
        create(resource) {
          const rule = parseRule(resource);
          rules.add(rule);
          return { ref: rule.name, attributes: { Arn: rule.arn } };
        },
      },
    },
    inspect: { events: () => rules.events, lost: () => rules.lost, rules: () => rules.list },
  };
}
