/**
 * Receiver over HTTP. The name is resolved once, every address that it has is checked, and the connection is made to the checked
 * addresses: a name that resolves differently a moment later (DNS rebinding) leads nowhere else. Redirects are not followed, and
 * of the answer only the status is read.
 */
import { promises as dns, type LookupAddress } from 'node:dns';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import { outcomeOf, type PostOutcome } from '../domain/deployment/callback.ts';
import { type AllowedNetworks, hostOf, refuseAddress } from '../domain/deployment/callback-address.ts';
import type { Receiver } from '../ports/callbacks.ts';

export interface ReceiverOptions {
  readonly allowedNetworks: AllowedNetworks;
  /** For the whole of it, from the DNS to the answer's status. */
  readonly timeoutSeconds: number;
  /** @default the operating system's */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
}

const failed = (reason: string): PostOutcome => ({ kind: 'failed', reason });
const refused = (reason: string): PostOutcome => ({ kind: 'refused', reason });
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown error';

export function httpReceiver(options: ReceiverOptions): Receiver {
  return {
    post: (url, body) => {
      const { promise, resolve } = Promise.withResolvers<PostOutcome>();
      let request: ClientRequest | undefined;
      let isOver = false;
      const finish = (outcome: PostOutcome) => {
        isOver = true;
        clearTimeout(timer);
        request?.destroy();
        resolve(outcome);
      };
      const noAnswer = () => finish(failed(`it did not answer within ${options.timeoutSeconds} s`));
      const timer = setTimeout(noAnswer, options.timeoutSeconds * 1000);
      findAddresses(new URL(url), options)
        .then((found) => {
          if (isOver) return;
          if ('kind' in found) finish(found);
          else request = send(new URL(url), { body, addresses: found, finish });
        })
        // What cannot be asked at all will not be asked better later.
        .catch((error: unknown) => finish(refused(`it cannot be asked (${codeOf(error)})`)));
      return promise;
    },
  };
}

/** @returns all addresses of the URL's host, each of them checked; or why there is none to go to */
async function findAddresses(url: URL, options: ReceiverOptions): Promise<readonly LookupAddress[] | PostOutcome> {
  const { allowedNetworks, resolve = (name: string) => dns.lookup(name, { all: true }) } = options;
  const host = hostOf(url);
  const family = isIP(host);
  try {
    const addresses = family === 0 ? await resolve(host) : [{ address: host, family }];
    const faults = addresses.flatMap(({ address }) => refuseAddress(address, allowedNetworks) ?? []);
    if (faults.length > 0) return refused(family === 0 ? `${host} leads to ${faults[0]}` : faults.join());
    return addresses.length > 0 ? addresses : failed(`${host} has no address`);
  } catch (error) {
    return failed(`${host} could not be resolved (${codeOf(error)})`);
  }
}

interface Sending {
  readonly body: string;
  readonly addresses: readonly LookupAddress[];
  readonly finish: (outcome: PostOutcome) => void;
}

function send(url: URL, { body, addresses, finish }: Sending): ClientRequest {
  const host = hostOf(url);
  const isTls = url.protocol === 'https:';
  const options = {
    ...urlToHttpOptions(url),
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'User-Agent': 'mesoscale',
    },
    // A connection of its own, through no proxy and to no address but the checked ones.
    agent: isTls ? new HttpsAgent() : new HttpAgent(),
    lookup: pinned(addresses),
    ...(isTls && isIP(host) === 0 ? { servername: host } : {}),
  };
  const request = isTls ? httpsRequest(options) : httpRequest(options);
  request.on('response', ({ statusCode = 0 }) => finish(outcomeOf(statusCode)));
  request.on('error', (error) => finish(failed(`it cannot be reached (${codeOf(error)})`)));
  // Nothing of ours can be spoken after a switch of protocols.
  request.on('upgrade', ({ statusCode = 0 }) => finish(refused(`it answered ${statusCode}`)));
  return request.end(body);
}

/** A resolver that knows nothing but these addresses. Literal addresses never come here: Node connects to them as they are. */
function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  return (_name, { all }, answer) => {
    const [first] = addresses;
    if (all) answer(null, [...addresses]);
    else answer(null, first?.address ?? '', first?.family);
  };
}
