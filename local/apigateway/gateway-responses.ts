/** API Gateway's own answers, as the template shapes them. */
import type { ApiAnswer } from './answer.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html, as far as they occur here. */
const known = {
  ACCESS_DENIED: [403, 'User is not authorized to access this resource'],
  API_CONFIGURATION_ERROR: [500, 'Internal server error'],
  AUTHORIZER_CONFIGURATION_ERROR: [500, 'Internal server error'],
  AUTHORIZER_FAILURE: [500, 'Internal server error'],
  BAD_REQUEST_BODY: [400, 'Invalid request body'],
  /** Functions that fail, or answer what is no answer. */
  DEFAULT_5XX: [502, 'Internal server error'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long'],
  THROTTLED: [429, 'Too Many Requests'],
  UNAUTHORIZED: [401, 'Unauthorized'],
} as const;
export type GatewayResponseType = keyof typeof known;

/** A resource of type `AWS::ApiGateway::GatewayResponse`. */
export interface GatewayResponse {
  readonly StatusCode?: string;
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
}

export interface GatewayContext {
  readonly requestId: string;
  readonly authorizer?: Readonly<Record<string, unknown>> | undefined;
}

/** @param declared by type; a type that is not there is shaped by the default of its class */
export function gatewayAnswer(
  declared: ReadonlyMap<string, GatewayResponse>,
  type: GatewayResponseType,
  context: GatewayContext,
): ApiAnswer {
  const [status, message] = known[type];
  const response = declared.get(type) ?? declared.get(status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX') ?? {};
  const values = { ...context, error: { message, messageString: JSON.stringify(message), responseType: type } };
  const template = response.ResponseTemplates?.['application/json'] ?? '{"message":$context.error.messageString}';
  return {
    status: Number(response.StatusCode ?? status),
    headers: { 'content-type': 'application/json', ...headersOf(response.ResponseParameters ?? {}, values) },
    body: Buffer.from(template.replaceAll(/\$(context(?:\.\w+)+)/g, (_, path: string) => valueAt(path, values))),
  };
}

function headersOf(parameters: Readonly<Record<string, string>>, values: object): Record<string, string> {
  const prefix = 'gatewayresponse.header.';
  const pairs = Object.entries(parameters).map(([name, value]) => {
    if (!name.startsWith(prefix)) throw new Error(`the parameter ${name} of a gateway response is not known`);
    const literal = /^'(.*)'$/.exec(value)?.[1];
    return [name.slice(prefix.length).toLowerCase(), literal ?? valueAt(value, values)];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** What is not there is empty. @param path `context.error.message` and the like */
function valueAt(path: string, values: object): string {
  const [, ...names] = path.split('.');
  const value = names.reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], values);
  return String(value ?? '');
}
