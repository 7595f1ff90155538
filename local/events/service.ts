/** The API of EventBridge, as far as events are put. */
import { type AwsCall, AwsError, type AwsService } from '../types.ts';
import type { Rules } from './rules.ts';

/** An entry's largest size in bytes, and how many a call takes. */
const entryLimit = 262_144;
const batchLimit = 10;

interface Entry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Resources?: readonly string[];
  readonly EventBusName?: string;
}
type EntryResult = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

export function eventsService(rules: Rules): AwsService {
  return {
    signingName: 'events',
    protocol: 'json-1.1',
    targetPrefix: 'AWSEvents',
    handle({ action, input }: AwsCall) {
      if (action !== 'PutEvents') {
        throw new AwsError('UnknownOperationException', `events:${action} is not implemented by the local cloud`);
      }
      const entries = (input.Entries ?? []) as readonly Entry[];
      checkBatch(entries);
      const results = entries.map((entry) => putEntry(rules, entry));
      return { FailedEntryCount: results.filter((one) => 'ErrorCode' in one).length, Entries: results };
    },
  };
}

function checkBatch(entries: readonly Entry[]): void {
  if (entries.length < 1 || entries.length > batchLimit) {
    throw new AwsError(
      'ValidationException',
      `Member must have between 1 and ${batchLimit} entries, not ${entries.length}`,
    );
  }
  const size = entries.reduce((sum, entry) => sum + Buffer.byteLength(JSON.stringify(entry)), 0);
  if (size > entryLimit)
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
}

function putEntry(
  rules: Rules,
  { Source, DetailType, Detail, Resources, EventBusName = 'default' }: Entry,
): EntryResult {
  if (!Source || !DetailType || Detail === undefined) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter Source, DetailType or Detail is not valid.' };
  }
  if (Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: `Not authorized for the source ${Source}.` };
  }
  if (EventBusName.split('/').at(-1) !== 'default') {
    return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${EventBusName} does not exist.` };
  }
  const detail = parseDetail(Detail);
  if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return {
    EventId: rules.put({ source: Source, detailType: DetailType, detail, ...(Resources && { resources: Resources }) }),
  };
}

function parseDetail(text: string): Record<string, unknown> | undefined {
  try {
    const detail = JSON.parse(text) as unknown;
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? { ...detail } : undefined;
  } catch {
    return undefined;
  }
}
