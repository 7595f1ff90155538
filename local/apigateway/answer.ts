/** How an HTTP API turns a function's answer into a response. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** API Gateway's own answers. */
export const gatewayAnswers = {
  unauthorized: () => message(401, 'Unauthorized'),
  forbidden: () => message(403, 'Forbidden'),
  notFound: () => message(404, 'Not Found'),
  tooLarge: () => message(413, 'Request Too Long'),
  failed: () => message(500, 'Internal Server Error'),
} as const;

function message(status: number, text: string): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message: text })),
  };
}

interface ProxyResponse {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly cookies?: readonly string[];
  readonly body?: unknown;
  readonly isBase64Encoded?: boolean;
}

/** An answer without a status code is taken as a JSON body; one with a malformed one is a failure of the integration. */
export function toApiAnswer(payload: unknown): ApiAnswer {
  const response = payload as ProxyResponse | null;
  if (typeof response !== 'object' || response === null || response.statusCode === undefined) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
  }
  const status = Number(response.statusCode);
  const { body = '', headers = {}, cookies = [], isBase64Encoded = false } = response;
  if (!Number.isInteger(status) || status < 100 || status > 599 || typeof body !== 'string')
    return gatewayAnswers.failed();
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  return {
    status,
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      ...Object.fromEntries(given),
      ...(cookies.length > 0 && { 'set-cookie': cookies }),
    },
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  };
}
