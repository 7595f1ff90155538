/**
 * A cluster whose slaves follow a load, played at random: tasks land wherever Mesos may still offer an agent, looks are stale, partial
 * or lost, commands fail, or succeed and are told to have failed, masters are replaced. It counts slaves that end under their tasks.
 */

import type { Plan } from '../../../lambdas/domain/cluster/plan.ts';
import type { NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import { createRandom } from '../../../local/random.ts';
import type { Random } from '../../../local/types.ts';
import { at, node } from '../../support/clusters.ts';
import { DrainPlay, decisionOf, waiting } from './drain-play.ts';

export interface Physics {
  /** How long after the last master holds an agent back an offer of before may be used. */
  readonly offerSeconds: number;
  /** Whether the stop of a busy agent is refused on the node. */
  readonly refuses: boolean;
}

/** Offers are valid for 30 s, and a master reads its whitelist every 5 s. */
export const mesos: Physics = { offerSeconds: 35, refuses: true };

export class ElasticWorld {
  readonly play: DrainPlay;
  /** Slaves that were ended while tasks ran on them. */
  killed = 0;
  /** Slaves that were ended idle. */
  ended = 0;
  private readonly random: Random;
  private readonly physics: Physics;
  /** By instance id of slaves: tasks that run there in truth; no entry: its agent does not run. */
  private readonly tasks = new Map<string, number>();
  /** By instance id of masters: addresses that it holds back in truth. */
  private readonly held = new Map<string, readonly string[]>();
  /** By address: when some master last offered it. */
  private readonly offeredAt = new Map<string, number>();

  constructor(seed: string, physics: Physics = mesos) {
    this.random = createRandom(seed);
    this.physics = physics;
    this.play = new DrainPlay({ slaves: 6, loadBalancers: 0 }).follow(1, 8);
    for (const { instanceId } of this.slaves()) this.tasks.set(instanceId, 0);
  }

  private chance(probability: number): boolean {
    return this.random.next() < probability;
  }

  private slaves(): readonly NodeRecord[] {
    return this.play.nodes.filter(({ role }) => role === 'slave');
  }

  private masters(): readonly NodeRecord[] {
    return this.play.nodes.filter(({ role }) => role === 'master');
  }

  /** Time goes by: any master may lead and offer whoever it does not hold back; tasks end and land. */
  private live(seconds: number): void {
    this.play.seconds += seconds;
    for (const { privateIp = '' } of this.slaves()) {
      const isHeld = this.masters().every(({ instanceId }) => this.held.get(instanceId)?.includes(privateIp));
      if (!isHeld) this.offeredAt.set(privateIp, this.play.seconds);
    }
    for (const { instanceId, privateIp = '' } of this.slaves()) {
      const tasks = this.tasks.get(instanceId);
      if (tasks === undefined) continue;
      const isOffered = this.play.seconds - (this.offeredAt.get(privateIp) ?? 0) <= this.physics.offerSeconds;
      if (tasks > 0 && this.chance(0.2)) this.tasks.set(instanceId, 0);
      else if (isOffered && this.chance(0.04)) this.tasks.set(instanceId, 1);
    }
  }

  /** What a look tells that begins now: the truth, or a part of it. */
  private beginLook(): void {
    const { play } = this;
    play.view = this.chance(0.1) ? (this.chance(0.5) ? 'silent' : 'leaderless') : 'snapshot';
    play.demand = this.chance(0.1)
      ? undefined
      : this.chance(0.15)
        ? [waiting(1 + Math.floor(this.random.next() * 4))]
        : [];
    const isPartial = this.chance(0.15);
    for (const { instanceId, privateIp = '' } of this.slaves()) {
      const tasks = this.tasks.get(instanceId);
      const isTold = tasks !== undefined && !(isPartial && this.chance(0.5));
      play.agents.set(privateIp, isTold ? { tasks, used: { cpus: tasks * 2, mem: 0, disk: 0, gpus: 0 } } : 'gone');
    }
  }

  step(): void {
    const { play } = this;
    this.replaceMaster();
    this.live(1 + Math.floor(this.random.next() * 40));
    this.beginLook();
    play.lookSeconds = this.chance(0.2) ? 60 : 1;
    this.live(play.lookSeconds);
    const plan = play.pass(0);
    this.cordon(plan);
    this.stopAgents(plan);
    this.terminate(plan);
    this.bringUp(plan);
  }

  private cordon(plan: Plan): void {
    const decision = decisionOf(plan, 'cordon-nodes');
    if (!decision) return;
    const failed = decision.instanceIds.filter((instanceId) => {
      const fails = this.chance(0.1);
      if (!fails || this.chance(0.5)) this.held.set(instanceId, decision.addresses);
      return fails;
    });
    const outcome = { status: 'failed', message: 'no connection' } as const;
    this.play.cordon(plan, Object.fromEntries(failed.map((instanceId) => [instanceId, outcome])));
  }

  /** Some time passes before the command is there. */
  private stopAgents(plan: Plan): void {
    const decision = decisionOf(plan, 'stop-agents');
    if (!decision) return;
    this.live(2);
    for (const instanceId of decision.instanceIds) {
      const isRefused = this.physics.refuses && (this.tasks.get(instanceId) ?? 0) > 0;
      const isLost = this.chance(0.1);
      if (!isRefused && !isLost && (this.tasks.get(instanceId) ?? 0) > 0) this.killed += 1;
      if (!isRefused && !isLost) this.tasks.delete(instanceId);
      const undelivered = isLost ? { undelivered: true as const } : {};
      const status = isRefused || isLost ? 'failed' : 'succeeded';
      this.play.stopAgent(instanceId, { status, message: 'not stopped', ...undelivered });
    }
  }

  private terminate(plan: Plan): void {
    for (const instanceId of decisionOf(plan, 'terminate-nodes')?.instanceIds ?? []) {
      if ((this.tasks.get(instanceId) ?? 0) > 0) this.killed += 1;
      else this.ended += 1;
      this.tasks.delete(instanceId);
      this.play.states.set(instanceId, 'terminated');
    }
  }

  /** Slaves boot, and are ready some looks later. */
  private bringUp(plan: Plan): void {
    this.play.boot(plan);
    const readyAt = at(this.play.seconds).toISOString();
    for (const { instanceId, status } of this.slaves()) {
      if (!(status === 'launched' || status === 'online') || !this.chance(0.3)) continue;
      this.play.change(instanceId, { status: 'ready', readyAt });
      this.tasks.set(instanceId, this.tasks.get(instanceId) ?? 0);
    }
  }

  /** The new one holds nobody back and may lead as soon as it starts; so may one that is started again. */
  private replaceMaster(): void {
    const { play } = this;
    const readyAt = at(play.seconds).toISOString();
    for (const { instanceId, status } of this.masters())
      if (status !== 'ready' && this.chance(0.3)) play.change(instanceId, { status: 'ready', readyAt });
    if (!this.chance(0.03)) return;
    const old = play.node('masters', 3);
    const fresh = node({
      ...{ group: 'masters', role: 'master', ordinal: 3, status: 'starting', startAttempts: 1, commandId: 'c-1' },
      commandSentAt: readyAt,
      launchedAt: readyAt,
    });
    play.nodes = [...play.nodes.filter(({ instanceId }) => instanceId !== old.instanceId), fresh];
  }
}
