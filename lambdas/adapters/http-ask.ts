import { request } from 'node:http';

export interface Account {
  readonly username: string;
  readonly password: string;
}
export interface HttpQuestion {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly account?: Account;
  /** @default GET */
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Media types that are wanted. @default JSON, or plain text */
  readonly accept?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}
export interface HttpAnswer {
  /** 0: no answer, or not in time. */
  readonly status: number;
  readonly body: string;
}

const noAnswer: HttpAnswer = { status: 0, body: '' };

/** One request by plain node:http, without redirects. Never throws. */
export function httpAsk({
  host,
  port,
  path,
  timeoutMs,
  account,
  method = 'GET',
  body,
  accept = 'application/json, text/plain',
}: HttpQuestion): Promise<HttpAnswer> {
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise((resolve) => {
    const options = {
      host,
      port,
      path,
      method,
      headers: {
        accept,
        ...(payload ? { 'content-type': 'application/json', 'content-length': payload.byteLength } : {}),
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...(account ? { auth: `${account.username}:${account.password}` } : {}),
    };
    const asked = request(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
      answer.on('error', () => resolve(noAnswer));
    });
    asked.on('error', () => resolve(noAnswer));
    asked.end(payload);
  });
}
