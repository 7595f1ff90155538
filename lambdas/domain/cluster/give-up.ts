/** When a deployment in progress counts as failed. The limits are data (`ControlRules`). Pure. */
import { findAddOnLacks } from './decide-add-ons.ts';
import { decideAddress } from './decide-address.ts';
import { findDrainLacks } from './decide-drains.ts';
import { replacementKeys, replacementSize } from './decide-launches.ts';
import { isPermanent } from './failures.ts';
import { findLacks } from './health.ts';
import { groupsOf } from './spec.ts';
import type { Situation } from './step.ts';
import { toTimestamp } from './time.ts';
import { findUnfit } from './victims.ts';

/** Losses that a group may have: `maxReplacements`, and for large groups a tenth of their size more. */
function allowedLosses(size: number, maxReplacements: number): number {
  return maxReplacements + Math.floor(size / 10);
}

function tooManyLosses({ record, failures, rules }: Situation): string | undefined {
  for (const group of groupsOf(record.desired.spec)) {
    const size = replacementSize(group);
    for (const key of replacementKeys(group)) {
      const failure = failures[key];
      if (failure && failure.count > allowedLosses(size, rules.maxReplacements)) {
        return `${group.name} lost ${failure.count} nodes meanwhile; the last: ${failure.message ?? failure.error}`;
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
  const { foundation } = record;
  const addressHeld = foundation !== undefined && decideAddress(situation, foundation).held;
  const ofCluster = [...findLacks(situation, addressHeld), ...findUnfit(situation), ...findDrainLacks(situation)];
  const lacks = (ofCluster.length > 0 ? ofCluster : findAddOnLacks(situation)).join('; ');
  const trouble = last ? `; last trouble: ${last.message ?? last.error}` : '';
  return `Timeout: Maximum execution time exceeded. ${lacks}${trouble}`;
}

/** @returns why creation has failed for good; undefined: it goes on */
export function findGiveUpReason(situation: Situation): string | undefined {
  return permanentFailure(situation) ?? tooManyLosses(situation) ?? pastDeadline(situation);
}
