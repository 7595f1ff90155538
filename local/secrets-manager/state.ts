import { textOf } from '../ec2/wire.ts';
import { type AwsCall, AwsError, type Random, type SimClock } from '../types.ts';
import type { Secret } from './secret.ts';

export interface SecretsManagerOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly accountId: string;
  readonly region: string;
}
export interface State extends SecretsManagerOptions {
  /** By name. */
  readonly secrets: Map<string, Secret>;
  readonly names: Random;
}
export type Input = AwsCall['input'];

export function createState(options: SecretsManagerOptions): State {
  return { ...options, secrets: new Map(), names: options.random.fork('secret-names') };
}

export function fail(code: string, message: string): never {
  throw new AwsError(code, message);
}

export function newVersionId({ names }: State): string {
  return [8, 4, 4, 4, 12].map((digits) => names.hex(digits)).join('-');
}

export const arnPrefix = ({ region, accountId }: State) => `arn:aws:secretsmanager:${region}:${accountId}:secret:`;

/** By name or ARN. */
export function findSecret({ secrets }: State, id: string): Secret | undefined {
  return secrets.get(id) ?? [...secrets.values()].find((secret) => secret.arn === id);
}

export function secretIdOf(input: Input): string {
  return textOf(input.SecretId) ?? fail('InvalidParameterException', 'You must provide a SecretId');
}

/** @throws AwsError ResourceNotFoundException */
export function needSecret(state: State, input: Input): Secret {
  const secret = findSecret(state, secretIdOf(input));
  return secret ?? fail('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

/** @throws AwsError ResourceNotFoundException, InvalidRequestException if it waits for its deletion */
export function needLiving(state: State, input: Input): Secret {
  const secret = needSecret(state, input);
  if (secret.deletedAt === undefined) return secret;
  return fail(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
}

export function livingSecrets({ secrets }: State): Secret[] {
  return [...secrets.values()].filter((secret) => secret.deletedAt === undefined);
}
