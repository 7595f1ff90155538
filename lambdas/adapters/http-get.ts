import { request } from 'node:http';

export interface Account {
  readonly username: string;
  readonly password: string;
}
export interface HttpGet {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly account?: Account;
}
export interface HttpAnswer {
  /** 0: no answer, or not in time. */
  readonly status: number;
  readonly body: string;
}

const noAnswer: HttpAnswer = { status: 0, body: '' };

/** One GET by plain node:http, without redirects. Never throws. */
export function httpGet({ host, port, path, timeoutMs, account }: HttpGet): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const options = {
      host,
      port,
      path,
      headers: { accept: 'application/json, text/plain' },
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
    asked.end();
  });
}
