/**
 * How records lie in the one table. A deployment's items share a partition; `sk` orders them so that one query from
 * `CLUSTER` on reads all that the loop needs and leaves the activity log out.
 *
 * | item     | sk                        | gsi1pk                  | gsi1sk          |
 * |----------|---------------------------|-------------------------|-----------------|
 * | activity | `ACTIVITY#<time>#<n>`     |                         |                 |
 * | cluster  | `CLUSTER`                 | `DUE`                   | next check time |
 * | meta     | `META`                    | `OWNER#<issuer>#<sub>`  | creation time   |
 * | node     | `NODE#<instanceId>`       | `INSTANCE#<instanceId>` | cluster id      |
 *
 * Attribute names of the cluster item are those of `ClusterRecord`, with `launches` a map by token, plus `waitToken`.
 */
export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  index: 'gsi1',
  indexPartitionKey: 'gsi1pk',
  indexSortKey: 'gsi1sk',
  timeToLive: 'expiresAt',
} as const;

export const keys = {
  deployment: (deploymentId: string) => `DEPLOYMENT#${deploymentId}`,
  cluster: 'CLUSTER',
  meta: 'META',
  node: (instanceId: string) => `NODE#${instanceId}`,
  nodePrefix: 'NODE#',
  activity: (time: string, n: number) => `ACTIVITY#${time}#${String(n).padStart(4, '0')}`,
  activityPrefix: 'ACTIVITY#',
  due: 'DUE',
  owner: (issuer: string, subject: string) => `OWNER#${issuer}#${subject}`,
  instance: (instanceId: string) => `INSTANCE#${instanceId}`,
} as const;
