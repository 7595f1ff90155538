import { tagList, textOf } from '../ec2/wire.ts';
import { type Secret, secretItem, versionStages } from './secret.ts';
import {
  arnPrefix,
  fail,
  findSecret,
  type Input,
  needLiving,
  needSecret,
  newVersionId,
  type State,
  secretIdOf,
} from './state.ts';

const dayMs = 86_400_000;

/** The same call with the same token and value answers as the first. @throws AwsError ResourceExistsException */
export function createSecret(state: State, input: Input): unknown {
  const name = textOf(input.Name) ?? fail('InvalidParameterException', 'You must provide a Name');
  const value = textOf(input.SecretString) ?? '';
  const token = textOf(input.ClientRequestToken) ?? newVersionId(state);
  const known = state.secrets.get(name);
  if (known?.deletedAt !== undefined) {
    fail(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (known && (known.versionId !== token || known.value !== value)) {
    fail('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
  }
  const secret = known ?? newSecret(state, input, { name, value, versionId: token });
  state.secrets.set(name, secret);
  return { ARN: secret.arn, Name: name, VersionId: secret.versionId };
}

function newSecret(state: State, input: Input, own: Pick<Secret, 'name' | 'value' | 'versionId'>): Secret {
  const now = state.clock.now();
  return {
    ...own,
    arn: `${arnPrefix(state)}${own.name}-${state.names.hex(6)}`,
    description: textOf(input.Description) ?? '',
    tags: tagList(input.Tags),
    createdAt: now,
    changedAt: now,
  };
}

export function getSecretValue(state: State, input: Input): unknown {
  const secret = needLiving(state, input);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: secret.versionId,
    SecretString: secret.value,
    VersionStages: versionStages,
    CreatedDate: secret.changedAt / 1000,
  };
}

export function putSecretValue(state: State, input: Input): unknown {
  const secret = needLiving(state, input);
  secret.value = textOf(input.SecretString) ?? secret.value;
  secret.versionId = textOf(input.ClientRequestToken) ?? newVersionId(state);
  secret.changedAt = state.clock.now();
  return { ARN: secret.arn, Name: secret.name, VersionId: secret.versionId, VersionStages: versionStages };
}

export const describeSecret = (state: State, input: Input): unknown => secretItem(needSecret(state, input));

/** Without `ForceDeleteWithoutRecovery` the name stays taken for the recovery window. */
export function deleteSecret(state: State, input: Input): unknown {
  return input.ForceDeleteWithoutRecovery === true ? deleteAtOnce(state, input) : deleteLater(state, input);
}

/** A secret that is gone already is no error. */
function deleteAtOnce(state: State, input: Input): unknown {
  const id = secretIdOf(input);
  const secret = findSecret(state, id);
  state.secrets.delete(secret?.name ?? id);
  return { ...(secret && { ARN: secret.arn }), Name: secret?.name ?? id, DeletionDate: state.clock.now() / 1000 };
}

function deleteLater(state: State, input: Input): unknown {
  const secret = needLiving(state, input);
  const windowMs = Number(input.RecoveryWindowInDays ?? 30) * dayMs;
  const { clock, secrets } = state;
  secret.deletedAt = clock.now();
  clock.after(windowMs, () => secrets.delete(secret.name));
  return { ARN: secret.arn, Name: secret.name, DeletionDate: (clock.now() + windowMs) / 1000 };
}

export function tagResource(state: State, input: Input): unknown {
  const secret = needLiving(state, input);
  for (const [key, value] of tagList(input.Tags)) secret.tags.set(key, value);
  return {};
}
