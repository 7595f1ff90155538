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
 * | workload | `WORKLOAD`                | `DUE#WORKLOAD`          | next check time |
 *
 * Besides, `IDEMPOTENCY#<digest>` / `CLAIM` is what a request's Idempotency-Key stands for, and `OWNER#<issuer>#<sub>` /
 * `DEPLOYMENTS` holds, in `entries`, the set of all that an owner has, each `<time>#<deploymentId>`; neither is in an index.
 *
 * A meta item of an owner with an organization is in the second index too: `gsi2pk` is `ORGANIZATION#<issuer>#<name>`, `gsi2sk`
 * the creation time. A workload item whose loop sleeps until something changes on its cluster is there as well, under `WATCHED`
 * and its cluster's id; and so is the item of a cluster whose slaves follow the load, under `ELASTIC` and its own id.
 *
 * Attribute names of the cluster item are those of `ClusterRecord`, with `launches` a map by token, plus `waitToken`
 * and `workloads`, the claims of workloads on it by their id, with `claimSeq`, how often it was claimed. Those of the workload
 * item are those of `WorkloadRecord`, with `spec` (out of `desired`) and `progress` kept as JSON text.
 */
export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  index: 'gsi1',
  indexPartitionKey: 'gsi1pk',
  indexSortKey: 'gsi1sk',
  organizationIndex: 'gsi2',
  organizationIndexPartitionKey: 'gsi2pk',
  organizationIndexSortKey: 'gsi2sk',
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
  workload: 'WORKLOAD',
  due: 'DUE',
  dueWorkload: 'DUE#WORKLOAD',
  watched: 'WATCHED',
  elastic: 'ELASTIC',
  owner: (issuer: string, subject: string) => `OWNER#${issuer}#${subject}`,
  organization: (issuer: string, organization: string) => `ORGANIZATION#${issuer}#${organization}`,
  deployments: 'DEPLOYMENTS',
  idempotency: (digest: string) => `IDEMPOTENCY#${digest}`,
  claim: 'CLAIM',
  instance: (instanceId: string) => `INSTANCE#${instanceId}`,
} as const;
