/** What users run on a cluster, as it answers: at the ports of its tasks, and through HAProxy at its service ports. */
import type { Software } from '../software/cluster.ts';
import { type AppState, type Instance, isReady, livesIn } from '../software/marathon/state.ts';
import { type Member, reaches } from '../software/member.ts';
import type { Task } from '../software/task.ts';
import { ok, type SoftwareAnswer } from './answer.ts';
import type { Listen } from './software.ts';

/** A simulated task tells which one it is. */
function answerAs({ name, id, ip, behaviour }: Task): SoftwareAnswer {
  if (behaviour.unhealthy) return { status: 503, body: `${id} is not healthy\n` };
  return ok({ app: `/${name.split('.').toReversed().join('/')}`, task: id, host: ip });
}

/** A task that has this port of its agent. */
export function findTaskListener(software: Software, member: Member, port: number): Listen | undefined {
  const { agent } = member.node.disk;
  const tasks = agent ? software.workload.tasks.of(agent.id) : [];
  const task = tasks.find((one) => one.state === 'TASK_RUNNING' && one.ports.includes(port));
  return task && (() => answerAs(task));
}

/** marathon-lb serves the apps of its group, haproxy-consul all of them. */
function isBalanced({ app }: AppState, { settings }: Member): boolean {
  if (settings.version.balancer !== 'marathon-lb') return true;
  return (app.json.labels.HAPROXY_GROUP ?? '').split(',').includes('external');
}

/** A load balancer's front end of an app; without a task that it reaches the answer is 503. */
export function findServiceListener(software: Software, member: Member, port: number): Listen | undefined {
  if (!member.processes.has('haproxy')) return undefined;
  for (const state of software.workload.marathon.apps.values()) {
    const index = state.app.ports.findIndex(({ servicePort }) => servicePort === port);
    if (index < 0 || !isBalanced(state, member)) continue;
    return () => {
      const serving = livesIn(state).find((one) => isReady(state, one) && isWithinReach(software, member, one, index));
      return serving ? answerAs(serving.task) : { status: 503, body: '503 Service Unavailable\n' };
    };
  }
  return undefined;
}

function isWithinReach(software: Software, from: Member, { task }: Instance, index: number): boolean {
  const to = software.members.get(task.ip);
  const port = task.ports[index];
  return to !== undefined && !to.node.life.over && port !== undefined && reaches(from, to, port);
}
