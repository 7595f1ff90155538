/** Moving Marathon's tasks over HTTP. Used inside the VPC only. */
import * as z from 'zod';
import type { Gateway } from '../ports/gateway.ts';
import { type MarathonHttpOptions, marathonPort } from './marathon-http.ts';
import { askScheduler, parseJson, type Scheduler } from './scheduler-http.ts';

const Tasks = z.object({ tasks: z.array(z.object({ id: z.string(), host: z.string() })) });
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
      const ids = await tasksOn(scheduler, hosts);
      if (ids === undefined || ids.length === 0) return ids && { moved: 0 };
      // Without `scale` Marathon replaces what it ends.
      const question = { path: '/v2/tasks/delete?scale=false', method: 'POST' as const, body: { ids }, accept };
      const { status } = await askScheduler({ ...scheduler, timeoutMs: changeTimeoutMs }, question);
      return status >= 200 && status < 300 ? { moved: ids.length } : undefined;
    },
  };
}

/** @returns undefined if Marathon could not tell */
async function tasksOn(scheduler: Scheduler, hosts: readonly string[]): Promise<readonly string[] | undefined> {
  const { status, body } = await askScheduler(scheduler, { path: '/v2/tasks', accept });
  const parsed = Tasks.safeParse(parseJson(body));
  if (status !== 200 || !parsed.success) return undefined;
  return parsed.data.tasks.filter(({ host }) => hosts.includes(host)).map(({ id }) => id);
}
