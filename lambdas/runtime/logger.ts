import { Logger } from '@aws-lambda-powertools/logger';

/** What code may do with a log: fixed messages, varying fields. Bodies, environment and secrets are never fields. */
export interface Log {
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields: Readonly<Record<string, unknown>>): void;
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
}

/** What a line tells of an error. */
export function fieldsOf(error: unknown): { readonly errorName: string; readonly errorMessage: string } {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { errorName: name, errorMessage: message };
}

const loggers = new Map<string, Logger>();

/** The container's one logger of this function; every line carries the function's name. */
export function loggerFor(functionName: string): Logger {
  const known = loggers.get(functionName);
  if (known) return known;
  const logger = new Logger({ serviceName: 'mesoscale', persistentKeys: { function: functionName } });
  loggers.set(functionName, logger);
  return logger;
}
