/** What is left of a deployment, in every service. */
import { keys } from '../../../lambdas/contracts/table.ts';
import { tagKeys } from '../../../lambdas/contracts/tags.ts';
import type { LocalCloud } from '../../../local/cloud.ts';
import { plainItem } from './view.ts';

/**
 * Names of all that still exists of a cluster or of services or jobs: things with its tag, its records, its wait token, its runs, its
 * claims on clusters, its apps there.
 */
export async function leftoversOf(cloud: LocalCloud, clusterId: string): Promise<readonly string[]> {
  const { cloudwatch, ec2, iam, secretsManager, states, dynamodb, nodes } = cloud.services;
  const all = (await dynamodb.scan()).map(plainItem);
  const items = all.filter(({ pk }) => pk === keys.deployment(clusterId));
  const hosts = all.filter(({ sk }) => sk === keys.cluster);
  const claimed = hosts.filter(({ workloads }) => Object.hasOwn((workloads ?? {}) as object, clusterId));
  const apps = hosts.flatMap(({ pk }) => nodes.inspect.scheduled(String(pk).replace(keys.deployment(''), '')).apps);
  const running = states.inspect
    .executions()
    .filter(({ name, status }) => name.startsWith(`${clusterId}-`) && status === 'RUNNING');
  return [
    ...cloudwatch.inspect.leftovers(tagKeys.clusterId, clusterId),
    ...ec2.inspect.leftovers(tagKeys.clusterId, clusterId),
    ...iam.inspect.leftovers(tagKeys.clusterId, clusterId),
    ...secretsManager.inspect.leftovers(tagKeys.clusterId, clusterId),
    ...items.map(({ sk }) => `record ${String(sk)}`),
    ...running.map(({ name }) => `run ${name}`),
    ...claimed.map(({ pk }) => `claim on ${String(pk)}`),
    ...apps.filter(({ path }) => path.startsWith(`/${clusterId}/`)).map(({ path }) => `app ${path}`),
  ];
}

/** Also what carries no tag: how much there is of everything. Equal before a cluster and after it. */
export function countThings({ services }: LocalCloud): Readonly<Record<string, number>> {
  return { ...services.ec2.inspect.counts(), secrets: services.secretsManager.inspect.secrets().length };
}

/** @throws Error that names what is left of a deleted deployment */
export async function expectNothingLeft(cloud: LocalCloud, clusterId: string): Promise<void> {
  const left = await leftoversOf(cloud, clusterId);
  if (left.length > 0) throw new Error(`deployment ${clusterId} is deleted, but there are left: ${left.join(', ')}`);
}
