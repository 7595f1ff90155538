/** A batch from the signals queue, and what each message is about. */
import * as z from 'zod';
import { ClusterId } from '../../contracts/cluster.ts';
import type { Subject } from '../../contracts/reconcile.ts';
import { type AwsEvent, SignalBody } from '../../contracts/signal.ts';
import { findClusterOfAlarm } from '../../domain/cluster/names.ts';
import type { ClusterStore } from '../../ports/cluster-store.ts';

export const SignalBatch = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });
export type SignalBatch = z.infer<typeof SignalBatch>;

export interface BatchResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** @returns undefined if the body is no signal: it never will be */
export function parseSignal(body: string): SignalBody | undefined {
  try {
    const parsed = SignalBody.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export interface SubjectFinder {
  readonly store: Pick<ClusterStore, 'findClusterOfInstance'>;
  /** Executions of this state machine are workloads', all others clusters'. */
  readonly workloadMachineArn: string;
}

/** @returns undefined if the signal is about nothing of ours, or about something that is not recorded (any more) */
export async function findSubjectOf(signal: SignalBody, finder: SubjectFinder): Promise<Subject | undefined> {
  if ('clusterId' in signal) return { clusterId: signal.clusterId };
  if ('workloadId' in signal) return { workloadId: signal.workloadId };
  const { alarmName } = signal.detail;
  if (alarmName !== undefined) return subjectOfAlarm(alarmName);
  const id = idOfRun(signal.detail.name);
  if (id !== undefined)
    return signal.detail.stateMachineArn === finder.workloadMachineArn ? { workloadId: id } : { clusterId: id };
  const instanceId = signal.detail['instance-id'] ?? instanceAmong(signal);
  const clusterId = instanceId && (await finder.store.findClusterOfInstance(instanceId));
  return clusterId ? { clusterId } : undefined;
}

/** One of another stack's clusters has no record here, and is passed over for that. */
function subjectOfAlarm(alarmName: string): Subject | undefined {
  const clusterId = findClusterOfAlarm(alarmName);
  return ClusterId.safeParse(clusterId).success && clusterId !== undefined ? { clusterId } : undefined;
}

/** Executions are named `<id>-<run>`. */
function idOfRun(name: string | undefined): string | undefined {
  const id = /^(.+)-\d+$/.exec(name ?? '')?.[1];
  return ClusterId.safeParse(id).success ? id : undefined;
}

/** Some events name the instance only by its ARN. */
function instanceAmong({ resources = [] }: AwsEvent): string | undefined {
  return resources.map((arn) => /:instance\/(i-[0-9a-f]+)$/.exec(arn)?.[1]).find((id) => id !== undefined);
}
