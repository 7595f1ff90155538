import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type * as z from 'zod';
import { ControlPlaneError, InvalidInput } from '../contracts/error-names.ts';
import { loggerFor } from './logger.ts';

export interface StackOptions<S extends z.ZodType> {
  /** Name of the handler file. */
  readonly name: string;
  /** What the function accepts. */
  readonly input: S;
  /** @default the container's logger of this function */
  readonly logger?: Logger;
}

/**
 * The middleware of every function that is not HTTP: logger context, check of the input, one log line per error. The error
 * is thrown on, because Lambda reports its name as the error type that state machines match.
 */
export function lambdaStack<S extends z.ZodType>(options: StackOptions<S>) {
  const logger = options.logger ?? loggerFor(options.name);
  return {
    handler: <O>(handle: (input: z.output<S>) => Promise<O>) =>
      middy<z.output<S>, O>()
        .use(loggerContext(logger))
        .use(inputCheck(options))
        .handler((input: z.output<S>) => handle(input)),
  };
}

function loggerContext(logger: Logger): middy.MiddlewareObj<unknown, unknown> {
  return {
    before: ({ event, context }) => {
      logger.resetKeys();
      logger.addContext(context);
      logger.appendKeys(identifiersOf(event));
    },
    onError: ({ error }) => {
      logError(logger, error);
    },
  };
}

/** Ids only: the rest of an event may be large or secret. */
function identifiersOf(event: unknown): Record<string, unknown> {
  if (typeof event !== 'object' || event === null) return {};
  const { clusterId, run, decision } = event as Record<string, unknown>;
  const key = (decision as { key?: unknown } | undefined)?.key;
  return {
    ...(typeof clusterId === 'string' ? { clusterId } : {}),
    ...(typeof run === 'number' ? { run } : {}),
    ...(typeof key === 'string' ? { decisionKey: key } : {}),
  };
}

function logError(logger: Logger, error: unknown): void {
  if (!(error instanceof Error)) {
    logger.error('function failed', { errorName: 'unknown' });
    return;
  }
  const fields = { errorName: error.name, errorMessage: error.message };
  if (error instanceof ControlPlaneError) logger.warn('function failed', fields);
  else logger.error('function failed', { ...fields, stack: error.stack });
}

function inputCheck<S extends z.ZodType>({ name, input }: StackOptions<S>): middy.MiddlewareObj<z.output<S>, unknown> {
  return {
    before: (request) => {
      const parsed = input.safeParse(request.event);
      if (!parsed.success) throw new InvalidInput(`Input of ${name} is wrong: ${faultsOf(parsed.error)}.`);
      request.event = parsed.data;
    },
  };
}

/** Paths and codes without values. */
function faultsOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'input'} (${issue.code})`).join('; ');
}
