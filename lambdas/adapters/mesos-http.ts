/**
 * Snapshot of a cluster's software over HTTP, all nodes that are asked at once. Used inside the VPC only; it needs no AWS API. A master
 * that does not answer in time counts as not healthy: that is an observation, not an error.
 */
import type { Snapshot, SnapshotRequest } from '../contracts/gateway.ts';
import type { Gateway } from '../ports/gateway.ts';
import { type Account, type HttpAnswer, httpGet } from './http-get.ts';
import { parseAgents, parseElected } from './mesos-answers.ts';

const ports = { mesos: 5050, marathon: 8080, chronos: 4400 } as const;
type MasterView = Snapshot['masters'][number];

export function mesosHttp({ timeoutMs }: { readonly timeoutMs: number }): Gateway {
  const get = (ip: string, service: keyof typeof ports, path: string, account?: Account): Promise<HttpAnswer> =>
    httpGet({ host: ip, port: ports[service], path, timeoutMs, ...(account ? { account } : {}) });

  const viewMaster = async (ip: string, { credentials, expectChronos }: SnapshotRequest): Promise<MasterView> => {
    const [health, metrics, marathon, chronos] = await Promise.all([
      get(ip, 'mesos', '/master/health', credentials.mesos),
      get(ip, 'mesos', '/metrics/snapshot', credentials.mesos),
      get(ip, 'marathon', '/ping', credentials.marathon),
      expectChronos ? get(ip, 'chronos', '/ping', credentials.chronos) : undefined,
    ]);
    return {
      ip,
      healthy: health.status === 200,
      elected: parseElected(metrics.body),
      marathon: marathon.status === 200 && marathon.body.trim() === 'pong',
      chronos: chronos?.status === 200,
    };
  };

  const viewLoadBalancer = async ({ ip, port, healthPath }: SnapshotRequest['loadBalancers'][number]) => {
    const { status } = await httpGet({ host: ip, port, path: healthPath ?? '/', timeoutMs });
    return { ip, healthy: healthPath === undefined ? status > 0 : status === 200 };
  };

  return {
    snapshot: async (request) => {
      const [masters, loadBalancers] = await Promise.all([
        Promise.all(request.masterIps.map((ip) => viewMaster(ip, request))),
        Promise.all(request.loadBalancers.map(viewLoadBalancer)),
      ]);
      const [leader, ...rivals] = masters.filter((master) => master.elected);
      const leaderless = { masters, loadBalancers, agents: [] };
      if (leader === undefined || rivals.length > 0) return leaderless;
      // Asked of the elected one only: before 1.0 the others answer with empty lists of their own.
      const summary = await get(leader.ip, 'mesos', '/master/state-summary', request.credentials.mesos);
      const agents = parseAgents(summary.body);
      return agents === undefined ? leaderless : { masters, loadBalancers, leader: leader.ip, agents };
    },
  };
}
