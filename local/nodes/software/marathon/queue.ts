/** Marathon's launch queue: instances that wait for an offer that fits, or for the end of their app's back-off. */
import type { Random, SimClock } from '../../../types.ts';
import type { Agent } from '../agents.ts';
import type { Offers } from '../offers.ts';
import type { Framework } from '../task.ts';
import type { Tasks } from '../tasks.ts';
import { resourcesOfApp } from './app.ts';
import { type Match, match, noteRejects } from './launcher.ts';
import { type AppState, type Instance, livesIn, type NoMatch } from './state.ts';

export interface Queue {
  /** So many instances are to be launched. */
  put(state: AppState, count: number): void;
}

export interface QueueParts {
  readonly clock: SimClock;
  readonly random: Random;
  readonly tasks: Tasks;
  readonly offers: Offers;
  readonly framework: Framework;
  /** Every app that has instances or is to have some, those that are being removed included. */
  readonly states: () => Iterable<AppState>;
}

export function createQueue(
  { clock, random, tasks, offers, framework, states }: QueueParts,
  launched: (state: AppState, instance: Instance) => void,
): Queue {
  const iso = () => new Date(clock.now()).toISOString();
  const waits = ({ delay }: AppState) => (delay?.until ?? 0) > clock.now();
  const isQueued = (state: AppState) => (state.queued?.count ?? 0) > 0;
  const put = (state: AppState, count: number) => {
    if (count === 0) {
      delete state.queued;
      offers.wake();
      return;
    }
    state.queued ??= { since: iso(), count, processed: 0, unused: 0, rejects: new Map() };
    state.queued.count = count;
    if (state.delay && waits(state)) clock.after(state.delay.until - clock.now(), () => offers.wake());
    else offers.wake();
  };
  const launch = (state: AppState, { agent, place, ports }: Match) => {
    const { app } = state;
    const uuid = [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
    const { cmd, args, container, labels } = app.json;
    const command = cmd ?? args?.join(' ');
    const task = tasks.launch(agent, {
      id: `${app.id.slice(1).replaceAll('/', '_')}.${uuid}`,
      name: app.id.slice(1).split('/').toReversed().join('.'),
      framework,
      resources: resourcesOfApp(app),
      ports,
      kind: 'service',
      forcePull: container?.docker?.forcePullImage ?? false,
      labels,
      ...(app.image === undefined ? {} : { image: app.image }),
      ...(command === undefined ? {} : { command }),
    });
    launched(state, { task, place, version: state.configVersion });
  };
  /** Each agent is asked once in a round for each instance, going on where the last one was placed, so that instances spread. */
  const launchQueued = (state: AppState, agents: readonly Agent[]) => {
    const { queued } = state;
    if (!queued || waits(state)) return;
    // Only constraints look at where the others are.
    const others = state.app.json.constraints.length > 0 ? livesIn(state).map(({ place }) => place) : [];
    let position = 0;
    while (queued.count > 0) {
      const rejects: NoMatch[] = [];
      const found = findMatch(state, agents, position, others, rejects);
      if (!found) return noteRejects(queued, rejects, iso());
      position = found.next;
      queued.count -= 1;
      queued.processed += 1;
      queued.lastUsedAt = iso();
      launch(state, found.match);
      others.push(found.match.place);
    }
    delete state.queued;
  };
  const findMatch = (
    { app }: AppState,
    agents: readonly Agent[],
    from: number,
    others: readonly Match['place'][],
    rejects: NoMatch[],
  ): { readonly match: Match; readonly next: number } | undefined => {
    for (let step = 0; step < agents.length; step += 1) {
      const agent = agents[(from + step) % agents.length];
      if (!agent) continue;
      const found = match(app, agent, tasks, others);
      if (typeof found === 'string') rejects.push(found);
      else return { match: found, next: (from + step + 1) % agents.length };
    }
    return undefined;
  };
  offers.add(
    () => framework.isActive() && [...states()].some((state) => isQueued(state) && !waits(state)),
    (agents) => {
      for (const state of states()) if (isQueued(state)) launchQueued(state, agents);
    },
  );

  return { put };
}
