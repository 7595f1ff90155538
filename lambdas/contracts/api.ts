/**
 * The REST API's requests and answers, and what passes between API Gateway, the authorizer and serve-api. The contract is
 * the INDIGO Orchestrator's, with the quirks that its clients depend on.
 */
import * as z from 'zod';

/** Version that `/info` tells; the package's. */
export const productVersion = '0.1.0';

/** Also served under this prefix, where the clients' users expect it. */
export const apiPrefix = '/orchestrator';

/** What the authorizer found out. Everything is text, because API Gateway passes text. */
export const AuthorizerContext = z.object({
  authenticated: z.enum(['true', 'false']),
  issuer: z.string().optional(),
  subject: z.string().optional(),
  /** Users of one issuer and organization see each other's deployments. Absent: only their own. */
  organization: z.string().optional(),
  /** The token's scopes, separated by blanks. */
  scope: z.string().optional(),
  /** Why the caller is not authenticated; never a detail of the token. */
  reason: z.enum(['missing', 'malformed', 'unknown-issuer', 'expired', 'invalid', 'issuer-unavailable']).optional(),
});
export type AuthorizerContext = z.infer<typeof AuthorizerContext>;
export type RefusalReason = NonNullable<AuthorizerContext['reason']>;

/** What a caller who is not authenticated is told; not more, for a refused token is not the caller's to be examined. */
export const refusalMessages: Readonly<Record<RefusalReason, string>> = {
  missing: 'Full authentication is required to access this resource',
  malformed: 'The access token is not a signed JWT',
  'unknown-issuer': "The access token's issuer is not trusted here",
  expired: 'The access token has expired',
  invalid: 'The access token is not valid',
  'issuer-unavailable': "The token's issuer could not be asked for its keys",
};

/** Challenge of every 401. */
export const bearerChallenge = 'Bearer realm="mesoscale"';

/** Paths that need no token. What a route's `:name` stands for is one segment. */
export const anonymousPaths: readonly string[] = ['/', '/info', '/openapi.json', '/docs', '/docs/:file'];

/** Files of swagger-ui-dist that the page at `/docs` needs; they lie in `docs/` beside serve-api's bundle. */
export const documentationFiles: readonly string[] = ['swagger-ui.css', 'swagger-ui-bundle.js'];

const texts = z.record(z.string(), z.string().optional());

/**
 * The parts that are read of what a REST API (payload format 1.0) sends to the authorizer and to serve-api alike. Paths are as
 * the client encoded them; query parameters are decoded.
 */
const ProxyEvent = z.looseObject({
  httpMethod: z.string(),
  /** Names as the client wrote them, so in any case. */
  headers: texts.nullish(),
  multiValueQueryStringParameters: z.record(z.string(), z.array(z.string())).nullish(),
  /** `proxy`: the path below stage or base path, without a slash in front; absent at the root. */
  pathParameters: texts.nullish(),
  requestContext: z.looseObject({
    /** The path as the client sees it: with the stage's name, or a custom domain's base path. */
    path: z.string(),
    domainName: z.string().optional(),
    /** API Gateway's own id of the request, which its access log has. */
    requestId: z.string().optional(),
  }),
});
export type ProxyEvent = z.infer<typeof ProxyEvent>;

/** Of an authorizer of type REQUEST. */
export const AuthorizerEvent = z.looseObject({
  ...ProxyEvent.shape,
  /** `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>` */
  methodArn: z.string(),
});
export type AuthorizerEvent = z.infer<typeof AuthorizerEvent>;

/** What API Gateway wants to hear: a policy for this one request, and what serve-api, or the gateway response, is told. */
export interface AuthorizerAnswer {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly [
      { readonly Action: 'execute-api:Invoke'; readonly Effect: 'Allow' | 'Deny'; readonly Resource: string },
    ];
  };
  /** `message`: what the gateway response of a refused request says. */
  readonly context: AuthorizerContext & { readonly message?: string };
}

/** Of the proxy integration. */
export const HttpEvent = z.looseObject({
  ...ProxyEvent.shape,
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.looseObject({
    ...ProxyEvent.shape.requestContext.shape,
    authorizer: AuthorizerContext.nullish(),
  }),
});
export type HttpEvent = z.infer<typeof HttpEvent>;

/** Response of the proxy integration. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An integer of at least 1; text is taken too, as the original did. */
const positive = (name: string) => {
  const message = `${name} must be an integer of at least 1`;
  const number = z.int32({ error: message }).min(1, message);
  return z.preprocess((value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value), number);
};

/** A URL with an account that can be decoded, because Node decodes it when it connects. */
function isHttpUrl(text: string): boolean {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(`${username}:${password}`);
    return true;
  } catch {
    return false;
  }
}
const callbackMessage = 'Callback value, if provided, must be a valid HTTP or HTTPS URL';
const keepMessage = 'keepLastAttempt must be true or false';

