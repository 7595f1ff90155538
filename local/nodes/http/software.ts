/** Which software answers at which port of a node. */
import type { Software } from '../software/cluster.ts';
import { answerKey, type Service } from '../software/disturbances.ts';
import type { Member, Process, Settings } from '../software/member.ts';
import { ok, type SoftwareAnswer, type SoftwareRequest } from './answer.ts';
import { answerChronos } from './chronos.ts';
import { answerConsul } from './consul.ts';
import { answerMarathon } from './marathon.ts';
import { answerMesosAgent } from './mesos-agent.ts';
import { answerMesosMaster } from './mesos-master.ts';
import { findServiceListener, findTaskListener } from './services.ts';

/** Answers requests from a member's port. */
export type Listen = (request: SoftwareRequest) => SoftwareAnswer;
type Listener = (software: Software, member: Member, now: number) => (request: SoftwareRequest) => SoftwareAnswer;

const marathon: Listener = (software, member, now) => (request) => answerMarathon(software, member, request, now);
const chronos: Listener = (software, member) => (request) => answerChronos(software, member, request);

const listeners: readonly {
  readonly port: number;
  readonly process: Parameters<Software['run']>[1];
  readonly listen: Listener;
  /** @default always */
  readonly isOpen?: (settings: Settings) => boolean;
}[] = [
  {
    port: 5050,
    process: 'mesos-master',
    listen: (software, member, now) => (request) => answerMesosMaster({ software, member, now }, request),
  },
  { port: 8080, process: 'marathon', listen: marathon },
  { port: 4400, process: 'chronos', listen: chronos },
  // With TLS, of which nothing is simulated but the port.
  { port: 8443, process: 'marathon', listen: marathon, isOpen: ({ marathonTls }) => marathonTls },
  { port: 4443, process: 'chronos', listen: chronos, isOpen: ({ chronosTls }) => chronosTls },
  {
    port: 5051,
    process: 'mesos-slave',
    listen: (software, member) => (request) => answerMesosAgent({ software, member }, request),
  },
  {
    port: 8500,
    process: 'consul',
    listen: (software, member) => (request) => answerConsul({ software, member }, request),
  },
  // HAProxy answers at its front end even where no service is routed yet.
  { port: 80, process: 'haproxy', listen: () => () => ({ status: 503 }) },
  { port: 9090, process: 'haproxy', listen: () => answerHealth },
];

function answerHealth({ path }: SoftwareRequest): SoftwareAnswer {
  return path === '/_haproxy_health_check' ? ok() : { status: 404 };
}

const services: Readonly<Partial<Record<Process, Service>>> = {
  'mesos-master': 'mesos',
  marathon: 'marathon',
  chronos: 'chronos',
};

/** A disturbed service breaks connections, or goes on giving old answers to who may ask. */
function disturbed({ disturbances }: Software, { ip }: Member, service: Service, listen: Listen): Listen | undefined {
  if (disturbances.isSilent(service)) return undefined;
  return (request) => {
    const answer = listen(request);
    if (request.method !== 'GET' || answer.status !== 200) return answer;
    const body = disturbances.frozen(answerKey(ip, service, request.path));
    return body === undefined ? answer : { ...answer, body };
  };
}

/** Below Chronos' prefix. */
const freezable: Readonly<Record<Service, readonly string[]>> = {
  mesos: ['/master/state-summary', '/master/slaves'],
  marathon: ['/v2/queue', '/v2/tasks', '/v2/apps'],
  chronos: ['/scheduler/graph/csv', '/scheduler/jobs'],
};

/** What a service answers at this moment about tasks and agents, by `answerKey`. */
export function answersOf(software: Software, service: Service, now: number): ReadonlyMap<string, unknown> {
  const found = listeners.find(({ process }) => services[process] === service);
  const members = [...software.members.values()].filter(({ processes }) => found && processes.has(found.process));
  const answers = members.flatMap((member) =>
    freezable[service].flatMap((each) => {
      const path = service === 'chronos' ? `${member.settings.version.chronosPrefix}${each}` : each;
      const credentials = member.accounts?.[service];
      const request = {
        method: 'GET',
        path,
        query: new URLSearchParams(),
        body: '',
        ...(credentials && { credentials }),
      };
      const answer = found?.listen(software, member, now)(request);
      return answer?.status === 200
        ? [[answerKey(member.ip, service, path), structuredClone(answer.body)] as const]
        : [];
    }),
  );
  return new Map(answers);
}

/** The cluster's own software first, then the services on its agents. @returns undefined if nothing listens there */
export function findListener(software: Software, member: Member, port: number, now: number): Listen | undefined {
  const found = listeners.find(
    ({ port: own, process, isOpen = () => true }) =>
      own === port && member.processes.has(process) && isOpen(member.settings),
  );
  if (!found) return findServiceListener(software, member, port) ?? findTaskListener(software, member, port);
  // haproxy-consul has no page for its health.
  if (port === 9090 && member.settings.version.balancer !== 'marathon-lb') return undefined;
  const listen = found.listen(software, member, now);
  const service = services[found.process];
  return service === undefined ? listen : disturbed(software, member, service, listen);
}
