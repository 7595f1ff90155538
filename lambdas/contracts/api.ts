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
  /** Why the caller is not authenticated; never a detail of the token. */
  reason: z.enum(['missing', 'malformed', 'unknown-issuer', 'expired', 'invalid', 'issuer-unavailable']).optional(),
});
export type AuthorizerContext = z.infer<typeof AuthorizerContext>;
export type RefusalReason = NonNullable<AuthorizerContext['reason']>;

/** The parts of an HTTP API's authorizer request (payload format 2.0) that are read. Header names are lower-case. */
export const AuthorizerEvent = z.looseObject({
  headers: z.record(z.string(), z.string().optional()).optional(),
  queryStringParameters: z.record(z.string(), z.string().optional()).nullish(),
});
export type AuthorizerEvent = z.infer<typeof AuthorizerEvent>;

/** A simple response. `isAuthorized` is always true: serve-api answers 401 itself, in the contract's error format. */
export interface AuthorizerAnswer {
  readonly isAuthorized: true;
  readonly context: AuthorizerContext;
}

/** The parts of an HTTP API's request (payload format 2.0) that are read. */
export const HttpEvent = z.looseObject({
  rawPath: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string().optional()).default({}),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.looseObject({
    domainName: z.string().optional(),
    stage: z.string().optional(),
    http: z.looseObject({ method: z.string() }),
    authorizer: z.looseObject({ lambda: AuthorizerContext.nullish() }).nullish(),
  }),
});
export type HttpEvent = z.infer<typeof HttpEvent>;

/** Integration response (payload format 2.0). */
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

const isHttpUrl = (text: string) => /^https?:/i.test(text) && URL.canParse(text);
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

export const ResourceState = z.enum(['INITIAL', 'CREATING', 'CONFIGURING', 'STARTED', 'DELETING', 'ERROR']);
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
