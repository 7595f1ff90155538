/** When a deployment in progress counts as failed. The limits are data (`ControlRules`). Pure. */
import { findAddOnLacks } from './decide-add-ons.ts';
import { decideAddress } from './decide-address.ts';
import { alarmsKey } from './decide-alarms.ts';
import { findDrainLacks } from './decide-drains.ts';
import { replacementKeys, replacementSize } from './decide-launches.ts';
import { askedCount } from './decide-scaling.ts';
import { isPermanent } from './failures.ts';
import { findLacks } from './health.ts';
import { groupsOf, type NodeGroup } from './spec.ts';
import type { Situation } from './step.ts';
import { toTimestamp } from './time.ts';
import { findUnfit } from './victims.ts';

/** Losses that a group may have: `maxReplacements`, and for large groups a tenth of their size more. */
function allowedLosses(size: number, maxReplacements: number): number {
  return maxReplacements + Math.floor(size / 10);
}

/** Whether a deployment needs more nodes of the group: an update does not fail by slaves that only the load asks for. */
function isNeeded(group: NodeGroup, situation: Situation): boolean {
  const asked = askedCount(group, situation);
  const ready = situation.nodes.filter((node) => node.group === group.name && node.status === 'ready');
  return asked === group.count || ready.length < asked;
}

function tooManyLosses(situation: Situation): string | undefined {
  const { record, failures, rules } = situation;
  for (const group of groupsOf(record.desired.spec).filter((one) => isNeeded(one, situation))) {
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

function permanentFailure(situation: Situation): string | undefined {
  const groups = groupsOf(situation.record.desired.spec).filter((group) => !isNeeded(group, situation));
  const isForLoad = (key: string): boolean =>
    key === alarmsKey || groups.some(({ name }) => key.startsWith(`launch/${name}/`));
  const found = Object.entries(situation.failures).find(([key, failure]) => isPermanent(failure) && !isForLoad(key));
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
