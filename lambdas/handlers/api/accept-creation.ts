/** A checked request becomes the records and secrets of a new deployment; or it is refused, and nothing is stored. */
import { InvalidInput } from '../../contracts/error-names.ts';
import type { DesiredCluster } from '../../domain/cluster/records.ts';
import type { ClusterSpec, GivenCredentials } from '../../domain/cluster/spec.ts';
import { describeTopology, specifyCluster } from '../../domain/cluster/specification.ts';
import { addSeconds, toTimestamp } from '../../domain/cluster/time.ts';
import type { DeploymentRecord, Owner } from '../../domain/deployment/deployment.ts';
import { parseTemplate, readTopology, redactTemplate, splitParameters } from '../../domain/tosca/index.ts';
import type { IdSource } from '../../ports/clock.ts';
import type { ClusterSecrets } from '../../ports/credentials.ts';
import type { Creation } from './read-creation.ts';
import type { ApiSettings } from './services.ts';

/** DynamoDB takes items of 400 KiB, of which the loop needs some itself. */
const maxRecordBytes = 350_000;
/** Secrets Manager takes secrets of 64 KiB. */
const maxSecretBytes = 65_000;

export interface NewDeployment {
  readonly deployment: DeploymentRecord;
  readonly desired: DesiredCluster;
  readonly secrets: ClusterSecrets;
}
export interface CreationContext {
  readonly deploymentId: string;
  readonly owner: Owner;
  readonly now: Date;
  readonly ids: IdSource;
  readonly settings: ApiSettings;
}

/** @throws InvalidInput that says what in the template or the parameters is wrong */
export function acceptCreation(creation: Creation, context: CreationContext): NewDeployment {
  const { deploymentId, settings, ids } = context;
  const { region, zones, rules, maxTemplateBytes } = settings;
  const document = parseTemplate(creation.template, maxTemplateBytes);
  const topology = readTopology(document, creation.parameters);
  const specified = specifyCluster(topology, { deploymentId, region, zones, maxSlaves: rules.maxSlavesPerCluster });
  const { text: template, literals: templateLiterals } = redactTemplate(document, topology);
  const parameters = splitParameters(creation.parameters, topology);
  const accepted = {
    deployment: {
      ...recordOf(creation, context),
      template,
      parameters: parameters.open,
      topology: describeTopology(topology, specified.spec),
      outputExpressions: topology.outputs,
    },
    desired: desiredOf(creation, specified.spec, context),
    secrets: {
      ...credentialsOf(specified.spec, specified.credentials, ids),
      templateLiterals,
      parameters: asText(parameters.secret),
    },
  };
  checkSizes(accepted, rules.maxSlavesPerCluster);
  return accepted;
}

function recordOf({ callback, userGroup, timeoutMins, keepLastAttempt }: Creation, context: CreationContext) {
  const createdAt = toTimestamp(context.now);
  return {
    deploymentId: context.deploymentId,
    owner: context.owner,
    createdAt,
    updatedAt: createdAt,
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
  const limit = settings.rules.deploymentTimeoutSeconds;
  const asked = creation.timeoutMins ? creation.timeoutMins * 60 : limit;
  return {
    clusterId: deploymentId,
    presence: 'present',
    forget: false,
    spec,
    createdAt: toTimestamp(now),
    deadlineAt: addSeconds(now, Math.min(asked, limit)),
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

function asText(parameters: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(texts) as Record<string, string>;
}

/** The API shows a resource per node, also where elasticity has cut the template's own count down. */
const otherResources = 1_000;

function checkSizes({ deployment, desired, secrets }: NewDeployment, maxSlaves: number): void {
  const resources = deployment.topology.reduce((sum, { count }) => sum + count, 0);
  const maxResources = maxSlaves + otherResources;
  if (!(resources <= maxResources)) {
    throw new InvalidInput(`The template asks for ${resources} resources; at most ${maxResources} are allowed here`);
  }
  refuseLarger('a deployment record', deployment, maxRecordBytes);
  refuseLarger('a cluster specification', desired, maxRecordBytes);
  refuseLarger('a set of secrets', secrets, maxSecretBytes);
}

function refuseLarger(what: string, value: unknown, limit: number): void {
  if (Buffer.byteLength(JSON.stringify(value)) <= limit) return;
  throw new InvalidInput(`The template makes ${what} larger than the ${limit} bytes that can be stored; shorten it`);
}
