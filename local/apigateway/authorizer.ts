/** What a REST API's authorizer of type REQUEST said. */
import { asList, matchesPattern } from '../authorization/patterns.ts';
import type { InvokeResult, PolicyStatement } from '../types.ts';
import type { GatewayResponseType } from './gateway-responses.ts';

export interface Authorizer {
  readonly functionName: string;
  /** `method.request.header.Authorization` and the like: a request without them is refused unheard. */
  readonly identitySources: readonly string[];
}

/** `context` is text throughout, as functions and gateway responses see it. */
export interface Authorization {
  readonly context?: Readonly<Record<string, string>>;
  readonly refusal?: GatewayResponseType;
}

export function readAuthorization({ payload, functionError }: InvokeResult, methodArn: string): Authorization {
  if (functionError) {
    const { errorMessage } = (payload ?? {}) as { readonly errorMessage?: unknown };
    return { refusal: errorMessage === 'Unauthorized' ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE' };
  }
  const { principalId, policyDocument, context = {} } = (payload ?? {}) as PolicyAnswer;
  const statements = policyDocument?.Statement;
  if (typeof principalId !== 'string' || !Array.isArray(statements) || !isFlat(context)) {
    return { refusal: 'AUTHORIZER_CONFIGURATION_ERROR' };
  }
  const texts = Object.entries(context).map(([name, value]) => [name, String(value)]);
  const told = { ...Object.fromEntries(texts), principalId, integrationLatency: '1' };
  return isAllowed(statements, methodArn) ? { context: told } : { context: told, refusal: 'ACCESS_DENIED' };
}

interface PolicyAnswer {
  readonly principalId?: unknown;
  readonly policyDocument?: { readonly Statement?: unknown };
  readonly context?: unknown;
}

function isFlat(context: unknown): context is Record<string, unknown> {
  return (
    typeof context === 'object' &&
    context !== null &&
    Object.values(context).every((value) => ['string', 'number', 'boolean'].includes(typeof value))
  );
}

function isAllowed(statements: readonly PolicyStatement[], methodArn: string): boolean {
  const effects = statements
    .filter(({ Action }) => asList(Action).some((action) => matchesPattern(action, 'execute-api:Invoke', true)))
    .filter(({ Resource }) => asList(Resource).some((resource) => matchesPattern(resource, methodArn)))
    .map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}
