import type { IncomingHttpHeaders } from 'node:http';

/** What a Signature Version 4 says about its request. The signature itself is not checked: keys here are no secrets. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

const SCOPE = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

/** @returns undefined for a request that is not signed, by header or by query string */
export function parseCredentialScope(
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
): CredentialScope | undefined {
  const presigned = query.get('X-Amz-Credential');
  const [, accessKeyId, region, service] =
    SCOPE.exec(presigned ? `Credential=${presigned}` : (headers.authorization ?? '')) ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}
