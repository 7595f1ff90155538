import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** @returns the whole body, or undefined if it is longer than `limit` bytes */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
  }
  return length <= limit ? Buffer.concat(chunks) : undefined;
}

/**
 * The body as it was before the client compressed it, as CloudWatch's does from 10 KB on.
 *
 * @param encoding header `content-encoding`
 * @returns undefined if it is not what its header says, or longer than `limit` bytes
 */
export function decompress(body: Buffer, encoding: string | undefined, limit: number): Buffer | undefined {
  if (encoding !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: limit });
  } catch {
    return undefined;
  }
}
