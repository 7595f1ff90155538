import type { EC2Client } from '@aws-sdk/client-ec2';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { NotYetVisible } from '../contracts/error-names.ts';
import { codeOf, isInUse, isNotFound, translateError } from './errors.ts';
import type { NodeSettings } from './node-settings.ts';

/** What the parts of a foundation are made with. */
export interface FoundationContext {
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly secrets: SecretsManagerClient;
  readonly settings: NodeSettings;
}

/** Makes a part: what is said not to exist was made a moment ago, so that is an ordinary retry. */
export async function making<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isNotFound(error)) throw translateError(error, what);
    throw new NotYetVisible(`${what} failed: ${codeOf(error)}: ${(error as Error).message}`, { cause: error });
  }
}

/** Removes a part: one that is gone is removed. @returns what is still in use, in words; empty: it is gone */
export async function removing(what: string, call: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await call();
    return [];
  } catch (error) {
    if (isNotFound(error)) return [];
    if (isInUse(error)) return [what];
    throw translateError(error, `removing ${what}`);
  }
}

/** Removes parts one after the other, so that a throttled service is not pressed. */
export async function removingEach<T>(
  items: readonly T[],
  remove: (item: T) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const item of items) left.push(...(await remove(item)));
  return left;
}
