/** Which software answers at which port of a node. */
import type { Software } from '../software/cluster.ts';
import type { Member } from '../software/member.ts';
import { ok, type SoftwareAnswer, type SoftwareRequest } from './answer.ts';
import { answerChronos } from './chronos.ts';
import { answerConsul } from './consul.ts';
import { answerMarathon } from './marathon.ts';
import { answerMesosAgent } from './mesos-agent.ts';
import { answerMesosMaster } from './mesos-master.ts';

type Listener = (software: Software, member: Member, now: number) => (request: SoftwareRequest) => SoftwareAnswer;

const listeners: readonly {
  readonly port: number;
  readonly process: Parameters<Software['run']>[1];
  readonly listen: Listener;
}[] = [
  {
    port: 5050,
    process: 'mesos-master',
    listen: (software, member, now) => (request) => answerMesosMaster({ software, member, now }, request),
  },
  {
    port: 8080,
    process: 'marathon',
    listen: (software, member) => (request) => answerMarathon(software, member, request),
  },
  {
    port: 4400,
    process: 'chronos',
    listen: (software, member) => (request) => answerChronos(software, member, request),
  },
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

/** @returns undefined if nothing listens there */
export function findListener(
  software: Software,
  member: Member,
  port: number,
  now: number,
): ((request: SoftwareRequest) => SoftwareAnswer) | undefined {
  const found = listeners.find((one) => one.port === port && member.processes.has(one.process));
  // haproxy-consul has no page for its health.
  if (!found || (port === 9090 && member.settings.version.balancer !== 'marathon-lb')) return undefined;
  return found.listen(software, member, now);
}
