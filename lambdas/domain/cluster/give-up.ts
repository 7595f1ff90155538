/** When a deployment in progress counts as failed. The limits are data (`ControlRules`). Pure. */
import { replacementKey, replacementSize } from './decide-launches.ts';
import { isPermanent } from './failures.ts';
import { findLacks } from './health.ts';
import { groupsOf } from './spec.ts';
import type { Situation } from './step.ts';
import { toTimestamp } from './time.ts';

/** Losses that a group may have: `maxReplacements`, and for large groups a tenth of their size more. */
function allowedLosses(size: number, maxReplacements: number): number {
  return maxReplacements + Math.floor(size / 10);
}

function tooManyLosses({ record, failures, rules }: Situation): string | undefined {
  for (const group of groupsOf(record.desired.spec)) {
    const size = replacementSize(group);
    const keys = group.role === 'slave' ? [1] : Array.from({ length: group.count }, (_, index) => index + 1);
    for (const ordinal of keys) {
      const failure = failures[replacementKey(group, ordinal)];
      if (failure && failure.count > allowedLosses(size, rules.maxReplacements)) {
        return `${group.name} lost ${failure.count} nodes while it was made; the last: ${failure.message ?? failure.error}`;
      }
    }
  }
  return undefined;
}

function permanentFailure({ failures }: Situation): string | undefined {
  const found = Object.entries(failures).find(([, failure]) => isPermanent(failure));
  return found && `${found[0]}: ${found[1].message ?? found[1].error}`;
}

function pastDeadline(situation: Situation): string | undefined {
  const { record, now } = situation;
  if (toTimestamp(now) < record.desired.deadlineAt) return undefined;
  const last = Object.values(situation.failures).sort((a, b) => b.lastAt.localeCompare(a.lastAt))[0];
  const lacks = findLacks(situation, false).join('; ');
  const trouble = last ? `; last trouble: ${last.message ?? last.error}` : '';
  return `Timeout: Maximum execution time exceeded. ${lacks}${trouble}`;
}

/** @returns why creation has failed for good; undefined: it goes on */
export function findGiveUpReason(situation: Situation): string | undefined {
  return permanentFailure(situation) ?? tooManyLosses(situation) ?? pastDeadline(situation);
}
