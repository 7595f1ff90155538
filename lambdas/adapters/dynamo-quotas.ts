/** Quotas on DynamoDB: one item per owner with the set of what is counted. Item layout: contracts/table.ts. */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { keys } from '../contracts/table.ts';
import type { CountedDeployment, Quotas } from '../ports/creation-guards.ts';
import { type DynamoTable, dynamoTable, type Key } from './dynamo-table.ts';
import { translating } from './errors.ts';

/** @param owner the owner's index key, as `keys.owner` makes it */
const itemKey = (owner: string): Key => ({ pk: owner, sk: keys.deployments });
const entryOf = ({ since, deploymentId }: CountedDeployment): string => `${since}#${deploymentId}`;

function countedFrom(entry: string): CountedDeployment {
  const [since = '', deploymentId = ''] = entry.split('#');
  return { since, deploymentId };
}

export function dynamoQuotas(client: DynamoDBDocumentClient, tableName: string): Quotas {
  const table = dynamoTable(client, tableName);
  return {
    take: async ({ issuer, subject }, deployment, limit) => {
      const entry = entryOf(deployment);
      const item = await table.update({
        Key: itemKey(keys.owner(issuer, subject)),
        UpdateExpression: 'ADD entries :entries REMOVE expiresAt',
        ConditionExpression: 'attribute_not_exists(entries) OR size(entries) < :limit OR contains(entries, :entry)',
        ExpressionAttributeValues: { ':entries': new Set([entry]), ':entry': entry, ':limit': limit },
        ReturnValues: 'NONE',
      });
      return item !== undefined;
    },
    list: async ({ issuer, subject }) => {
      const key = itemKey(keys.owner(issuer, subject));
      const command = new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true });
      const { Item } = await translating('reading what an owner has', () => client.send(command));
      return [...((Item?.entries as Set<string> | undefined) ?? [])].map(countedFrom);
    },
    giveBack: ({ issuer, subject }, deployments) => giveBack(table, keys.owner(issuer, subject), deployments),
  };
}

/** An item that counts nothing any more may be forgotten at once. @param owner the owner's index key */
export async function giveBack(
  table: DynamoTable,
  owner: string,
  deployments: readonly CountedDeployment[],
): Promise<void> {
  const item = await table.update({
    Key: itemKey(owner),
    UpdateExpression: 'DELETE entries :entries',
    ConditionExpression: 'attribute_exists(entries)',
    ExpressionAttributeValues: { ':entries': new Set(deployments.map(entryOf)) },
  });
  if (item === undefined || item.entries !== undefined) return;
  await table.update({
    Key: itemKey(owner),
    UpdateExpression: 'SET expiresAt = :past',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(entries)',
    ExpressionAttributeValues: { ':past': Math.floor(Date.parse(deployments[0]?.since ?? '') / 1000) },
    ReturnValues: 'NONE',
  });
}
