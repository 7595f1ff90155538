/** Actions on up to ten messages, each of which succeeds or fails for itself. */
import { isAwsError } from '../http/errors.ts';
import { type AwsCall, AwsError } from '../types.ts';
import { textOf } from './input.ts';
import { changeVisibility, sendMessage } from './message-actions.ts';
import type { Queue } from './queue.ts';
import type { Action, SqsContext } from './service.ts';

type Entry = AwsCall['input'];

const largestBatch = 1_048_576;

export function batchActions({ queues, faults }: SqsContext): Record<string, Action> {
  const batch = (apply: (queue: Queue, entry: Entry, call: AwsCall) => Record<string, unknown>): Action => {
    return (call) => {
      const queue = queues.get(call.input.QueueUrl);
      return applyToEach(entriesOf(call.input), (entry) => apply(queue, entry, call));
    };
  };
  return {
    SendMessageBatch: batch((queue, entry, call) => sendMessage(queue, entry, call, faults)),
    DeleteMessageBatch: batch((queue, entry) => {
      queue.delete(textOf(entry, 'ReceiptHandle'));
      return {};
    }),
    ChangeMessageVisibilityBatch: batch((queue, entry) => {
      changeVisibility(queue, entry);
      return {};
    }),
  };
}

/** @throws AwsError for a fault of the batch as a whole */
function entriesOf(input: AwsCall['input']): readonly Entry[] {
  const entries = (input.Entries ?? []) as readonly Entry[];
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > 10) {
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  const ids = entries.map((entry) => textOf(entry, 'Id'));
  const wrong = ids.find((id) => !/^[A-Za-z0-9_-]{1,80}$/.test(id));
  if (wrong !== undefined)
    throw new AwsError(
      'InvalidBatchEntryId',
      `A batch entry id can only contain alphanumeric characters, hyphens and underscores, not ${wrong}.`,
    );
  if (new Set(ids).size < ids.length)
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
  const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(String(entry.MessageBody ?? '')), 0);
  if (bytes > largestBatch)
    throw new AwsError('BatchRequestTooLong', `Batch requests cannot be longer than ${largestBatch} bytes.`);
  return entries;
}

function applyToEach(entries: readonly Entry[], apply: (entry: Entry) => Record<string, unknown>) {
  const Successful: unknown[] = [];
  const Failed: unknown[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...apply(entry) });
    } catch (error) {
      if (!isAwsError(error)) throw error;
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: error.status < 500 });
    }
  }
  return { Successful, Failed };
}
