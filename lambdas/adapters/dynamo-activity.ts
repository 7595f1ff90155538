/** The cluster's activity log: one item per line, which the table forgets by itself. */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { keys } from '../contracts/table.ts';
import type { ActivityEntry } from '../domain/cluster/plan.ts';
import { isConditionFailed, translating, unless } from './errors.ts';

const keptForSeconds = 90 * 24 * 3600;

/** Writes the lines in order; lines that others write in the same millisecond are not overwritten. */
export async function writeActivity(
  client: DynamoDBDocumentClient,
  { tableName, clusterId, now }: { tableName: string; clusterId: string; now: Date },
  entries: readonly ActivityEntry[],
): Promise<void> {
  const at = now.toISOString();
  const expiresAt = Math.floor(now.getTime() / 1000) + keptForSeconds;
  let n = 0;
  for (const { level, text } of entries) {
    const put = (): Promise<boolean> => {
      const Item = { pk: keys.deployment(clusterId), sk: keys.activity(at, n), level, text, at, expiresAt };
      n += 1;
      const command = new PutCommand({ TableName: tableName, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      return unless(isConditionFailed, () => client.send(command));
    };
    await translating('writing the activity log', async () => {
      while (!(await put()));
    });
  }
}
