/** The masters together: who leads in each of their systems, and whether the cluster serves. */
import type { Random, SimClock } from '../../types.ts';
import { createElection, type Election, type ElectionRules } from './election.ts';
import { createEnsemble, type Ensemble } from './ensemble.ts';
import type { Member, Process } from './member.ts';
import { createRegistry, type Registry } from './registry.ts';

interface Elections {
  readonly zookeeper: Election;
  readonly mesos: Election;
  readonly marathon: Election;
  readonly chronos: Election;
  readonly consul: Election;
}
export interface Masters extends Elections {
  /** The elected master, once its registry is recovered: only then agents and frameworks are let in. */
  servingLeader(): Member | undefined;
  readonly registry: Registry;
  running(process: Process): readonly Member[];
  /** Sentences: what common state of the masters began anew although there had been one, and when. */
  readonly dataLosses: readonly string[];
  update(): void;
}

/** An elected master that cannot fetch its registry gives up after this. */
const registryFetchTimeoutMs = 180_000;
const ports = { zookeeper: 2888, consul: 8300 };

export function createMasters(
  clock: SimClock,
  random: Random,
  members: ReadonlyMap<string, Member>,
  { changed, zookeeperLost }: { readonly changed: () => void; readonly zookeeperLost: () => void },
): Masters {
  const dataLosses: string[] = [];
  const lost = (what: string) => () => dataLosses.push(`${what} began anew at ${new Date(clock.now()).toISOString()}`);
  const loseZookeeper = () => {
    lost('ZooKeeper')();
    zookeeperLost();
  };
  const ensemble = createEnsemble(members);
  const elections = createElections({ clock, random, ensemble, changed });
  const { zookeeper, mesos, marathon, chronos, consul } = elections;
  const registry = createRegistry(clock, random, ensemble, { changed, lost: lost('the Mesos registry') });
  const syncZookeeper = createZookeeperSync(ensemble, loseZookeeper);
  const watchFetch = createFetchWatch(clock, mesos, registry);
  const hasZookeeper = () => zookeeper.leader() !== undefined;
  return {
    ...elections,
    registry,
    dataLosses,
    running: ensemble.running,
    servingLeader: () => (registry.recovered() ? members.get(mesos.leader() ?? '') : undefined),
    update() {
      for (const election of [zookeeper, consul]) election.update();
      if (hasZookeeper()) syncZookeeper();
      for (const election of [mesos, marathon, chronos]) election.update();
      registry.update(hasZookeeper());
      watchFetch();
    },
  };
}

interface ElectionParts {
  readonly clock: SimClock;
  readonly random: Random;
  readonly ensemble: Ensemble;
  readonly changed: () => void;
}

/** Sessions take about ten seconds to expire, so that a lost leader is missed that long; quorums notice faster. */
function createElections({ clock, random, ensemble, changed }: ElectionParts): Elections {
  const elect = (rules: Omit<ElectionRules, 'changed'>) => createElection(clock, random, { ...rules, changed });
  const ips = (found: readonly Member[]) => found.map((member) => member.ip);
  const quorumOf = (process: 'zookeeper' | 'consul', first: ElectionRules['first'], again: ElectionRules['again']) =>
    elect({
      candidates: () => ips(withDataFirst(process, ensemble.connected(process, ports[process]))),
      open: () => ensemble.connected(process, ports[process]).length >= ensemble.quorum(),
      first,
      again,
    });
  const zookeeper = quorumOf('zookeeper', [800, 2500], [2000, 5000]);
  const byZookeeper = (process: Process, first: ElectionRules['first'], again: ElectionRules['again']) =>
    elect({
      candidates: () => ips(ensemble.running(process)),
      open: () => zookeeper.leader() !== undefined,
      first,
      again,
    });
  return {
    zookeeper,
    consul: quorumOf('consul', [1000, 4000], [3000, 8000]),
    mesos: byZookeeper('mesos-master', [800, 2500], [8000, 12_000]),
    marathon: byZookeeper('marathon', [1500, 4000], [9000, 14_000]),
    chronos: byZookeeper('chronos', [1500, 4000], [9000, 14_000]),
  };
}

/** A ZooKeeper that has data knows the later transactions, and wins. */
function withDataFirst(process: Process, found: readonly Member[]): readonly Member[] {
  if (process !== 'zookeeper') return found;
  const rank = (member: Member) => (member.node.disk.zookeeper === 'synced' ? 0 : 1);
  return found.toSorted((a, b) => rank(a) - rank(b));
}

/** Members of a quorum take over its data; a quorum in which nobody has any begins anew. */
function createZookeeperSync(ensemble: Ensemble, lost: () => void): () => void {
  let existed = false;
  return () => {
    const found = ensemble.connected('zookeeper', ports.zookeeper);
    if (found.every((member) => member.node.disk.zookeeper === 'empty')) {
      if (existed) lost();
      existed = true;
    }
    for (const member of found) member.node.disk.zookeeper = 'synced';
  };
}

/** A leader without a registry restarts after a while, and another one tries. */
function createFetchWatch(clock: SimClock, mesos: Election, registry: Registry): () => void {
  let cancel: (() => void) | undefined;
  return () => {
    if (mesos.leader() === undefined || registry.recovered()) {
      cancel?.();
      cancel = undefined;
      return;
    }
    cancel ??= clock.after(registryFetchTimeoutMs, () => {
      cancel = undefined;
      mesos.depose();
    });
  };
}
