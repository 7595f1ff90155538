/** Taking a workload down: from Marathon or Chronos first, then its claim on the cluster, then its records. Pure. */
import { retryAt } from '../cluster/failures.ts';
import { addSeconds } from '../cluster/time.ts';
import { type HostView, isDone, type WorkloadSituation, type WorkloadStep, workloadPatience } from './situation.ts';

type Presence = 'there' | 'ending' | 'gone' | 'unknown';

/** What Marathon or Chronos still has of it. */
function presenceOf(host: HostView): Presence {
  if (host.state === 'gone') return 'gone';
  if (host.state !== 'answering') return 'unknown';
  const { group, jobs = [] } = host;
  if (group?.found || jobs.some(({ found }) => found)) return 'there';
  return group !== undefined && group.deployments > 0 ? 'ending' : 'gone';
}

export function decideWithdrawal(situation: WorkloadSituation): WorkloadStep {
  const { record, progress, status } = situation;
  const { forget } = record.desired;
  if (!forget && progress.ended) return { settled: true };
  const isAnnounced = status === 'DELETE_IN_PROGRESS' || status === 'DELETE_FAILED';
  const announce = forget && !isAnnounced ? { status: { value: 'DELETE_IN_PROGRESS' as const } } : {};
  const asked = isAsked(situation) ? { withdrawn: true } : {};
  const step = takeDown(situation, presenceOf(situation.host));
  return { ...announce, ...step, progress: { ...asked, ...step.progress } };
}

const isAsked = (situation: WorkloadSituation): boolean =>
  situation.progress.withdrawn === true || isDone(situation, 'withdraw');

/**
 * That nothing is shown may mean that what was sent has not arrived yet, or that a new leader has not loaded its state: whoever answers
 * is asked at least once to remove it, which does no harm if there is nothing.
 */

function takeDown(situation: WorkloadSituation, presence: Presence): WorkloadStep {
  const { record, progress, host, now } = situation;
  const isKnown = host.state === 'gone' || isAsked(situation);
  if (presence === 'gone' && isKnown) return end(situation);
  if (presence === 'unknown')
    return { lacks: ['its cluster does not answer'], checks: [addSeconds(now, workloadPatience.silent)] };
  const wait = retryAt(progress.failures, 'withdraw', now);
  if (wait !== undefined) return { checks: [wait] };
  if ((presence === 'ending' && isKnown) || isDone(situation, 'withdraw'))
    return { checks: [addSeconds(now, workloadPatience.withdrawal)] };
  const reason = record.desired.forget ? 'it is to be removed' : 'it has failed';
  return {
    decisions: [{ kind: 'withdraw-workload', key: 'withdraw', reason }],
    // Said once, although it may have to be asked for several times.
    activity: progress.withdrawing ? [] : [{ level: 'info', text: `taking it down: ${reason}` }],
    progress: { withdrawing: true },
  };
}

function end(situation: WorkloadSituation): WorkloadStep {
  const { forget } = situation.record.desired;
  if (!forget && isDone(situation, 'end')) return { settled: true, progress: { ended: true } };
  const wait = retryAt(situation.progress.failures, 'end', situation.now);
  if (wait !== undefined) return { checks: [wait] };
  const reason = 'nothing of it runs any more';
  return {
    decisions: [{ kind: 'end-workload', key: 'end', reason, forget }],
    activity: [{ level: 'info', text: reason }],
  };
}
