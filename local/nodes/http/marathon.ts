/** Marathon's HTTP API on port 8080, as far as it is used. Every instance passes requests on to the leader. */
import type { Software } from '../software/cluster.ts';
import type { Member } from '../software/member.ts';
import {
  type Endpoint,
  isAllowed,
  ok,
  route,
  type SoftwareAnswer,
  type SoftwareRequest,
  unauthorized,
} from './answer.ts';

interface Context {
  readonly software: Software;
  readonly member: Member;
  /** Address of the instance that leads. */
  readonly leader: string;
}

/** Credentials cover every path, `/ping` included. */
export function answerMarathon(software: Software, member: Member, request: SoftwareRequest): SoftwareAnswer {
  if (!isAllowed(request, member.accounts?.marathon)) return unauthorized('Mesosphere');
  const leader = software.masters.marathon.leader();
  if (leader === undefined) {
    return { status: 503, body: { message: 'Could not determine the current leader' } };
  }
  return route(endpoints, { software, member, leader }, request);
}

const get = (path: RegExp, handle: (context: Context) => SoftwareAnswer): Endpoint<Context> => ({
  method: 'GET',
  path,
  handle,
});

const endpoints: readonly Endpoint<Context>[] = [
  get(/^\/ping$/, () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'pong\n' })),
  get(/^\/v2\/info$/, (context) => ok(info(context))),
  get(/^\/v2\/leader$/, ({ leader }) => ok({ leader: `${leader}:8080` })),
  get(/^\/v2\/apps\/?$/, () => ok({ apps: [] })),
  get(/^\/v2\/groups\/?$/, () => ok({ id: '/', apps: [], groups: [], dependencies: [] })),
  get(/^\/v2\/deployments\/?$/, () => ok([])),
  get(/^\/v2\/queue\/?$/, () => ok({ queue: [] })),
  get(/^\/v2\/tasks\/?$/, () => ok({ tasks: [] })),
];

function info({ software, member, leader }: Context) {
  const isRegistered = software.masters.servingLeader() !== undefined;
  const zookeeper = member.settings.masterIps.map((ip) => `${ip}:2181`).join(',');
  return {
    name: 'marathon',
    version: member.settings.version.marathon,
    elected: true,
    leader: `${leader}:8080`,
    frameworkId: isRegistered ? `${software.clusterId}-marathon` : null,
    marathon_config: { master: `zk://${zookeeper}/mesos`, framework_name: 'marathon', hostname: leader },
    zookeeper_config: { zk: `zk://${zookeeper}/marathon` },
    http_config: { http_port: 8080 },
  };
}
