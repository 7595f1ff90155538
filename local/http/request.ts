import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AwsService } from '../types.ts';
import { decodeQuery } from './query.ts';
import { parseCredentialScope } from './signature.ts';

export interface IdentifiedRequest {
  readonly service: AwsService;
  /** Empty if the request names none. */
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Undefined if the request is not signed. */
  readonly accessKeyId: string | undefined;
}

/**
 * Finds out what a request wants. The signature names the service; a request without one still tells by its target or
 * its action, so that it can be refused in the right words.
 *
 * @returns a sentence if there is no such service here
 */
export function identifyRequest(
  request: IncomingMessage,
  body: Buffer,
  services: readonly AwsService[],
): IdentifiedRequest | string {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const scope = parseCredentialScope(request.headers, url.searchParams);
  const [prefix, target = ''] = String(request.headers['x-amz-target'] ?? '').split(/\.(?=[^.]*$)/);
  const form = isForm(request.headers) ? body.toString('utf8') : url.searchParams.toString();
  const service = scope
    ? services.find(({ signingName }) => signingName === scope.service)
    : findUnsigned(services, prefix, form, url);
  if (!service) return `The local cloud does not emulate the service ${scope?.service ?? '(request is not signed)'}.`;
  const accessKeyId = scope?.accessKeyId;
  switch (service.protocol) {
    case 'ec2-query':
    case 'aws-query':
      return { service, accessKeyId, action: new URLSearchParams(form).get('Action') ?? '', input: decodeQuery(form) };
    case 'json-1.0':
    case 'json-1.1':
      return { service, accessKeyId, action: prefix === service.targetPrefix ? target : '', input: parseJson(body) };
    case 'rest-json':
      return { service, accessKeyId, ...(service.route?.(request, url, body) ?? { action: '', input: {} }) };
  }
}

function isForm(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}

function findUnsigned(services: readonly AwsService[], prefix: string | undefined, form: string, url: URL) {
  if (prefix) return services.find(({ targetPrefix }) => targetPrefix === prefix);
  if (url.pathname.startsWith('/2015-03-31/')) return services.find(({ signingName }) => signingName === 'lambda');
  const version = new URLSearchParams(form).get('Version');
  const protocol = version === '2010-05-08' ? 'aws-query' : version === '2016-11-15' ? 'ec2-query' : undefined;
  return services.find((service) => service.protocol === protocol);
}

/** A body that is no JSON object counts as empty: the service then misses its parameters and says so. */
function parseJson(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8') || '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
