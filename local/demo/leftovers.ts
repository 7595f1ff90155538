/** Everything on the local cloud that still belongs to a deployment. */
import { keys, table } from '../../lambdas/contracts/table.ts';
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import type { LocalCloud } from '../cloud.ts';

/** @returns names of all things with its tag, and of all records that know it besides logs */
export async function leftoversOf({ services }: LocalCloud, uuid: string): Promise<readonly string[]> {
  const { cloudwatch, ec2, iam, secretsManager, dynamodb } = services;
  const tagged = [cloudwatch.inspect, ec2.inspect, iam.inspect, secretsManager.inspect].flatMap((service) =>
    service.leftovers(tagKeys.clusterId, uuid),
  );
  const items = (await dynamodb.scan()).map((item) => ({ item, sortKey: JSON.stringify(item[table.sortKey]) }));
  const records = items.filter(
    ({ item, sortKey }) => !sortKey.includes(keys.activityPrefix) && JSON.stringify(item).includes(uuid),
  );
  return [...tagged, ...records.map(({ sortKey }) => `record ${sortKey}`)];
}

/** What a cluster still runs, or is to run. */
export function workOn({ services }: LocalCloud, clusterId: string): readonly string[] {
  const { inspect } = services.nodes;
  const { apps, jobs } = inspect.scheduled(clusterId);
  return [
    ...apps.map(({ path }) => `app ${path}`),
    ...jobs.map(({ name }) => `job ${name}`),
    ...inspect.tasks(clusterId).map(({ id }) => `task ${id}`),
  ];
}
