/** What a callback tells, and what becomes of a delivery. Pure. */
import {
  type AnnouncedStatus,
  type CallbackMessage,
  callbackAttempts,
  callbackDelay,
} from '../../contracts/callback.ts';
import type { Timestamp } from '../cluster/records.ts';
import type { DeploymentRecord } from './deployment.ts';

/** A status of a deployment that its callback is to be told, as the loop saw it come. */
export interface Announcement {
  readonly generation: number;
  readonly status: AnnouncedStatus;
  readonly at: Timestamp;
  readonly statusReason?: string | undefined;
}

/** What is left to tell, oldest first, and the status that was noted last. */
export interface Announcements {
  readonly last?: Pick<Announcement, 'generation' | 'status'>;
  readonly open: readonly Announcement[];
  /** How often the first of them could not be sent, if ever. */
  readonly failed?: { readonly count: number; readonly lastAt: Timestamp };
}

/** SQS takes 1 MiB; what is not outputs takes a few hundred bytes and a reason. */
const maxOutputsBytes = 200_000;

/** The deployment's own words, as long as it still is in that status; afterwards what the loop remembers of it. */
export function callbackMessage(announcement: Announcement, deployment: DeploymentRecord): CallbackMessage {
  const { generation, status, at } = announcement;
  const { statusReason, updatedAt } = isIn(deployment, announcement)
    ? deployment
    : { statusReason: announcement.statusReason, updatedAt: at };
  const outputs = outputsAt(status, deployment);
  const fit = Buffer.byteLength(JSON.stringify(outputs)) <= maxOutputsBytes;
  return {
    deploymentId: deployment.deploymentId,
    generation,
    status,
    ...(statusReason === undefined ? {} : { statusReason }),
    updatedAt,
    ...(fit ? { outputs } : {}),
  };
}

/** A deployment has no outputs until it first is complete. */
function outputsAt(status: AnnouncedStatus, { outputs }: DeploymentRecord): DeploymentRecord['outputs'] {
  return status === 'CREATE_IN_PROGRESS' || status === 'CREATE_FAILED' ? {} : outputs;
}

/** The deployment as it was when the message was written. */
export function deploymentThen(message: CallbackMessage, deployment: DeploymentRecord): DeploymentRecord {
  const { statusReason: _, ...rest } = deployment;
  const { status, statusReason, updatedAt, outputs = deployment.outputs } = message;
  return { ...rest, status, updatedAt, outputs, ...(statusReason === undefined ? {} : { statusReason }) };
}

type Told = Pick<Announcement, 'generation' | 'status'>;
const isIn = (deployment: DeploymentRecord | undefined, { generation, status }: Told): boolean =>
  deployment?.status === status && deployment.generation === generation;

/** What came of one POST to a receiver. `refused`: the same again would end the same. */
export type PostOutcome =
  | { readonly kind: 'delivered'; readonly statusCode: number }
  | { readonly kind: 'failed' | 'refused'; readonly reason: string };

/** Answers with these codes ask for another try, as do 5xx. */
const retriedCodes: ReadonlySet<number> = new Set([408, 425, 429]);

export function outcomeOf(statusCode: number): PostOutcome {
  if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered', statusCode };
  if (statusCode >= 300 && statusCode < 400) {
    return { kind: 'refused', reason: `it answered ${statusCode}, and redirects are not followed` };
  }
  const again = statusCode >= 500 || retriedCodes.has(statusCode);
  return { kind: again ? 'failed' : 'refused', reason: `it answered ${statusCode}` };
}

/** Seconds to wait before the next delivery, or why there is none. */
export type Verdict = { readonly retryInSeconds: number } | { readonly dropped: string };

/**
 * A delivery that failed is repeated only while the deployment still is in the status that it tells: a receiver that takes the
 * latest callback for the truth would be misled by an older one that comes after a newer.
 *
 * @param attempt which delivery this was, from 1
 * @param deployment as it is now; undefined: deleted
 */
export function judgeDelivery(
  outcome: Exclude<PostOutcome, { kind: 'delivered' }>,
  {
    attempt,
    message,
    deployment,
  }: { attempt: number; message: CallbackMessage; deployment: DeploymentRecord | undefined },
): Verdict {
  if (outcome.kind === 'refused') return { dropped: outcome.reason };
  if (attempt >= callbackAttempts) return { dropped: `${outcome.reason}, ${attempt} times` };
  if (!isIn(deployment, message)) return { dropped: `${outcome.reason}, and the deployment has moved on` };
  return { retryInSeconds: callbackDelay(attempt) };
}

/** Whether a repeated delivery has become pointless while it waited. The first one is always made. */
export function isOutdated(attempt: number, message: CallbackMessage, deployment: DeploymentRecord): boolean {
  return attempt > 1 && !isIn(deployment, message);
}
