/** How a REST API turns a function's answer into a response. */
import { isBinary } from './binary.ts';

export interface ApiAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

interface ProxyResponse {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, string | number | boolean>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>> | null;
  readonly body?: unknown;
  readonly isBase64Encoded?: boolean;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const REMAPPED = new Set(
  'authorization connection date host proxy-authenticate server te trailer transfer-encoding upgrade via www-authenticate'.split(
    ' ',
  ),
);

/** @returns undefined if it is no answer of the proxy integration */
export function toApiAnswer(payload: unknown, binaryTypes: readonly string[]): ApiAnswer | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const response = payload as ProxyResponse;
  const status = Number(response.statusCode ?? 200);
  const body = response.body ?? '';
  if (!Number.isInteger(status) || status < 100 || status > 599 || typeof body !== 'string') return undefined;
  const headers: Record<string, string | readonly string[]> = {
    'content-type': 'application/json',
    ...renamed(response.headers, String),
    ...renamed(response.multiValueHeaders, (values) => values),
  };
  const isBytes = response.isBase64Encoded === true && isBinary(String(headers['content-type']), binaryTypes);
  return { status, headers, body: Buffer.from(body, isBytes ? 'base64' : 'utf8') };
}

function renamed<V, W>(
  headers: Readonly<Record<string, V>> | null | undefined,
  to: (value: V) => W,
): Record<string, W> {
  return Object.fromEntries(
    Object.entries(headers ?? {})
      .filter(([name]) => name.toLowerCase() !== 'content-length')
      .map(([name, value]) => [remap(name.toLowerCase()), to(value)]),
  );
}

const remap = (name: string) => (REMAPPED.has(name) ? `x-amzn-remapped-${name}` : name);
