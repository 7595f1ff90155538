/** The Mesos agent's HTTP API on port 5051, as far as it is used. */
import type { Software } from '../software/cluster.ts';
import type { Member } from '../software/member.ts';
import { resourcesOf } from '../software/resources.ts';
import { type Endpoint, ok, route, type SoftwareAnswer, type SoftwareRequest } from './answer.ts';

interface Context {
  readonly software: Software;
  readonly member: Member;
}

export function answerMesosAgent(context: Context, request: SoftwareRequest): SoftwareAnswer {
  return route(endpoints, context, request);
}

const endpoints: readonly Endpoint<Context>[] = [
  { method: 'GET', path: /^(\/slave(\(1\)|%281%29))?\/health$/, handle: () => ok() },
  { method: 'GET', path: /^\/metrics\/snapshot$/, handle: (context) => ok(metrics(context)) },
];

function metrics({ software, member }: Context): Record<string, number> {
  const { cpus, mem, disk } = resourcesOf(member.node.machine);
  return {
    'slave/registered': software.agents.isRegistered(member.ip) ? 1 : 0,
    'slave/cpus_total': cpus,
    'slave/cpus_used': 0,
    'slave/cpus_percent': 0,
    'slave/mem_total': mem,
    'slave/mem_used': 0,
    'slave/mem_percent': 0,
    'slave/disk_total': disk,
    'slave/disk_used': 0,
    'slave/executors_running': 0,
    'slave/tasks_running': 0,
  };
}
