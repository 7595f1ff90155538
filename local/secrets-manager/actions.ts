import { tagList, textOf, textsOf } from '../ec2/wire.ts';
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
    staged: new Map(),
  };
}

export function getSecretValue(state: State, input: Input): unknown {
  const secret = needLiving(state, input);
  const { VersionId, SecretString, VersionStages, createdAt } = findVersion(secret, input);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId,
    SecretString,
    VersionStages,
    CreatedDate: createdAt / 1000,
  };
}

/** By id, by stage, or the current one. @throws AwsError ResourceNotFoundException */
function findVersion(secret: Secret, input: Input) {
  const id = textOf(input.VersionId);
  const stage = textOf(input.VersionStage) ?? 'AWSCURRENT';
  if (id === secret.versionId || (id === undefined && stage === 'AWSCURRENT')) {
    const { versionId: VersionId, value: SecretString, changedAt: createdAt } = secret;
    return { VersionId, SecretString, VersionStages: versionStages, createdAt };
  }
  const found = [...secret.staged].find(([known, { stages }]) => (id === undefined ? stages.has(stage) : known === id));
  if (!found) {
    fail('ResourceNotFoundException', "Secrets Manager can't find the specified secret value for the version.");
  }
  const [VersionId, { value: SecretString, stages, createdAt }] = found;
  return { VersionId, SecretString, VersionStages: [...stages], createdAt };
}

/** With stages of its own, a new version leaves the current one where it is. @throws AwsError ResourceExistsException */
export function putSecretValue(state: State, input: Input): unknown {
  const secret = needLiving(state, input);
  const value = textOf(input.SecretString) ?? secret.value;
  const versionId = textOf(input.ClientRequestToken) ?? newVersionId(state);
  const stages = textsOf(input.VersionStages);
  if (stages.length > 0 && !stages.includes('AWSCURRENT')) stageVersion(state, secret, { versionId, value, stages });
  else Object.assign(secret, { value, versionId, changedAt: state.clock.now() });
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: versionId,
    VersionStages: stages.length > 0 ? stages : versionStages,
  };
}

function stageVersion(
  { clock }: State,
  secret: Secret,
  { versionId, value, stages }: { versionId: string; value: string; stages: readonly string[] },
): void {
  const known = secret.staged.get(versionId);
  if (known && known.value !== value) {
    fail('ResourceExistsException', 'You provided a ClientRequestToken that is in use by another version.');
  }
  for (const { stages: others } of secret.staged.values()) for (const stage of stages) others.delete(stage);
  const version = known ?? { value, stages: new Set<string>(), createdAt: clock.now() };
  for (const stage of stages) version.stages.add(stage);
  secret.staged.set(versionId, version);
}

/** Takes a stage from a version, which is forgotten with its last one. Stages are not moved here: nobody does. */
export function updateSecretVersionStage(state: State, input: Input): unknown {
  const secret = needLiving(state, input);
  if (input.MoveToVersionId !== undefined) fail('InvalidParameterException', 'Moving stages is not simulated.');
  const versionId = textOf(input.RemoveFromVersionId) ?? fail('InvalidParameterException', 'Nothing is to be changed.');
  const version = secret.staged.get(versionId);
  const stage = textOf(input.VersionStage) ?? '';
  if (!version) fail('ResourceNotFoundException', "Secrets Manager can't find the specified secret version.");
  if (!version.stages.delete(stage)) {
    fail('InvalidParameterException', `The staging label ${stage} isn't attached to the version ${versionId}.`);
  }
  if (version.stages.size === 0) secret.staged.delete(versionId);
  return { ARN: secret.arn, Name: secret.name };
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
