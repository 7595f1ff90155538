/** A batch from the signals queue, and which cluster each message is about. */
import * as z from 'zod';
import { ClusterId } from '../../contracts/cluster.ts';
import { type AwsEvent, SignalBody } from '../../contracts/signal.ts';
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

/** @returns undefined if the signal is about nothing of ours, or about something that is not recorded (any more) */
export async function findClusterOf(
  signal: SignalBody,
  store: Pick<ClusterStore, 'findClusterOfInstance'>,
): Promise<string | undefined> {
  if ('clusterId' in signal) return signal.clusterId;
  const ofRun = clusterOfRun(signal.detail.name);
  if (ofRun !== undefined) return ofRun;
  const instanceId = signal.detail['instance-id'] ?? instanceAmong(signal);
  return instanceId === undefined ? undefined : store.findClusterOfInstance(instanceId);
}

/** Executions are named `<clusterId>-<run>`. */
function clusterOfRun(name: string | undefined): string | undefined {
  const clusterId = /^(.+)-\d+$/.exec(name ?? '')?.[1];
  return ClusterId.safeParse(clusterId).success ? clusterId : undefined;
}

/** Some events name the instance only by its ARN. */
function instanceAmong({ resources = [] }: AwsEvent): string | undefined {
  return resources.map((arn) => /:instance\/(i-[0-9a-f]+)$/.exec(arn)?.[1]).find((id) => id !== undefined);
}
