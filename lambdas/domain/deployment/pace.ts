/** Token buckets: how fast one caller may ask. Pure. */
export interface Bucket {
  readonly tokens: number;
  /** Epoch milliseconds at which there were so many. */
  readonly at: number;
}
export interface Pace {
  readonly requestsPerSecond: number;
  /** Tokens of a full bucket: requests at once. */
  readonly requestBurst: number;
}

/** Takes a token. @returns the bucket after it, and if there was none, the seconds until there is one */
export function takeToken(
  bucket: Bucket | undefined,
  { requestsPerSecond, requestBurst }: Pace,
  nowMs: number,
): { readonly bucket: Bucket; readonly waitSeconds?: number } {
  const { tokens, at } = bucket ?? { tokens: requestBurst, at: nowMs };
  // A clock that was set back makes nothing of the time between.
  const grown = Math.min(requestBurst, tokens + (Math.max(0, nowMs - at) / 1000) * requestsPerSecond);
  if (grown >= 1) return { bucket: { tokens: grown - 1, at: nowMs } };
  return { bucket: { tokens: grown, at: nowMs }, waitSeconds: (1 - grown) / requestsPerSecond };
}
