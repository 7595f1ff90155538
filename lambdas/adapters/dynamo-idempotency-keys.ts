/** IdempotencyKeys on DynamoDB: one item per key, which the table forgets by itself. Item layout: contracts/table.ts. */
import { createHash } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { keys } from '../contracts/table.ts';
import { type Claim, keyLifetimeSeconds } from '../domain/deployment/claim.ts';
import type { Owner } from '../domain/deployment/deployment.ts';
import type { IdempotencyKeys } from '../ports/creation-guards.ts';
import { dynamoTable, type Key } from './dynamo-table.ts';
import { isConditionFailed, translating, unless } from './errors.ts';

/** A key may hold anything, and what it stands for is nobody else's business. */
function itemKey({ issuer, subject }: Owner, key: string): Key {
  const digest = createHash('sha256')
    .update(JSON.stringify([issuer, subject, key]))
    .digest('hex');
  return { pk: keys.idempotency(digest), sk: keys.claim };
}

const epochSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);

export function dynamoIdempotencyKeys(client: DynamoDBDocumentClient, tableName: string): IdempotencyKeys {
  const table = dynamoTable(client, tableName);
  return {
    find: async (owner, key, now) => {
      const command = new GetCommand({ TableName: tableName, Key: itemKey(owner, key), ConsistentRead: true });
      const { Item } = await translating('reading an idempotency key', () => client.send(command));
      // The table may take days to remove what has expired.
      if (Item === undefined || Number(Item.expiresAt) <= epochSeconds(now)) return undefined;
      const { fingerprint, deploymentId, claimedAt, isMade } = Item as unknown as Claim;
      return { fingerprint, deploymentId, claimedAt, isMade };
    },
    claim: async (owner, key, claim, found) => {
      const claimed = new Date(claim.claimedAt);
      const expiresAt = epochSeconds(claimed) + keyLifetimeSeconds;
      const free = 'attribute_not_exists(pk) OR expiresAt <= :now';
      const command = new PutCommand({
        TableName: tableName,
        Item: { ...itemKey(owner, key), ...claim, expiresAt },
        ConditionExpression: found ? `${free} OR (deploymentId = :found AND isMade = :false)` : free,
        ExpressionAttributeValues: {
          ':now': epochSeconds(claimed),
          ...(found ? { ':found': found.deploymentId, ':false': false } : {}),
        },
      });
      return translating('claiming an idempotency key', () => unless(isConditionFailed, () => client.send(command)));
    },
    settle: async (owner, key, { deploymentId }) => {
      await table.update({
        Key: itemKey(owner, key),
        UpdateExpression: 'SET isMade = :true',
        ConditionExpression: 'deploymentId = :id',
        ExpressionAttributeValues: { ':true': true, ':id': deploymentId },
        ReturnValues: 'NONE',
      });
    },
    // To a time that is over, but not long: the table never removes what expired years ago.
    release: async (owner, key, { deploymentId, claimedAt }) => {
      await table.update({
        Key: itemKey(owner, key),
        UpdateExpression: 'SET expiresAt = :past',
        ConditionExpression: 'deploymentId = :id AND isMade = :false',
        ExpressionAttributeValues: { ':past': epochSeconds(new Date(claimedAt)), ':id': deploymentId, ':false': false },
        ReturnValues: 'NONE',
      });
    },
  };
}
