/** Marathon's groups over HTTP. Used inside the VPC only. */
import type { GroupView } from '../contracts/gateway.ts';
import type { Gateway } from '../ports/gateway.ts';
import type { Account } from './http-ask.ts';
import { parseApps, parseDeployments, parseQueue, viewGroup } from './marathon-answers.ts';
import { askScheduler, changeAnswer, readScheduler, type Scheduler } from './scheduler-http.ts';

export const marathonPort = 8080;
const embeds = ['apps.counts', 'apps.tasks', 'apps.lastTaskFailure'].map((embed) => `&embed=${embed}`).join('');

export interface MarathonHttpOptions {
  /** For a question. */
  readonly timeoutMs: number;
  /** For a change, which waits until it is written to ZooKeeper. */
  readonly changeTimeoutMs: number;
  readonly port?: number;
}

export function marathonHttp({
  timeoutMs,
  changeTimeoutMs,
  port = marathonPort,
}: MarathonHttpOptions): Pick<Gateway, 'putGroup' | 'deleteGroup' | 'viewGroups'> {
  const asked = (masterIps: readonly string[], account: Account): Scheduler => ({
    masterIps,
    account,
    port,
    timeoutMs,
  });
  const changed = (masterIps: readonly string[], account: Account): Scheduler => ({
    ...asked(masterIps, account),
    timeoutMs: changeTimeoutMs,
  });
  return {
    putGroup: async ({ masterIps, account, group, force }) =>
      changeAnswer(
        await askScheduler(changed(masterIps, account), {
          method: 'PUT',
          path: `/v2/groups${group.id}?force=${force}`,
          body: group,
        }),
      ),
    deleteGroup: async ({ masterIps, account, groupId, force }) =>
      changeAnswer(
        await askScheduler(changed(masterIps, account), {
          method: 'DELETE',
          path: `/v2/groups${groupId}?force=${force}`,
        }),
        [404],
      ),
    viewGroups: ({ masterIps, account, groupIds }) => viewGroups(asked(masterIps, account), groupIds),
  };
}

async function viewGroups(
  scheduler: Scheduler,
  groupIds: readonly string[],
): Promise<readonly GroupView[] | undefined> {
  const [queue, deployments, apps] = await Promise.all([
    readScheduler(scheduler, '/v2/queue').then(parseQueue),
    readScheduler(scheduler, '/v2/deployments').then(parseDeployments),
    // `id` matches any part of an app's id, so each answer holds at least what is asked for, and little else.
    Promise.all(groupIds.map((id) => readScheduler(scheduler, `/v2/apps?id=${id}/${embeds}`).then(parseApps))),
  ]);
  if (!queue || !deployments) return undefined;
  const views = groupIds.map((id, index) => {
    const own = apps[index];
    return own && viewGroup(id, { apps: own, queue, deployments });
  });
  return views.every((view) => view !== undefined) ? views : undefined;
}
