/** The Mesos registry: a log with a replica on every master. */
import type { Random, SimClock } from '../../types.ts';
import type { Ensemble } from './ensemble.ts';

export interface Registry {
  /** Whether a quorum of its replicas votes. */
  recovered(): boolean;
  /** Replicas that vote. */
  votes(): number;
  update(isOpen: boolean): void;
}

export interface RegistryTold {
  readonly changed: () => void;
  /** It began anew although there had been one. */
  readonly lost: () => void;
}

/** How long replicas take to find each other and catch up. */
const settlingMs: readonly [number, number] = [1500, 5000];

export function createRegistry(clock: SimClock, random: Random, ensemble: Ensemble, told: RegistryTold): Registry {
  let cancel: (() => void) | undefined;
  let existed = false;
  const replicas = () => ensemble.running('mesos-master');
  const votes = () => replicas().filter((member) => member.node.disk.registry === 'voting').length;
  const recovered = () => votes() >= ensemble.quorum();
  /** Without a voting quorum only all replicas together, and all empty, can begin. */
  const canBegin = () => votes() === 0 && replicas().length === ensemble.size();

  const settle = () => {
    cancel = undefined;
    const begins = canBegin();
    if (!begins && !recovered()) return;
    if (begins && existed) told.lost();
    existed = true;
    for (const member of replicas()) member.node.disk.registry = 'voting';
    told.changed();
  };
  return {
    recovered,
    votes,
    update(isOpen) {
      const someAreEmpty = replicas().some((member) => member.node.disk.registry === 'empty');
      if (isOpen && someAreEmpty && (recovered() || canBegin())) {
        cancel ??= clock.after(random.between(...settlingMs), settle);
      } else {
        cancel?.();
        cancel = undefined;
      }
    },
  };
}
