/** Credentials in Secrets Manager: one secret per cluster, and one per workload. */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { InvariantBroken } from '../contracts/error-names.ts';
import { secretNameOf } from '../domain/cluster/names.ts';
import type { Credentials, Secrets, WorkloadCredentials } from '../ports/credentials.ts';
import { codeOf, isNotFound, translating, unless } from './errors.ts';
import { clusterTags } from './tags.ts';

const Account = z.object({ username: z.string(), password: z.string() });
const ClusterContent = z.object({
  mesos: Account,
  marathon: Account,
  chronos: Account,
  consulGossipKey: z.string(),
  templateLiterals: z.record(z.string(), z.string()),
  addOns: z.record(z.string(), z.string()).default({}),
  parameters: z.record(z.string(), z.unknown()),
});
const WorkloadContent = z.object({
  values: z.record(z.string(), z.string()),
  templateLiterals: z.record(z.string(), z.string()),
  parameters: z.record(z.string(), z.unknown()),
});

/** A version whose stage was taken from it before is kept for a while, or is gone. */
const isDropped = (error: unknown): boolean => isNotFound(error) || codeOf(error) === 'InvalidParameterException';
const exists = (error: unknown): boolean => codeOf(error) === 'ResourceExistsException';

/** Secrets Manager forgets versions without a stage by and by. */
const stageOf = (version: string): string => `mesoscale-${version}`;

export function secretsManagerCredentials(client: SecretsManagerClient, stackName: string): Credentials {
  return secretsOf(client, { stackName, content: ClusterContent, what: 'cluster' });
}

export function workloadCredentials(client: SecretsManagerClient, stackName: string): WorkloadCredentials {
  return {
    ...secretsOf(client, { stackName, content: WorkloadContent, what: 'workload' }),
    // At once and for good, as a cluster's.
    remove: async (workloadId) => {
      const command = new DeleteSecretCommand({
        SecretId: secretNameOf(workloadId),
        ForceDeleteWithoutRecovery: true,
      });
      await translating("removing the workload's secret", () => unless(isNotFound, () => client.send(command)));
    },
  };
}

interface Kind<S> {
  readonly stackName: string;
  readonly content: z.ZodType<S>;
  readonly what: 'cluster' | 'workload';
}

function secretsOf<S>(client: SecretsManagerClient, { stackName, content, what }: Kind<S>): Secrets<S> {
  return {
    create: async (id, secrets) => {
      const command = new CreateSecretCommand({
        Name: secretNameOf(id),
        Description: `Credentials of mesoscale ${what} ${id}`,
        SecretString: JSON.stringify(secrets),
        Tags: clusterTags(stackName, id),
      });
      await translating(`creating the ${what}'s secret`, () => unless(exists, () => client.send(command)));
    },
    get: async (id, VersionId) => {
      const SecretId = secretNameOf(id);
      const { SecretString = '' } = await translating(`reading the ${what}'s secret`, () =>
        client.send(new GetSecretValueCommand({ SecretId, ...(VersionId && { VersionId }) })),
      );
      const parsed = content.safeParse(parseJson(SecretString));
      if (!parsed.success)
        throw new InvariantBroken(`The secret ${SecretId} does not have the content it was made with.`);
      return parsed.data;
    },
    addVersion: async (id, version, secrets) => {
      const command = new PutSecretValueCommand({
        SecretId: secretNameOf(id),
        SecretString: JSON.stringify(secrets),
        ClientRequestToken: version,
        // A stage of its own keeps the version, and leaves the current one where it is.
        VersionStages: [stageOf(version)],
      });
      await translating(`adding to the ${what}'s secret`, () => client.send(command));
    },
    dropVersion: async (id, version) => {
      const command = new UpdateSecretVersionStageCommand({
        SecretId: secretNameOf(id),
        VersionStage: stageOf(version),
        RemoveFromVersionId: version,
      });
      await translating(`letting go of a version of the ${what}'s secret`, () =>
        unless(isDropped, () => client.send(command)),
      );
    },
  };
}

/** The parser's own error would quote the text, so there is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
