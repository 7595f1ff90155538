/** The seams inside the local cloud: what its services need of one another. */
import type { IncomingMessage } from 'node:http';

/** The one clock. All simulated delays go through it; times are epoch milliseconds of simulated time. */
export interface SimClock {
  now(): number;
  /** Runs `action` after `delayMs` of simulated time. @returns a function that cancels it */
  after(delayMs: number, action: () => void): () => void;
  /** While anything is held, virtual time stands still: somebody is working. @returns the release */
  hold(): () => void;
  /** Float64Array of 3: simulated base, real base (epoch ms), speed (0: virtual time, read the base only). For workers. */
  readonly shared: SharedArrayBuffer;
}

/** Seeded randomness; `fork` gives an independent stream by name, so that adding a draw somewhere changes nothing elsewhere. */
export interface Random {
  fork(name: string): Random;
  /** Uniform in [0, 1). */
  next(): number;
  between(low: number, high: number): number;
  /** Normal, never below `min`. */
  normal(mean: number, deviation: number, min: number): number;
  pick<T>(items: readonly T[]): T;
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
}

/** Who signed a request. Every function and every node has credentials of its own role. */
export interface Caller {
  readonly accessKeyId: string;
  readonly kind: 'user' | 'function' | 'node' | 'service';
  /** Role name; `local-user` for the person at the keyboard. */
  readonly roleName: string;
  readonly arn: string;
  readonly instanceId?: string;
  readonly functionName?: string;
}

/**
 * A decoded request. `input` has the names of the wire: the JSON body, or query keys nested by their dots. In the query
 * protocols every scalar is text, numbered keys are arrays (`Filter.1.Value.1=a` is `{ Filter: [{ Value: ['a'] }] }`), and
 * IAM's `member` level is left out (`Tags.member.1.Key=k` is `{ Tags: [{ Key: 'k' }] }`).
 */
export interface AwsCall {
  readonly service: string;
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
  /** Lets go of the clock, which the request holds, while it waits for simulated time to pass (long polling). */
  readonly letTimePass?: <T>(wait: Promise<T>) => Promise<T>;
}

/** An error as the service would answer it. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Members of the error besides its message, in the JSON protocols. */
  readonly members: Readonly<Record<string, unknown>>;
  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** One statement of an IAM policy, as it stands in the policy document. */
export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | boolean | readonly string[]>>>>;
}
/** What a role may do: `identity` must allow it, `boundary` too if there is one, and neither may deny it. */
export interface RolePolicies {
  readonly identity: readonly PolicyStatement[];
  readonly boundary?: readonly PolicyStatement[];
  /** For `aws:PrincipalTag/<key>`. */
  readonly tags: Readonly<Record<string, string>>;
}
/** What a policy may ask about a call, besides its action. What is left out is not checked. */
export interface AuthorizationContext {
  /** ARNs the call acts on; each must be allowed. Left out: any resource will do. */
  readonly resources?: readonly string[];
  /** Condition keys with their values (`aws:RequestTag/x`, `ec2:CreateAction`, …); conditions on other keys are not checked. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
  /** More conditions, of single resources by their ARN. */
  readonly ofResource?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /**
   * Beginnings of condition keys about which everything is told: a key that is left out is absent from the call, and no Allow
   * that asks for it holds.
   */
  readonly told?: readonly string[];
  /** What the service checks besides, as the caller. */
  readonly also?: readonly AuthorizationCheck[];
}

/** Another permission that a call needs: to tag what it makes, to pass a role. */
export interface AuthorizationCheck {
  /** IAM's name: `ec2:CreateTags`. */
  readonly action: string;
  readonly context: AuthorizationContext;
}

/**
 * One emulated service. `handle` returns what is encoded by the protocol; for the query protocols keys are element names,
 * and arrays become `<key><item>…</item></key>` (EC2) or `<key><member>…</member></key>` (IAM).
 */
