/** What is left of a cluster, in every service. */
import { keys } from '../../../lambdas/contracts/table.ts';
import { tagKeys } from '../../../lambdas/contracts/tags.ts';
import type { LocalCloud } from '../../../local/cloud.ts';
import { plainItem } from './view.ts';

/** Names of all that still exists of a cluster: things with its tag, its records, its wait token, its runs. */
export async function leftoversOf(cloud: LocalCloud, clusterId: string): Promise<readonly string[]> {
  const { ec2, iam, secretsManager, states, dynamodb } = cloud.services;
  const items = (await dynamodb.scan()).map(plainItem).filter(({ pk }) => pk === keys.deployment(clusterId));
  const running = states.inspect
    .executions()
    .filter(({ name, status }) => name.startsWith(`${clusterId}-`) && status === 'RUNNING');
  return [
    ...ec2.inspect.leftovers(tagKeys.clusterId, clusterId),
    ...iam.inspect.leftovers(tagKeys.clusterId, clusterId),
    ...secretsManager.inspect.leftovers(tagKeys.clusterId, clusterId),
    ...items.map(({ sk }) => `record ${String(sk)}`),
    ...running.map(({ name }) => `run ${name}`),
  ];
}

/** Also what carries no tag: how much there is of everything. Equal before a cluster and after it. */
export function countThings({ services }: LocalCloud): Readonly<Record<string, number>> {
  return { ...services.ec2.inspect.counts(), secrets: services.secretsManager.inspect.secrets().length };
}

/** @throws Error that names what is left of a deleted cluster */
export async function expectNothingLeft(cloud: LocalCloud, clusterId: string): Promise<void> {
  const left = await leftoversOf(cloud, clusterId);
  if (left.length > 0) throw new Error(`cluster ${clusterId} is deleted, but there are left: ${left.join(', ')}`);
}
