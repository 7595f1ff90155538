/** What one deployment costs at list prices of us-east-1, without free tiers and without the nodes themselves. US dollars. */
const perMillion = 1e-6;
export const prices = {
  transition: 25 * perMillion,
  invocation: 0.2 * perMillion,
  gigabyteSecond: 0.0000133334,
  sqsRequest: 0.4 * perMillion,
  writeUnit: 0.625 * perMillion,
  readUnit: 0.125 * perMillion,
} as const;

/** What an invocation is taken to last. Simulated functions take no time, so this is an assumption, and a generous one. */
export const assumedInvocationSeconds = 0.3;
/** A message is sent, received and deleted; receiving and deleting go in batches, which is not counted on. */
const requestsPerMessage = 3;

export interface Invoked {
  readonly count: number;
  readonly memoryMiB: number;
}

export interface Use {
  readonly transitions: number;
  readonly invoked: readonly Invoked[];
  readonly messages: number;
  readonly writeUnits: number;
  readonly readUnits: number;
}

export function costOf({ transitions, invoked, messages, writeUnits, readUnits }: Use): Record<string, number> {
  const invocations = invoked.reduce((sum, { count }) => sum + count, 0);
  const gigabytes = invoked.reduce((sum, { count, memoryMiB }) => sum + (count * memoryMiB) / 1024, 0);
  return {
    'Step Functions': transitions * prices.transition,
    Lambda: invocations * prices.invocation + gigabytes * assumedInvocationSeconds * prices.gigabyteSecond,
    DynamoDB: writeUnits * prices.writeUnit + readUnits * prices.readUnit,
    SQS: messages * requestsPerMessage * prices.sqsRequest,
  };
}
