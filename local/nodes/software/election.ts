import type { Random, SimClock } from '../../types.ts';

type Range = readonly [lowMs: number, highMs: number];

export interface ElectionRules {
  /** Who may lead, in order of arrival. */
  readonly candidates: () => readonly string[];
  /** Whether there can be a leader at all. */
  readonly open: () => boolean;
  /** How long the first election takes, and one after a leader was lost. */
  readonly first: Range;
  readonly again: Range;
  /** Told at every change of the leader. */
  readonly changed: () => void;
}

export interface Election {
  leader(): string | undefined;
  /** Number of elections so far. */
  term(): number;
  /** To be called after anything that candidates or openness depend on. */
  update(): void;
  /** The leader steps down; another one is elected if there is one. */
  depose(): void;
}

/** A leader that stays until it is gone, then another after a while. */
export function createElection(clock: SimClock, random: Random, rules: ElectionRules): Election {
  let leader: string | undefined;
  let deposed: string | undefined;
  let term = 0;
  let cancel: (() => void) | undefined;

  const elect = () => {
    cancel = undefined;
    const candidates = rules.candidates();
    if (!rules.open() || candidates.length === 0) return;
    leader = candidates.find((candidate) => candidate !== deposed) ?? candidates[0];
    term += 1;
    rules.changed();
  };
  const lose = () => {
    leader = undefined;
    rules.changed();
  };
  const update = () => {
    const candidates = rules.candidates();
    const possible = rules.open() && candidates.length > 0;
    if (leader !== undefined && !(possible && candidates.includes(leader))) lose();
    if (!possible) {
      cancel?.();
      cancel = undefined;
    } else if (leader === undefined) {
      cancel ??= clock.after(random.between(...(term === 0 ? rules.first : rules.again)), elect);
    }
  };
  return {
    leader: () => leader,
    term: () => term,
    update,
    depose() {
      deposed = leader;
      lose();
      update();
    },
  };
}
