/** Reading what Mesos masters answer, tolerant of what differs between versions. */
import * as z from 'zod';
import type { Snapshot } from '../contracts/gateway.ts';

type Agent = Snapshot['agents'][number];

const amount = z.number().catch(0);
/** Mesos before 1.0 knows no GPUs. */
const Resources = z
  .object({ cpus: amount, mem: amount, disk: amount, gpus: amount })
  .catch({ cpus: 0, mem: 0, disk: 0, gpus: 0 });
const AgentSummary = z.object({
  id: z.string(),
  /** `slave(1)@10.0.1.7:5051` */
  pid: z.string(),
  active: z.boolean(),
  resources: Resources,
  used_resources: Resources,
  TASK_STAGING: amount,
  TASK_STARTING: amount,
  TASK_RUNNING: amount,
  TASK_KILLING: amount,
});
const StateSummary = z.object({ slaves: z.array(AgentSummary) });
const Metrics = z.object({ 'master/elected': z.number() });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** From `/metrics/snapshot`; anything else than the number 1 means not elected. */
export function parseElected(body: string): boolean {
  const parsed = Metrics.safeParse(parseJson(body));
  return parsed.success && parsed.data['master/elected'] === 1;
}

/** From the leader's `/master/state-summary`. @returns undefined if it is something else */
export function parseAgents(body: string): Agent[] | undefined {
  const parsed = StateSummary.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  return parsed.data.slaves.map((slave) => ({
    id: slave.id,
    ip: /@([^:]+):\d+$/.exec(slave.pid)?.[1] ?? '',
    active: slave.active,
    total: slave.resources,
    used: slave.used_resources,
    tasks: slave.TASK_STAGING + slave.TASK_STARTING + slave.TASK_RUNNING + slave.TASK_KILLING,
  }));
}
