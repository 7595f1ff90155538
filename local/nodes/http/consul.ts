/** Consul's HTTP API on port 8500, as far as it is used. */
import type { Software } from '../software/cluster.ts';
import { type Member, usesBridges } from '../software/member.ts';
import { type Endpoint, ok, route, type SoftwareAnswer, type SoftwareRequest } from './answer.ts';

interface Context {
  readonly software: Software;
  readonly member: Member;
}

export function answerConsul(context: Context, request: SoftwareRequest): SoftwareAnswer {
  return route(endpoints, context, request);
}

const servers = ({ software }: Context) => software.masters.running('consul').map((member) => `${member.ip}:8300`);
function leaderOf({ software }: Context): string {
  const leader = software.masters.consul.leader();
  return leader === undefined ? '' : `${leader}:8300`;
}
/** What mesos-consul has registered. */
function mesosNodes({ software, member }: Context): string[] {
  if (!usesBridges(member.settings) || software.masters.running('bridges').length === 0) return [];
  return [
    ...software.masters.running('mesos-master').map(({ ip }) => ip),
    ...software.agents.registered().map((agent) => agent.member.ip),
  ];
}

const get = (path: RegExp, handle: (context: Context) => unknown): Endpoint<Context> => ({
  method: 'GET',
  path,
  handle: (context) => {
    const body = handle(context);
    return ok(typeof body === 'string' ? JSON.stringify(body) : body);
  },
});

const endpoints: readonly Endpoint<Context>[] = [
  get(/^\/v1\/status\/leader$/, leaderOf),
  get(/^\/v1\/status\/peers$/, servers),
  get(/^\/v1\/agent\/self$/, ({ member }) => ({
    Config: {
      Datacenter: 'dc1',
      NodeName: member.node.machine.instanceId,
      Server: member.node.identity.role === 'master',
    },
    Member: { Addr: member.ip },
  })),
  get(/^\/v1\/catalog\/service\/mesos$/, (context) =>
    mesosNodes(context).map((ip) => ({ ServiceName: 'mesos', ServiceAddress: ip })),
  ),
];
