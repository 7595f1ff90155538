/** Credentials in Secrets Manager: one secret per cluster. */
import { CreateSecretCommand, GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { InvariantBroken } from '../contracts/error-names.ts';
import { secretNameOf } from '../domain/cluster/names.ts';
import type { Credentials } from '../ports/credentials.ts';
import { codeOf, translating, unless } from './errors.ts';
import { clusterTags } from './tags.ts';

const Account = z.object({ username: z.string(), password: z.string() });
const Content = z.object({
  mesos: Account,
  marathon: Account,
  chronos: Account,
  consulGossipKey: z.string(),
  templateLiterals: z.record(z.string(), z.string()),
  parameters: z.record(z.string(), z.string()),
});

const exists = (error: unknown): boolean => codeOf(error) === 'ResourceExistsException';

export function secretsManagerCredentials(client: SecretsManagerClient, stackName: string): Credentials {
  return {
    create: async (clusterId, secrets) => {
      const command = new CreateSecretCommand({
        Name: secretNameOf(clusterId),
        Description: `Credentials of mesoscale cluster ${clusterId}`,
        SecretString: JSON.stringify(secrets),
        Tags: clusterTags(stackName, clusterId),
      });
      await translating("creating the cluster's secret", () => unless(exists, () => client.send(command)));
    },
    get: async (clusterId) => {
      const SecretId = secretNameOf(clusterId);
      const { SecretString = '' } = await translating("reading the cluster's secret", () =>
        client.send(new GetSecretValueCommand({ SecretId })),
      );
      const parsed = Content.safeParse(parseJson(SecretString));
      if (!parsed.success)
        throw new InvariantBroken(`The secret ${SecretId} does not have the content it was made with.`);
      return parsed.data;
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
