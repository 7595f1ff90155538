/**
 * Alarms of clusters with elastic slaves, from when they begin to follow their load until the last elastic group goes, or their creation
 * fails. What is recorded is what was asked for and what is known done: deciding is not yet having done. Nobody looks whether they are
 * still there. Pure.
 */
import { alarmRules, clusterAlarms } from './alarms.ts';
import { patientRetryAt } from './failures.ts';
import { fingerprint } from './fingerprint.ts';
import { isLoadFollowed } from './load-watch.ts';
import type { AlarmsProgress } from './records.ts';
import { info, type Situation, type Step, step } from './step.ts';

/** Their failures are none of the deployment's: the loop is woken without them, a little later. */
export const alarmsKey = 'alarms';

export interface AlarmWork {
  readonly step: Step;
  /** Absent: there never were any. */
  readonly alarms?: AlarmsProgress;
}

const none = 'none';

/** What there is after the pass before. */
function knownAlarms({ record, results }: Situation): AlarmsProgress | undefined {
  const { alarms } = record.progress;
  const isDone = results.some(({ key, outcome }) => key === alarmsKey && outcome === 'done');
  return isDone && alarms?.setting !== undefined ? { set: alarms.setting } : alarms;
}

export function decideAlarms(situation: Situation): AlarmWork {
  const { record, status, failures, now } = situation;
  const known = knownAlarms(situation);
  const wanted = isLoadFollowed(record, status) ? fingerprint([clusterAlarms, alarmRules]) : none;
  if (known === undefined && wanted === none) return { step: step({}) };
  if (known?.set === wanted && known.setting === undefined) return { step: step({}), alarms: known };
  const wait = patientRetryAt(failures, alarmsKey, now);
  if (wait !== undefined) return { step: step({ checks: [wait] }), ...(known && { alarms: known }) };
  const present = wanted !== none;
  const reason = present ? 'the number of slaves follows the load' : 'the number of slaves follows the load no more';
  return {
    step: step({
      decisions: [{ kind: 'set-alarms', key: alarmsKey, reason, present }],
      activity: [info(`${present ? 'setting' : 'removing'} alarms: ${reason}`)],
    }),
    alarms: { ...known, setting: wanted },
  };
}
