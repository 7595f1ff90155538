/** A function's settings, as its resource in the template has them. */
export interface FunctionSettings {
  readonly name: string;
  readonly arn: string;
  readonly roleName: string;
  /** The bundle's file and the handler's export. */
  readonly file: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memorySize: number;
  /** Security groups if it is in a VPC. */
  readonly securityGroupIds?: readonly string[];
  readonly reservedConcurrency?: number;
  readonly logGroupName: string;
  /** Queue for events of asynchronous invocations that failed for good. */
  readonly deadLetterArn?: string;
}

/** How asynchronous invocations are retried. */
export interface AsyncSettings {
  readonly maximumRetries: number;
  /** Where events go that failed for good, wrapped in Lambda's invocation record. */
  readonly onFailureArn?: string;
}

export const DEFAULT_ASYNC: AsyncSettings = { maximumRetries: 2 };