/** orchent sends text instead of a boolean. */
const Flag = z.preprocess(
  (value) => {
    if (typeof value !== 'string') return value;
    const text = value.toLowerCase();
    if (text === 'true') return true;
    return text === 'false' ? false : value;
  },
  z.boolean({ error: keepMessage }),
);

/** Body of POST /deployments. Unknown keys are ignored, null is the same as absent. */
export const CreateDeploymentRequest = z
  .object({
    template: z
      .string({ error: 'A TOSCA template must be provided' })
      .refine((text) => text.trim() !== '', 'A TOSCA template must be provided'),
    parameters: z.record(z.string(), z.unknown(), { error: 'parameters must be a JSON object' }).nullish(),
    callback: z
      .string({ error: callbackMessage })
      .max(2048, callbackMessage)
      .refine(isHttpUrl, callbackMessage)
      .nullish(),
    timeoutMins: positive('timeoutMins').nullish(),
    providerTimeoutMins: positive('providerTimeoutMins').nullish(),
    maxProvidersRetry: positive('maxProvidersRetry').nullish(),
    keepLastAttempt: Flag.nullish(),
    userGroup: z
      .string({ error: 'userGroup must be a string' })
      .max(256, 'userGroup must have at most 256 characters')
      .nullish(),
  })
  .refine(
    ({ timeoutMins, providerTimeoutMins }) =>
      !timeoutMins || !providerTimeoutMins || providerTimeoutMins <= timeoutMins,
    {
      message: 'ProviderTimeout must be <= Timeout',
    },
  );
export type CreateDeploymentRequest = z.infer<typeof CreateDeploymentRequest>;

/** Body of PATCH /deployments/{id}; which statuses may be asked for is the operation's to say. */
export const ResetDeploymentRequest = z.object({ status: z.string({ error: 'A deployment status must be provided' }) });

/** Body of POST /deployments/{id}/resources/{rid}/actions. */
export const ResourceActionRequest = z.object({
  type: z.enum(['start', 'stop'], { error: 'An action type must be provided' }),
});

export const Link = z.object({ rel: z.string(), href: z.url() });
export type Link = z.infer<typeof Link>;

/** `yyyy-MM-dd'T'HH:mmZ` in UTC, e.g. `2024-03-01T09:30+0000`. Clients parse exactly this. */
export const ApiTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d\+0000$/);

export const DeploymentView = z.object({
  uuid: z.uuid(),
  creationTime: ApiTime,
  updateTime: ApiTime,
  physicalId: z.string(),
  status: z.string(),
  statusReason: z.string().optional(),
  outputs: z.record(z.string(), z.unknown()),
  task: z.enum(['NONE', 'DEPLOYER']),
  callback: z.string().optional(),
  userGroup: z.string().optional(),
  cloudProviderName: z.string(),
  /** Empty while creation is in progress. */
  cloudProviderEndpoint: z.object({
    cpEndpoint: z.string().optional(),
    cpComputeServiceId: z.string().optional(),
    deploymentType: z.string().optional(),
  }),
  createdBy: z.object({ issuer: z.string(), subject: z.string() }),
  links: z.array(Link),
});
export type DeploymentView = z.infer<typeof DeploymentView>;

export const ResourceState = z.enum([
  'INITIAL',
  'CREATING',
  'CREATED',
  'CONFIGURING',
  'CONFIGURED',
  'STARTING',
  'STARTED',
  'STOPPING',
  'STOPPED',
  'DELETING',
  'ERROR',
]);
export type ResourceState = z.infer<typeof ResourceState>;

export const ResourceView = z.object({
  uuid: z.uuid(),
  creationTime: ApiTime,
  updateTime: ApiTime,
  physicalId: z.string().optional(),
  state: ResourceState,
  toscaNodeType: z.string(),
  toscaNodeName: z.string(),
  requiredBy: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
  links: z.array(Link),
});
export type ResourceView = z.infer<typeof ResourceView>;

const count = z.number().int().min(0);
/** A page of `content`; unpaged unless asked for, because orpy cannot follow pages. */
export const pageOf = <T extends z.ZodType>(content: T) =>
  z.object({
    links: z.array(Link),
    content: z.array(content),
    page: z.object({ size: count, totalElements: count, totalPages: count, number: count }),
  });
export interface PageView<T> {
  readonly links: readonly Link[];
  readonly content: readonly T[];
  readonly page: {
    readonly size: number;
    readonly totalElements: number;
    readonly totalPages: number;
    readonly number: number;
  };
}

/** Body of every answer with a status of 400 or more. */
export const ErrorView = z.object({ code: z.number().int(), title: z.string().min(1), message: z.string().min(1) });
export type ErrorView = z.infer<typeof ErrorView>;
