/** The cluster's secret: made by the API when the template is accepted; here it is only looked for, and removed. */
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  ListSecretsCommand,
  type SecretListEntry,
} from '@aws-sdk/client-secrets-manager';
import { InvalidInput } from '../contracts/error-names.ts';
import { tagKeys } from '../contracts/tags.ts';
import { secretNameOf } from '../domain/cluster/names.ts';
import { allPages } from './batches.ts';
import { isNotFound, translateError, translating } from './errors.ts';
import { type FoundationContext, removing } from './foundation-context.ts';
import { tagOf } from './tags.ts';

const pageSize = 100;

/** @throws InvalidInput if somebody removed it: without its credentials the cluster can never be made */
export async function findSecret({ secrets }: FoundationContext, clusterId: string): Promise<string> {
  const SecretId = secretNameOf(clusterId);
  try {
    await secrets.send(new DescribeSecretCommand({ SecretId }));
    return SecretId;
  } catch (error) {
    if (!isNotFound(error)) throw translateError(error, "looking for the cluster's secret");
    throw new InvalidInput(`The secret ${SecretId} with the cluster's credentials is gone.`, { cause: error });
  }
}

/** At once and for good: a name that is only scheduled for deletion could not be used again. */
export function removeSecret({ secrets }: FoundationContext, clusterId: string): Promise<readonly string[]> {
  const SecretId = secretNameOf(clusterId);
  return removing(`secret ${SecretId}`, () =>
    secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
  );
}

/** Filters match beginnings: those of a stack `mesoscale` also find what a stack `mesoscale-test` owns, so tags are compared. */
export function listSecrets({ secrets, settings }: FoundationContext): Promise<readonly SecretListEntry[]> {
  const isOwn = ({ Tags }: SecretListEntry): boolean => tagOf(Tags, tagKeys.stack) === settings.stackName;
  const Filters = [
    { Key: 'tag-key' as const, Values: [tagKeys.stack] },
    { Key: 'tag-value' as const, Values: [settings.stackName] },
  ];
  return translating('listing secrets', () =>
    allPages(
      (NextToken) =>
        secrets.send(new ListSecretsCommand({ Filters, MaxResults: pageSize, ...(NextToken && { NextToken }) })),
      (page) => ({ items: (page.SecretList ?? []).filter(isOwn), next: page.NextToken }),
    ),
  );
}
