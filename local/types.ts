/** The seams inside the local cloud: what its services need of one another. */

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

/** A decoded request. `input` has the names of the wire: query keys nested by their dots, or the JSON body. */
export interface AwsCall {
  readonly service: string;
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
}

/** An error as the service would answer it. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** One emulated service. `handle` returns what is encoded by the protocol; for the query protocols keys are element names. */
export interface AwsService {
  /** Name in the credential scope of a signature: `ec2`, `sqs`, `states`, … */
  readonly signingName: string;
  readonly protocol: 'ec2-query' | 'aws-query' | 'json-1.0' | 'json-1.1' | 'rest-json';
  /** For `X-Amz-Target: <prefix>.<Action>`. */
  readonly targetPrefix?: string;
  handle(call: AwsCall): unknown | Promise<unknown>;
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
  /** How often an event or a node's message is delivered: 0 lost, 1, 2 doubled. */
  deliveries(kind: 'event' | 'node-message'): number;
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
