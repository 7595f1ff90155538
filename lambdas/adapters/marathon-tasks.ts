/** Marathon's tasks over HTTP: where they run, and moving them. Used inside the VPC only. */
import * as z from 'zod';
import type { Gateway } from '../ports/gateway.ts';
import { type MarathonHttpOptions, marathonPort } from './marathon-http.ts';
import { askScheduler, parseJson, type Scheduler } from './scheduler-http.ts';

const Task = z.object({
  id: z.string(),
  appId: z.string(),
  host: z.string(),
  ports: z.array(z.number().int()).nullish(),
});
export type MarathonTask = z.infer<typeof Task>;
const Tasks = z.object({ tasks: z.array(Task) });
/** Marathon answers in plain text unless it is told that only JSON will do. */
const accept = 'application/json';

export function marathonTasks({
  timeoutMs,
  changeTimeoutMs,
  port = marathonPort,
}: MarathonHttpOptions): Pick<Gateway, 'moveServices'> {
  return {
    moveServices: async ({ masterIps, account, hosts }) => {
      const scheduler: Scheduler = { masterIps, account, port, timeoutMs };
      const tasks = await readTasks(scheduler);
      if (tasks === undefined) return undefined;
      const ids = tasks.filter(({ host }) => hosts.includes(host)).map(({ id }) => id);
      if (ids.length === 0) return { moved: 0 };
      // Without `scale` Marathon replaces what it ends.
      const question = { path: '/v2/tasks/delete?scale=false', method: 'POST' as const, body: { ids }, accept };
      const { status } = await askScheduler({ ...scheduler, timeoutMs: changeTimeoutMs }, question);
      return status >= 200 && status < 300 ? { moved: ids.length } : undefined;
    },
  };
}

/** All that Marathon has launched and that has not ended. @returns undefined if it could not tell */
export async function readTasks(scheduler: Scheduler): Promise<readonly MarathonTask[] | undefined> {
  const { status, body } = await askScheduler(scheduler, { path: '/v2/tasks', accept });
  const parsed = Tasks.safeParse(parseJson(body));
  return status === 200 && parsed.success ? parsed.data.tasks : undefined;
}
