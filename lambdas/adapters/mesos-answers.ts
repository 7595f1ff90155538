/** Reading what Mesos masters answer, tolerant of what differs between versions. */
import * as z from 'zod';
import type { Snapshot } from '../contracts/gateway.ts';
import { parseJson } from './scheduler-http.ts';

type Agent = Snapshot['agents'][number];

const none = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
const amount = z.number();
/** Mesos before 1.0 knows no GPUs. What cannot be read is not taken for nothing: an agent with nothing on it may be removed. */
const Resources = z.object({ cpus: amount, mem: amount, disk: amount, gpus: amount.default(0) });
const count = amount.default(0);
const AgentSummary = z.object({
  id: z.string(),
  /** `slave(1)@10.0.1.7:5051` */
  pid: z.string(),
  active: z.boolean(),
  resources: Resources,
  used_resources: Resources,
  /** By role. */
  reserved_resources: z.record(z.string(), Resources).default({}),
  TASK_STAGING: amount,
  TASK_STARTING: count,
  TASK_RUNNING: amount,
  TASK_KILLING: count,
});
const StateSummary = z.object({ slaves: z.array(AgentSummary) });
const Metrics = z.object({ 'master/elected': z.number() });

/** From `/metrics/snapshot`; anything else than the number 1 means not elected. */
export function parseElected(body: string): boolean {
  const parsed = Metrics.safeParse(parseJson(body));
  return parsed.success && parsed.data['master/elected'] === 1;
}

/**
 * From the leader's `/master/state-summary`, which counts tasks and lists none, so that no limit hides any.
 * @returns undefined if it is something else
 */
export function parseAgents(body: string): Agent[] | undefined {
  const parsed = StateSummary.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  return parsed.data.slaves.map((slave) => ({
    id: slave.id,
    ip: /@([^:]+):\d+$/.exec(slave.pid)?.[1] ?? '',
    active: slave.active,
    total: slave.resources,
    used: slave.used_resources,
    reserved: Object.values(slave.reserved_resources).reduce(
      (sum, { cpus, mem, disk, gpus }) => ({
        cpus: sum.cpus + cpus,
        mem: sum.mem + mem,
        disk: sum.disk + disk,
        gpus: sum.gpus + gpus,
      }),
      none,
    ),
    tasks: slave.TASK_STAGING + slave.TASK_STARTING + slave.TASK_RUNNING + slave.TASK_KILLING,
  }));
}
