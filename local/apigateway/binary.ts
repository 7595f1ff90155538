/** Bodies as bytes: which are not passed as text, and which are compressed. */
import { gunzipSync, gzipSync } from 'node:zlib';

/** A body without a type counts as JSON. */
export function isBinary(contentType: string | undefined, binaryTypes: readonly string[]): boolean {
  const [type = ''] = (contentType ?? 'application/json').split(';');
  return binaryTypes.some((binary) => binary === '*/*' || binary === type.trim().toLowerCase());
}

/** @throws Error if it is not what it says; with code ERR_BUFFER_TOO_LARGE if it is larger than `limit` bytes */
export function decompress(body: Buffer, encoding: string | undefined, limit: number): Buffer {
  return encoding === 'gzip' && body.length > 0 ? gunzipSync(body, { maxOutputLength: limit }) : body;
}

/** @returns undefined if the answer is sent as it is */
export function compress(body: Buffer, accepted: string | undefined, minimum: number | undefined): Buffer | undefined {
  if (minimum === undefined || body.length < minimum || !/\bgzip\b/.test(accepted ?? '')) return undefined;
  return gzipSync(body);
}
