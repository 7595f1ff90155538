/**
 * Snapshot of a cluster's software over HTTP, all nodes that are asked at once. Used inside the VPC only; it needs no AWS API. A master
 * that does not answer in time counts as not healthy: that is an observation, not an error.
 */
import type { Snapshot } from '../contracts/gateway.ts';
import type { Gateway } from '../ports/gateway.ts';
import { readChronosDemand } from './chronos-demand.ts';
import { chronosPort } from './chronos-http.ts';
import { type Account, type HttpAnswer, httpAsk } from './http-ask.ts';
import { readMarathonDemand } from './marathon-demand.ts';
import { marathonHttp, marathonPort } from './marathon-http.ts';
import { parseAgents, parseElected } from './mesos-answers.ts';
import type { Scheduler } from './scheduler-http.ts';

const usualPorts = { mesos: 5050, marathon: marathonPort, chronos: chronosPort };

/** A function answers 6 MB at most. Twenty thousand apps may wait; were it more, the rest of the snapshot still has to be told. */
const mostDemandLength = 5_000_000;

export interface MesosHttpOptions {
  readonly timeoutMs: number;
  /** @default those that the software listens at */
  readonly ports?: typeof usualPorts;
}
type MasterView = Snapshot['masters'][number];
type Asked = Parameters<Gateway['snapshot']>[0];

export function mesosHttp({ timeoutMs, ports = usualPorts }: MesosHttpOptions): Pick<Gateway, 'snapshot'> {
  const { viewGroups } = marathonHttp({ timeoutMs, changeTimeoutMs: timeoutMs, port: ports.marathon });
  const get = (ip: string, service: keyof typeof ports, path: string, account?: Account): Promise<HttpAnswer> =>
    httpAsk({ host: ip, port: ports[service], path, timeoutMs, ...(account ? { account } : {}) });

  const viewMaster = async (ip: string, { credentials, expectChronos }: Asked): Promise<MasterView> => {
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

  const viewLoadBalancer = async ({ ip, port, healthPath }: Asked['loadBalancers'][number]) => {
    const { status } = await httpAsk({ host: ip, port, path: healthPath ?? '/', timeoutMs });
    return { ip, healthy: healthPath === undefined ? status > 0 : status === 200 };
  };

  /** Asked through masters that have just passed a `/ping` on. */
  const groupsOf = async (
    { groupIds = [], release, credentials }: Asked,
    masters: readonly MasterView[],
  ): Promise<Pick<Snapshot, 'groups'>> => {
    const masterIps = masters.filter(({ marathon }) => marathon).map(({ ip }) => ip);
    if (groupIds.length === 0 || masterIps.length === 0) return {};
    const groups = await viewGroups({ release, masterIps, account: credentials.marathon, groupIds });
    return groups === undefined ? {} : { groups: [...groups] };
  };

  /** Each is asked through masters that pass its `/ping` on. A part of what waits would look like all of it, so it is not told. */
  const demandOf = async (
    { demand = false, expectChronos, release, credentials }: Asked,
    masters: readonly MasterView[],
  ): Promise<Pick<Snapshot, 'demand'>> => {
    const through = (service: 'marathon' | 'chronos', account: Account): Scheduler | undefined => {
      const masterIps = masters.filter((master) => master[service]).map(({ ip }) => ip);
      return masterIps.length > 0 ? { masterIps, account, port: ports[service], timeoutMs } : undefined;
    };
    const marathon = through('marathon', credentials.marathon);
    const chronos = expectChronos && credentials.chronos ? through('chronos', credentials.chronos) : undefined;
    if (!demand || marathon === undefined || (expectChronos && chronos === undefined)) return {};
    const [services, jobs] = await Promise.all([
      readMarathonDemand(marathon),
      chronos ? readChronosDemand(chronos, release) : [],
    ]);
    const all = services && jobs && [...services, ...jobs];
    return all && JSON.stringify(all).length <= mostDemandLength ? { demand: all } : {};
  };

  const agentsOf = async ({ credentials }: Asked, masters: readonly MasterView[]) => {
    const [leader, ...rivals] = masters.filter((master) => master.elected);
    if (leader === undefined || rivals.length > 0) return { agents: [] };
    // Asked of the elected one only: before 1.0 the others answer with empty lists of their own.
    const summary = await get(leader.ip, 'mesos', '/master/state-summary', credentials.mesos);
    const agents = parseAgents(summary.body);
    return agents === undefined ? { agents: [] } : { leader: leader.ip, agents };
  };

  return {
    snapshot: async (request) => {
      const [masters, loadBalancers] = await Promise.all([
        Promise.all(request.masterIps.map((ip) => viewMaster(ip, request))),
        Promise.all(request.loadBalancers.map(viewLoadBalancer)),
      ]);
      const agentsThenDemand = async () => {
        const agents = await agentsOf(request, masters);
        // The other way round, a task that starts in between would wait and run in the same picture.
        return { ...agents, ...(await demandOf(request, masters)) };
      };
      const [load, groups] = await Promise.all([agentsThenDemand(), groupsOf(request, masters)]);
      return { masters, loadBalancers, ...load, ...groups };
    },
  };
}
