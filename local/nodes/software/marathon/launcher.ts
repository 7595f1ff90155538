/** Finding an agent for an instance. */
import type { Agent } from '../agents.ts';
import { attributesOf } from '../member.ts';
import { missingOf, offeredPorts } from '../resources.ts';
import type { Tasks } from '../tasks.ts';
import { type App, resourcesOfApp } from './app.ts';
import { isSatisfied, type Place } from './constraints.ts';
import type { NoMatch, Queued } from './state.ts';

export interface Match {
  readonly agent: Agent;
  readonly place: Place;
  readonly ports: readonly number[];
}

export const placeOf = ({ member }: Agent): Place => ({ host: member.ip, attributes: attributesOf(member) });

/** Checks in Marathon's order, for its statistics. */
const reasons: readonly NoMatch[] = [
  'UnfulfilledRole',
  'UnfulfilledConstraint',
  // Only of apps with volumes of their own, of which there are none here; but it is always listed.
  'NoCorrespondingReservationFound',
  'InsufficientCpus',
  'InsufficientMemory',
  'InsufficientDisk',
  'InsufficientGpus',
  'InsufficientPorts',
];
const lacking = {
  cpus: 'InsufficientCpus',
  mem: 'InsufficientMemory',
  disk: 'InsufficientDisk',
  gpus: 'InsufficientGpus',
} as const;

/** @param others places of the app's other instances */
export function match(app: App, agent: Agent, tasks: Tasks, others: readonly Place[]): Match | NoMatch {
  const roles = app.json.acceptedResourceRoles;
  if (roles && roles.length > 0 && !roles.includes('*')) return 'UnfulfilledRole';
  const place = placeOf(agent);
  if (!app.json.constraints.every((constraint) => isSatisfied(constraint, place, others)))
    return 'UnfulfilledConstraint';
  const missing = missingOf(resourcesOfApp(app), tasks.free(agent));
  if (missing) return lacking[missing];
  const ports = choosePorts(app, agent, tasks);
  return ports ? { agent, place, ports } : 'InsufficientPorts';
}

/** Ports that are asked for by number, and any others for the rest. Containers with an address of their own need none. */
function choosePorts(app: App, agent: Agent, tasks: Tasks): readonly number[] | undefined {
  if (app.network === 'container') return [];
  const fixed = app.ports.map(({ hostPort }) => hostPort).filter((port) => port !== 0);
  if (fixed.some((port) => port < offeredPorts.first || port > offeredPorts.last)) return undefined;
  const taken = new Set(fixed.length > 0 ? tasks.of(agent.id).flatMap(({ ports }) => ports) : []);
  if (fixed.some((port) => taken.has(port))) return undefined;
  const drawn = tasks.freePorts(agent.id, app.ports.length)?.filter((port) => !fixed.includes(port));
  return drawn && app.ports.map(({ hostPort }) => hostPort || (drawn.shift() ?? 0));
}

/** Notes in the queue why none of these offers was of use. */
export function noteRejects(queued: Queued, found: readonly NoMatch[], at: string): void {
  queued.processed += found.length;
  queued.unused += found.length;
  if (found.length > 0) queued.lastUnusedAt = at;
  let reached = found.length;
  queued.rejects = new Map(
    reasons.map((reason) => {
      const declined = found.filter((one) => one === reason).length;
      const processed = reached;
      reached -= declined;
      return [reason, { declined, processed }];
    }),
  );
}
