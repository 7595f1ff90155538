/** What passes through the callbacks queue, and how patient its consumer is. */
import * as z from 'zod';
import { ClusterId } from './cluster.ts';

/** Statuses that callbacks tell. A deletion that goes well is never told: nothing is left to tell of. */
export const announcedStatuses = [
  'CREATE_IN_PROGRESS',
  'CREATE_COMPLETE',
  'CREATE_FAILED',
  'UPDATE_IN_PROGRESS',
  'UPDATE_COMPLETE',
  'UPDATE_FAILED',
  'DELETE_FAILED',
] as const;
export const AnnouncedStatus = z.enum(announcedStatuses);
export type AnnouncedStatus = z.infer<typeof AnnouncedStatus>;

/**
 * Body on the callbacks queue: what one callback tells, as it was when it became so. Everything else of the view, and the
 * receiver's address, is read when it is delivered.
 */
export const CallbackMessage = z.object({
  deploymentId: ClusterId,
  generation: z.number().int().min(1),
  status: AnnouncedStatus,
  statusReason: z.string().optional(),
  /** ISO 8601 in UTC. */
  updatedAt: z.iso.datetime(),
  /** Absent if they are too large for a message: then those of the deployment at delivery are told. */
  outputs: z.record(z.string(), z.unknown()).optional(),
});
export type CallbackMessage = z.infer<typeof CallbackMessage>;

/** A batch of the callbacks queue, as Lambda hands it over. */
export const CallbackBatch = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.coerce.number().int().min(1) }),
    }),
  ),
});
export type CallbackBatch = z.infer<typeof CallbackBatch>;

/** Deliveries of one callback, the first included, before it is given up. */
export const callbackAttempts = 6;
/** How long a receiver has to answer, name resolution and handshakes included. */
export const callbackTimeoutSeconds = 10;
/** Receipts after which a message that cannot be handled goes to the dead letters: more than a receiver's failures need. */
export const callbackReceipts = 2 * callbackAttempts;

/** Seconds from the n-th failed delivery to the next, n from 1: half a minute, then twice as long each time. */
export function callbackDelay(n: number): number {
  return 30 * 2 ** (n - 1);
}
