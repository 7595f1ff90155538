/** Marathon's scheduler: brings each app to the instances it is to have, launches from the queue, and learns how tasks end. */
import { isLive, type Task } from '../task.ts';
import { createQueue, type QueueParts } from './queue.ts';
import { type Change, type Instances, nextChange, nextDelay } from './rolling.ts';
import { type AppState, type Instance, isReady, livesIn } from './state.ts';

export interface Scheduler {
  /** Kills what is too much and queues what is missing. */
  settle(state: AppState): void;
  kill(instance: Instance): void;
  updated(task: Task): void;
  instancesOf(state: AppState): Instances;
  resetDelay(state: AppState): void;
}

export interface SchedulerParts extends QueueParts {
  readonly unreachable: () =>
    | { readonly inactiveAfterSeconds: number; readonly expungeAfterSeconds: number }
    | undefined;
  /** An app may have come to where a deployment wants it. */
  readonly progressed: (state: AppState) => void;
}

/** A check's first result comes soon after the start. */
const firstHealthCheckMs = 5000;

export function createScheduler(parts: SchedulerParts): Scheduler {
  const { clock, tasks, offers, framework } = parts;
  const owners = new Map<string, AppState>();
  const iso = () => new Date(clock.now()).toISOString();
  const queue = createQueue(parts, (state, instance) => {
    state.instances.set(instance.task.id, instance);
    owners.set(instance.task.id, state);
  });

  /** One pass, since an app may have a thousand. */
  const instancesOf = (state: AppState): Instances => {
    let [fresh, freshReady, old] = [0, 0, 0];
    for (const instance of state.instances.values()) {
      if (instance.inactive) continue;
      if (instance.killed || instance.version !== state.configVersion) old += 1;
      else {
        fresh += 1;
        if (isReady(state, instance)) freshReady += 1;
      }
    }
    return { wanted: state.removed ? 0 : state.app.json.instances, fresh, freshReady, old };
  };
  const kill = (instance: Instance) => {
    instance.killed = true;
    if (instance.task.state === 'TASK_UNREACHABLE') expunge(instance);
    else tasks.kill(instance.task);
  };
  const killSome = (state: AppState, candidates: readonly Instance[], count: number) => {
    // What does not serve yet goes first.
    const order = candidates.toSorted((a, b) => Number(isReady(state, a)) - Number(isReady(state, b)));
    for (const instance of order.slice(0, Math.max(0, count))) kill(instance);
  };
  const killSurplus = (state: AppState, { killOld, killFresh }: Change) => {
    const present = livesIn(state).filter(({ killed }) => !killed);
    const isFresh = ({ version }: Instance) => version === state.configVersion;
    // Those already told to stop are among the old ones that go.
    const dying = state.instances.size - present.length;
    killSome(
      state,
      present.filter((one) => !isFresh(one)),
      killOld - dying,
    );
    killSome(state, present.filter(isFresh), killFresh);
  };
  const settle = (state: AppState) => {
    if (!framework.isActive() || (state.held && !state.removed)) return;
    const instances = instancesOf(state);
    const change = nextChange(instances, state.app.json.upgradeStrategy);
    if (change.killOld > 0 || change.killFresh > 0) killSurplus(state, change);
    queue.put(state, state.removed ? 0 : change.launch);
    parts.progressed(state);
  };

  const delayLaunches = (state: AppState) => {
    const { delay, app } = state;
    // After a long time without failures it begins anew.
    const isOld = delay !== undefined && clock.now() - delay.until > app.json.maxLaunchDelaySeconds * 1000;
    const seconds = nextDelay(isOld ? undefined : delay?.seconds, app.json);
    state.delay = { seconds, until: clock.now() + seconds * 1000 };
  };
  const noteFailure = (state: AppState, { task, version }: Instance, message: string) => {
    state.lastTaskFailure = {
      ...{ appId: state.app.id, host: task.ip, message, state: task.state, taskId: task.id },
      ...{ timestamp: iso(), version, slaveId: task.agentId },
    };
  };
  const watchHealth = (state: AppState, instance: Instance) => {
    const [check] = state.app.json.healthChecks;
    const { behaviour } = instance.task;
    if (!check) return;
    const concerns = () =>
      state.instances.get(instance.task.id) === instance && isLive(instance.task) && !instance.killed;
    const failing = (check.gracePeriodSeconds + check.maxConsecutiveFailures * check.intervalSeconds) * 1000;
    const wait = behaviour.unhealthy ? failing : Math.min(firstHealthCheckMs, check.intervalSeconds * 1000);
    clock.after(wait, () => {
      if (!concerns()) return;
      instance.healthy = behaviour.unhealthy !== true;
      if (instance.healthy) return settle(state);
      if (check.maxConsecutiveFailures === 0) return;
      noteFailure(
        state,
        instance,
        'Task was killed since health check failed. Reason: ConnectionAttemptFailedException',
      );
      delayLaunches(state);
      kill(instance);
      settle(state);
    });
  };
  const watchUnreachable = (state: AppState, instance: Instance) => {
    const strategy = parts.unreachable();
    const stillSo = () => instance.task.state === 'TASK_UNREACHABLE' && state.instances.has(instance.task.id);
    clock.after((strategy?.inactiveAfterSeconds ?? 0) * 1000, () => {
      if (!stillSo()) return;
      instance.inactive = true;
      settle(state);
    });
    clock.after((strategy?.expungeAfterSeconds ?? 0) * 1000, () => {
      if (!stillSo()) return;
      expunge(instance);
      settle(state);
    });
  };
  const forget = ({ task }: Instance) => {
    owners.get(task.id)?.instances.delete(task.id);
    owners.delete(task.id);
  };
  const expunge = (instance: Instance) => {
    tasks.expunge(instance.task);
    forget(instance);
  };
  const ended = (state: AppState, instance: Instance) => {
    forget(instance);
    const { task, killed } = instance;
    if (killed || task.state === 'TASK_KILLED') return;
    // Whatever ends by itself makes the next launch wait.
    delayLaunches(state);
    if (task.state !== 'TASK_FINISHED') noteFailure(state, instance, task.message);
  };

  return {
    settle,
    kill,
    instancesOf,
    resetDelay(state) {
      delete state.delay;
      offers.wake();
    },
    updated(task) {
      const state = owners.get(task.id);
      const instance = state?.instances.get(task.id);
      if (!state || !instance) return;
      if (!isLive(task)) ended(state, instance);
      else if (task.state === 'TASK_RUNNING') {
        instance.inactive = false;
        // It was told to stop while nobody reached it.
        if (instance.killed) kill(instance);
        else watchHealth(state, instance);
      } else if (task.state === 'TASK_UNREACHABLE') watchUnreachable(state, instance);
      settle(state);
    },
  };
}