export interface AwsService {
  /** Name in the credential scope of a signature: `ec2`, `sqs`, `states`, … */
  readonly signingName: string;
  readonly protocol: 'ec2-query' | 'aws-query' | 'json-1.0' | 'json-1.1' | 'rest-json';
  /** For `X-Amz-Target: <prefix>.<Action>`. */
  readonly targetPrefix?: string;
  /** What the caller's policies are asked about, for calls that are not made by the local user. */
  authorization?(call: AwsCall): AuthorizationContext;
  /** Protocol `rest-json` only: action and input from the path. @returns undefined for a path it does not know */
  route?(
    request: IncomingMessage,
    url: URL,
    body: Buffer,
  ): { readonly action: string; readonly input: Readonly<Record<string, unknown>> } | undefined;
  handle(call: AwsCall): unknown | Promise<unknown>;
  /** Puts an answer on the wire that the protocol alone cannot, such as one with headers of its own. */
  encode?(
    value: unknown,
  ): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string } | undefined;
}

/** EventBridge's default bus. */
export interface EventBus {
  put(event: {
    readonly source: string;
    readonly detailType: string;
    readonly detail: Readonly<Record<string, unknown>>;
    readonly resources?: readonly string[];
  }): void;
}

export interface InvokeResult {
  /** Parsed JSON of the function's answer, or of its error object `{ errorType, errorMessage }`. */
  readonly payload: unknown;
  readonly functionError?: 'Handled' | 'Unhandled';
}

/** Lambda, as other services call it. */
export interface FunctionHost {
  /** By name or ARN. @throws AwsError ResourceNotFoundException, TooManyRequestsException */
  invoke(functionName: string, payload: unknown): Promise<InvokeResult>;
}

/** Creates one type of CloudFormation resource. */
export interface ResourceType {
  /** Properties that are put into effect. */
  readonly properties: readonly string[];
  /** Properties that are known and have no local effect. Any other property is an error. */
  readonly withoutEffect?: readonly string[];
  create(resource: ResourceToCreate): CreatedResource | Promise<CreatedResource>;
}
export interface ResourceToCreate {
  readonly logicalId: string;
  /** Intrinsic functions are resolved. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
  /** The resource's `Metadata`, as it stands in the template. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}
export interface CreatedResource {
  /** Value of `Ref`. */
  readonly ref: string;
  /** Values of `Fn::GetAtt`. */
  readonly attributes: Readonly<Record<string, string>>;
}
export type ResourceTypes = Readonly<Record<string, ResourceType>>;

/** Faults that a person or a test switches on. */
export interface Faults {
  /** Asked before every API call. @returns an error to answer instead */
  beforeCall(call: AwsCall): AwsError | undefined;
  /** Asked after every API call that took effect. @returns an error to answer instead of its result */
  afterCall(call: AwsCall): AwsError | undefined;
  /** Asked at every invocation of a function. `not-run`: it fails at once; `answer-lost`: it runs, and then counts as failed. */
  invocation(functionName: string): 'not-run' | 'answer-lost' | undefined;
  /** How often an event or a node's message is delivered: 0 lost, 1, 2 doubled. @param source of an event */
  deliveries(kind: 'event' | 'node-message', source?: string): number;
  /** Asked when a node runs a command other than a start command. */
  commandFails(document: string, role: string): boolean;
  /** Offerings (`type/zone/market`, `*` matches all) without capacity. */
  lacksCapacity(instanceType: string, zone: string, market: string): boolean;
  /** Asked when a node is launched and when its start command runs. */
  nodeFault(node: {
    readonly instanceId: string;
    readonly role: string;
    readonly group: string;
  }): NodeFault | undefined;
}
export interface NodeFault {
  /** Added to the boot. `never`: SSM never sees it. */
  readonly bootDelaySeconds?: number | 'never';
  /** This many start commands fail. */
  readonly failStarts?: number;
  /** Start commands hang until they time out. */
  readonly hangStarts?: boolean;
}
