/** What the AWS endpoint serves below `/_local/`: the issuer's documents, tokens, the switches for faults, and the simulated internet. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { Fault, type FaultSwitches } from './faults.ts';
import { readBody } from './http/body.ts';
import type { OidcIssuer } from './oidc.ts';

export interface PagesDependencies {
  readonly faults: FaultSwitches;
  readonly oidc: () => OidcIssuer;
  readonly now: () => number;
  /** Asks a node at its public address. @throws Error if nothing answers */
  readonly fetchFromInternet: (url: string) => { readonly status: number; readonly body?: unknown };
}

type Page = (request: IncomingMessage, path: string) => Promise<unknown>;

export const PAGES_PREFIX = '/_local/';
export const OIDC_PATH = '/_local/oidc';

const MAX_BODY_BYTES = 65_536;
const TokenRequest = z.strictObject({
  subject: z.string().min(1).default('local-user'),
  email: z.string().optional(),
  name: z.string().optional(),
  audience: z.string().optional(),
  lifetimeSeconds: z.number().int().positive().optional(),
});

/** @returns whether the request was for one of these pages; it is answered then */
export function createPages(dependencies: PagesDependencies) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (!path.startsWith(PAGES_PREFIX)) return false;
    const answer = await answerTo(request, path, dependencies);
    const body = JSON.stringify(answer.body, null, 2);
    response.writeHead(answer.status, { 'content-type': 'application/json', 'access-control-allow-origin': '*' });
    response.end(`${body}\n`);
    return true;
  };
}

async function answerTo(request: IncomingMessage, path: string, dependencies: PagesDependencies) {
  const page = pagesOf(dependencies)[`${request.method} ${path.split('/').slice(0, 3).join('/')}`];
  try {
    const body = await page?.(request, path);
    return body === undefined
      ? { status: 404, body: { message: `there is nothing at ${path}` } }
      : { status: 200, body };
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    return { status: 400, body: { message } };
  }
}

function pagesOf({ faults, oidc, now, fetchFromInternet }: PagesDependencies): Readonly<Record<string, Page>> {
  return {
    'GET /_local/oidc': async (_request, path) => oidc().document(path.slice(OIDC_PATH.length)),
    'POST /_local/token': async (request) => {
      const { subject, ...rest } = TokenRequest.parse(await readJson(request));
      const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      return { token: await oidc().issueToken({ subject, ...given }) };
    },
    'GET /_local/time': async () => ({ now: new Date(now()).toISOString() }),
    'GET /_local/fetch': async (request) => {
      const url = new URL(request.url ?? '/', 'http://localhost').searchParams.get('url');
      if (url === null || !URL.canParse(url))
        throw new Error('say what to fetch: ?url=http://<public address>:<port>/');
      return fetchFromInternet(url);
    },
    'GET /_local/faults': async () => faults.list(),
    'POST /_local/faults': async (request) => ({ id: faults.add(Fault.parse(await readJson(request))) }),
    'DELETE /_local/faults': async (_request, path) => {
      const id = path.split('/')[3];
      if (id) faults.remove(id);
      else faults.clear();
      return faults.list();
    },
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (!body) throw new Error(`the body is longer than ${MAX_BODY_BYTES} bytes`);
  return body.length === 0 ? {} : (JSON.parse(body.toString('utf8')) as unknown);
}
