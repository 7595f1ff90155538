/** A checked request becomes the records and secrets of a new deployment; or it is refused, and nothing is stored. */
import type { DesiredCluster } from '../../domain/cluster/records.ts';
import type { ClusterSpec, GivenCredentials } from '../../domain/cluster/spec.ts';
import { toTimestamp } from '../../domain/cluster/time.ts';
import type { Caller } from '../../domain/deployment/access.ts';
import type { DeploymentRecord } from '../../domain/deployment/deployment.ts';
import type { IdSource } from '../../ports/clock.ts';
import type { ClusterSecrets } from '../../ports/credentials.ts';
import { acceptTemplate, checkSizes, deadlineOf, type ReadTemplate } from './accept-template.ts';
import type { Creation } from './read-creation.ts';
import type { ApiSettings } from './services.ts';

export interface NewCluster {
  readonly deployment: DeploymentRecord;
  readonly desired: DesiredCluster;
  readonly secrets: ClusterSecrets;
}
/** A request with its template read. */
export interface CreationRequest {
  readonly creation: Creation;
  readonly read: ReadTemplate;
}
export interface CreationContext {
  readonly deploymentId: string;
  readonly caller: Caller;
  readonly now: Date;
  readonly ids: IdSource;
  readonly settings: ApiSettings;
}

/** @throws InvalidInput that says what in the template or the parameters is wrong */
export function acceptCluster({ creation, read }: CreationRequest, context: CreationContext): NewCluster {
  const { deploymentId, settings, ids } = context;
  const { spec, credentials, content, secrets } = acceptTemplate(read, { deploymentId, generation: 1, settings });
  const accepted = {
    deployment: { ...newRecord(creation, context), ...content },
    desired: desiredOf(creation, spec, context),
    secrets: { ...credentialsOf(spec, credentials, ids), ...secrets },
  };
  checkSizes(accepted);
  return accepted;
}

/** All of a new deployment's record that does not come from its template. */
export function newRecord({ callback, userGroup, timeoutMins, keepLastAttempt }: Creation, context: CreationContext) {
  const createdAt = toTimestamp(context.now);
  const { issuer, subject, organization } = context.caller;
  return {
    deploymentId: context.deploymentId,
    owner: { issuer, subject },
    ...(organization ? { organization } : {}),
    createdAt,
    updatedAt: createdAt,
    generation: 1,
    status: 'CREATE_IN_PROGRESS' as const,
    outputs: {},
    ...(callback ? { callback } : {}),
    ...(userGroup ? { userGroup } : {}),
    ...(timeoutMins ? { timeoutMins } : {}),
    keepLastAttempt: keepLastAttempt ?? false,
  };
}

function desiredOf(
  creation: Creation,
  spec: ClusterSpec,
  { deploymentId, now, settings }: CreationContext,
): DesiredCluster {
  return {
    clusterId: deploymentId,
    presence: 'present',
    forget: false,
    generation: 1,
    spec,
    createdAt: toTimestamp(now),
    deadlineAt: deadlineOf(creation, now, settings.rules),
    keepLastAttempt: creation.keepLastAttempt ?? false,
  };
}

/** Passwords as given; one that is not given is made up here, never a type's well-known default. */
function credentialsOf({ software }: ClusterSpec, given: GivenCredentials, ids: IdSource) {
  const password = (value: string | undefined) => value ?? ids.secret(24);
  return {
    mesos: { username: software.mesosUsername, password: password(given.mesosPassword) },
    marathon: { username: software.marathonUsername, password: password(given.marathonPassword) },
    chronos: { username: software.chronosUsername, password: password(given.chronosPassword) },
    consulGossipKey: Buffer.from(ids.secret(32), 'base64url').toString('base64'),
  };
}
