/** Services: one Marathon group, given whole, run by Marathon. Pure. */
import type { GroupView } from '../../contracts/gateway.ts';
import { isPermanent, retryAt } from '../cluster/failures.ts';
import { fingerprint } from '../cluster/fingerprint.ts';
import { groupLacks } from '../marathon/lacks.ts';
import { decidePublication, publication } from './decide-publication.ts';
import { groupIdOf, type ServiceContext, serviceGroup } from './marathon.ts';
import type { WorkloadProgress, WorkloadRecord } from './records.ts';
import {
  type AnsweringHost,
  failWith,
  findLateness,
  isDone,
  isInProgress,
  type WorkloadSituation,
  type WorkloadStep,
} from './situation.ts';
import type { ServiceSpec } from './spec.ts';

/** The update has failed, and what ran before is wanted again. */
function isBack({ desired, progress }: Pick<WorkloadRecord, 'desired' | 'progress'>): boolean {
  return progress.rolledBack === desired.generation && progress.stable !== undefined;
}

/** What is to run: what is asked for, or what ran before if that failed. */
export function wantedServices(record: Pick<WorkloadRecord, 'desired' | 'progress'>): readonly ServiceSpec[] {
  const { desired, progress } = record;
  const spec = isBack(record) ? (progress.stable?.spec ?? desired.spec) : desired.spec;
  return spec.type === 'MARATHON' ? spec.services : [];
}

/** What the group is made with. @param secretOf what stands for a secret, or the secret itself */
export function serviceContext(
  { workloadId, createdBy, origin, volumeBase }: WorkloadRecord['desired'],
  release: ServiceContext['release'],
  secretOf: ServiceContext['secretOf'],
): ServiceContext {
  return { deploymentId: workloadId, release, createdBy, origin, volumeBase, secretOf };
}

/** Names of secrets tell generations apart, so that their values are not needed to see what has changed. */
function fingerprintOf(record: WorkloadRecord, release: AnsweringHost['release']): string {
  return fingerprint(
    serviceGroup(
      wantedServices(record),
      serviceContext(record.desired, release, (name) => `<${name}>`),
    ),
  );
}

export function decideServices(situation: WorkloadSituation, { group, release }: AnsweringHost): WorkloadStep {
  const { record, progress, status } = situation;
  const wanted = fingerprintOf(record, release);
  const submitted = isDone(situation, 'submit') ? progress.submitting : progress.submitted;
  const kept = { ...(submitted === undefined ? {} : { submitted }), ...publication(situation) };
  const refusal = findRefusal(progress);
  if (refusal !== undefined)
    return isInProgress(status) ? failWith(situation, refusal, { progress: kept }) : { settled: true, progress: kept };
  if (submitted !== wanted || group?.found !== true) {
    const step = submit(situation, { wanted, submitted, isLost: submitted === wanted });
    return orLate(situation, { ...step, progress: { ...kept, ...step.progress } });
  }
  const lacks = groupLacks(group, instancesOf(record), situation.now);
  // Once all ran, or after a failed update, keeping services running is Marathon's own work; their ports may still have changed.
  if (lacks.length === 0 || !isAwaited(situation)) return complete(situation, group, kept);
  return orLate(situation, { lacks, watched: true, progress: kept });
}

/** Why it can never be submitted or published. */
function findRefusal({ failures }: WorkloadProgress): string | undefined {
  const failure = [failures.submit, failures.publish].find((each) => each && isPermanent(each));
  return failure && (failure.message ?? failure.error);
}

/** An update that failed goes on, unless there was something to go back to. */
function isAwaited({ record, status }: WorkloadSituation): boolean {
  return isInProgress(status) || (status === 'UPDATE_FAILED' && !isBack(record));
}

function orLate(situation: WorkloadSituation, step: WorkloadStep): WorkloadStep {
  const late = findLateness(situation, step.lacks ?? []);
  return late === undefined
    ? step
    : failWith(situation, late, { ...(step.progress ? { progress: step.progress } : {}) });
}

function instancesOf(record: WorkloadRecord): ReadonlyMap<string, number> {
  const group = groupIdOf(record.desired.workloadId);
  return new Map(wantedServices(record).map(({ node, instances = 1 }) => [`${group}/${node}`, instances]));
}

function submit(
  { progress, now }: WorkloadSituation,
  { wanted, submitted, isLost }: { wanted: string; submitted: string | undefined; isLost: boolean },
): WorkloadStep {
  const trouble = progress.failures.submit?.message;
  const lacks = [`it is not submitted${trouble === undefined ? '' : `: ${trouble}`}`];
  const wait = retryAt(progress.failures, 'submit', now);
  if (wait !== undefined) return { lacks, checks: [wait] };
  const changed = submitted === undefined ? 'it is to run' : 'it has changed';
  const reason = isLost ? 'its group is not in Marathon any more' : changed;
  return {
    lacks,
    decisions: [{ kind: 'submit-workload', key: 'submit', reason }],
    activity: [{ level: 'info', text: `submitting to Marathon: ${reason}` }],
    progress: { submitting: wanted },
  };
}

/** All runs. What ports Marathon has assigned goes into the outputs, again if they change. */
function complete(situation: WorkloadSituation, { apps }: GroupView, kept: Partial<WorkloadProgress>): WorkloadStep {
  const { generation, spec } = situation.record.desired;
  // The outputs still are those of what runs again: they were published for it.
  if (isBack(situation.record)) return { settled: true, progress: kept };
  const wanted = JSON.stringify([generation, apps.map(({ id, servicePorts }) => [id, servicePorts])]);
  const reason = isAwaited(situation) ? 'all services run' : 'ports of services have changed';
  const publishing = decidePublication(situation, { wanted, reason, isAwaited: isAwaited(situation) });
  if (publishing === undefined) return { settled: true, progress: { ...kept, stable: { generation, spec } } };
  // The next update may come before a pass sees that this one is complete. One that has failed says nothing of that.
  const candidate = publishing.decisions && isInProgress(situation.status) ? { candidate: { generation, spec } } : {};
  return { ...publishing, progress: { ...kept, ...candidate, ...publishing.progress } };
}
