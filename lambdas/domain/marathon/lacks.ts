/** What keeps a group of Marathon apps from running as it should, in words. Pure. */
import type { AppView, GroupView } from '../../contracts/gateway.ts';
import { patience } from '../cluster/patience.ts';
import { secondsSince } from '../cluster/time.ts';

/** @param instances how many of each app are to run, by its absolute path @returns nothing if all is well */
export function groupLacks(view: GroupView, instances: ReadonlyMap<string, number>, now: Date): readonly string[] {
  const apps = new Map(view.apps.map((app) => [app.id, app]));
  const lacks = [...instances].flatMap(([appId, count]) => {
    const app = apps.get(appId);
    const what = appId.slice(view.id.length + 1);
    if (app === undefined) return [`${what} is not there yet`];
    const up = app.hasHealthChecks ? app.healthy : app.running;
    const kind = app.hasHealthChecks ? 'healthy' : 'running';
    if (up < count) return [`${what}: ${up} of ${count} ${kind}${because(app)}`];
    const doubt = count > 0 ? unsteady(app, now) : undefined;
    return doubt === undefined ? [] : [`${what}: ${doubt}`];
  });
  return lacks.length > 0 || view.deployments === 0 ? lacks : ['Marathon is still deploying it'];
}

/** Why an app is not trusted yet, although enough of its tasks run at this moment. */
function unsteady({ tasks, lastFailure }: AppView, now: Date): string | undefined {
  if (lastFailure && secondsSince(lastFailure.at, now) < patience.taskRecovered) {
    return `a task has just ended as ${lastFailure.state}: ${lastFailure.message}`;
  }
  const isYoung = tasks.some(({ startedAt }) => startedAt && secondsSince(startedAt, now) < patience.taskSteady);
  return isYoung ? 'a task has just been started' : undefined;
}

function because(app: AppView): string {
  const { lastFailure } = app;
  const last = lastFailure ? `its last task ended as ${lastFailure.state}: ${lastFailure.message}` : undefined;
  return [stageOf(app), last].flatMap((part) => (part === undefined ? [] : [`; ${part}`])).join('');
}

/** Told apart: tasks that fail again and again, no slave with room, a start that takes its time, and ill health. */
function stageOf({ staged, running, unhealthy, queue }: AppView): string | undefined {
  if (queue && queue.delaySeconds > 0) return `tasks fail and are tried again in ${Math.ceil(queue.delaySeconds)} s`;
  if (staged > 0) return 'a task is being started, its image may still be pulled';
  if (unhealthy > 0) return 'its health check fails';
  if (running > 0) return 'its health check has not passed yet';
  if (queue && queue.reasons.length > 0) {
    const reasons = queue.reasons.map(
      ({ reason, declined, processed }) => `${reason} (${declined} of ${processed} offers)`,
    );
    return `no slave has what it needs: ${reasons.slice(0, 3).join(', ')}`;
  }
  return queue ? 'it waits for a slave with room for it' : undefined;
}
