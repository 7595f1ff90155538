/** Chronos' HTTP API on port 4400, as far as it is used. Every instance passes requests on to the leader. */
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

export function answerChronos(software: Software, member: Member, request: SoftwareRequest): SoftwareAnswer {
  if (!isAllowed(request, member.accounts?.chronos)) return unauthorized('Mesosphere');
  const leader = software.masters.chronos.leader();
  if (leader === undefined) return { status: 500 };
  const { chronosPrefix } = member.settings.version;
  if (request.path === '/ping' && request.method === 'GET') return { status: 200, body: 'pong\n' };
  if (!request.path.startsWith(`${chronosPrefix}/scheduler/`)) return { status: 404 };
  // 2.4.0 does not tell who leads.
  const endpoints = chronosPrefix === '' ? common : [...common, ...since3];
  return route(endpoints, leader, { ...request, path: request.path.slice(chronosPrefix.length) });
}

const get = (path: RegExp, handle: (leader: string) => SoftwareAnswer): Endpoint<string> => ({
  method: 'GET',
  path,
  handle,
});

const common: readonly Endpoint<string>[] = [
  get(/^\/scheduler\/jobs$/, () => ok([])),
  get(/^\/scheduler\/graph\/csv$/, () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: '' })),
];
const since3: readonly Endpoint<string>[] = [
  get(/^\/scheduler\/leader$/, (leader) => ok({ leader: `${leader}:4400` })),
  get(/^\/scheduler\/jobs\/summary$/, () => ok({ jobs: [] })),
];
