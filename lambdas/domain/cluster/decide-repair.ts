/** When what a cluster stands on may have been taken away from outside, and is prepared again. Pure. */
import type { Decision } from '../../contracts/decision.ts';
import { replacementKeys, replacementSize } from './decide-launches.ts';
import { replacementRounds, retryAt } from './failures.ts';
import type { FailureCount } from './records.ts';
import { groupsOf } from './spec.ts';
import { info, type Situation, type Step, step } from './step.ts';

/**
 * What a decision fails with when something that it names is gone, or is so new that it is not seen yet: where a permission
 * depends on a tag, that is forbidden.
 */
const missingErrors: ReadonlySet<string> = new Set(['Forbidden', 'NotFound', 'NotYetVisible']);
/** Decisions that name parts of the foundation. */
const groundedKeys = /^(launch\/|move-address$)/;
/** What is only too new is seen by then. */
const doubtfulFrom = 2;

function failedDecisions({ failures }: Situation): readonly FailureCount[] {
  return Object.entries(failures)
    .filter(([key, { error, count }]) => groundedKeys.test(key) && missingErrors.has(error) && count >= doubtfulFrom)
    .map(([, failure]) => failure);
}

/** A node whose role has been emptied is launched, but never comes online. */
function lostReplacements({ record, failures }: Situation): readonly FailureCount[] {
  return groupsOf(record.desired.spec).flatMap((group) => {
    const found = replacementKeys(group).flatMap((key) => failures[key] ?? []);
    return found.filter((failure) => replacementRounds(failure, replacementSize(group)) >= doubtfulFrom);
  });
}

/**
 * Launches that fail again and again for something missing, and replacements that are lost again, cast doubt on the foundation:
 * it is prepared once more, which makes what is missing and leaves alone what is there. Once per new failure, so that the
 * failures' own waits bound it.
 *
 * @returns undefined if there is no doubt
 */
export function decideRepair(situation: Situation, masterZones: readonly string[]): Step | undefined {
  const { record, failures, now } = situation;
  const since = record.progress.repairedAt ?? '';
  const [doubt] = [...failedDecisions(situation), ...lostReplacements(situation)].filter(
    ({ lastAt }) => lastAt > since,
  );
  if (doubt === undefined || retryAt(failures, 'prepare', now) !== undefined) return undefined;
  const reason = `what nodes stand on may be gone (${doubt.message ?? doubt.error}): what is missing is made again`;
  const decision: Decision = { kind: 'prepare-cluster', key: 'prepare', reason, masterZones: [...masterZones] };
  return step({ decisions: [decision], activity: [info(reason)] });
}
