/**
 * A small model of what `decide` acts on: instances, start commands, a cluster's software. It carries out decisions, loses
 * results and kills instances as a test's draws say, and checks the invariants after every pass.
 */
import type { Decision } from '../../lambdas/contracts/decision.ts';
import type { ActionResult } from '../../lambdas/contracts/reconcile.ts';
import type { ActualCluster, ObservedCommand, ObservedInstance } from '../../lambdas/domain/cluster/actual.ts';
import { decide } from '../../lambdas/domain/cluster/decide.ts';
import { peersOf } from '../../lambdas/domain/cluster/decide-starts.ts';
import type { Plan } from '../../lambdas/domain/cluster/plan.ts';
import type { ClusterRecord, DeploymentStatus, NodeRecord } from '../../lambdas/domain/cluster/records.ts';
import { preparationOf, shapeOf } from '../../lambdas/domain/cluster/shape.ts';
import { type ClusterSpec, groupsOf } from '../../lambdas/domain/cluster/spec.ts';
import { updatable } from '../../lambdas/domain/deployment/deployment.ts';
import { foundation, healthySnapshot, rules, start, subnets } from './clusters.ts';

interface Machine extends ObservedInstance {
  readonly bornAt: number;
  readonly endsAt?: number;
  readonly token: string;
  readonly ordinal: number;
  readonly shape?: string | undefined;
}

/** Numbers in [0, 1) that decide what goes wrong; when they run out, nothing does. */
export type Draws = Iterator<number>;

const seconds = { boot: 45, start: 60, shutdown: 30 };

export class World {
  record: ClusterRecord;
  status: DeploymentStatus | undefined = 'CREATE_IN_PROGRESS';
  nodes: NodeRecord[] = [];
  machines: Machine[] = [];
  now = start.getTime();
  results: ActionResult[] = [];
  plans: Plan[] = [];
  forgotten = false;
  private serial = 0;
  private commands = new Map<string, { sentAt: number; fails: boolean }>();
  private readonly draws: Draws;

  constructor(record: ClusterRecord, draws: Draws) {
    this.record = record;
    this.draws = draws;
  }

  private draw(): number {
    const { value, done } = this.draws.next();
    return done ? 1 : value;
  }

  private stateOf({ bornAt, endsAt }: Machine): ObservedInstance['state'] {
    if (endsAt !== undefined) return this.now >= endsAt + seconds.shutdown * 1000 ? 'terminated' : 'shutting-down';
    return this.now >= bornAt + 5000 ? 'running' : 'pending';
  }

  private observe(): ActualCluster {
    const instances = this.machines.map((machine) => ({ ...machine, state: this.stateOf(machine) }));
    const running = instances.filter(({ state }) => state === 'running');
    const sent = this.nodes.flatMap(({ instanceId, commandId, cordon, drain }) =>
      [commandId, cordon?.sent?.commandId, drain?.stopping?.commandId].flatMap((id) =>
        id === undefined ? [] : [{ instanceId, commandId: id }],
      ),
    );
    const commands = sent.flatMap(({ instanceId, commandId }): ObservedCommand[] => {
      const command = this.commands.get(`${commandId}/${instanceId}`);
      if (command === undefined) return [];
      const over = this.now >= command.sentAt + seconds.start * 1000;
      const status = over ? (command.fails ? ('failed' as const) : ('succeeded' as const)) : ('in-progress' as const);
      return [{ instanceId, commandId, status }];
    });
    const alive = new Set(running.map(({ instanceId }) => instanceId));
    const serving = this.nodes.filter(({ instanceId, readyAt }) => alive.has(instanceId) && readyAt !== undefined);
    const holder = serving.find(({ role }) => role === 'load-balancer')?.instanceId;
    const masters = serving.filter(({ role }) => role === 'master');
    const all = healthySnapshot(serving.filter(({ status }) => status !== 'drained'));
    return {
      instances,
      onlineInstanceIds: running
        .filter(({ bornAt }) => this.now >= bornAt + seconds.boot * 1000)
        .map(({ instanceId }) => instanceId),
      commands,
      since: new Date(this.now).toISOString(),
      ...(masters.length > 0
        ? { snapshot: { ...all, masters: all.masters.map((each, index) => ({ ...each, elected: index === 0 })) } }
        : {}),
      ...(holder === undefined ? {} : { addressHolder: holder }),
    };
  }

  /** One pass: observe, decide, record, act. */
  pass(): Plan {
    const actual = this.observe();
    const { record, nodes, status, results } = this;
    const plan = decide({ record, nodes, status, actual, results, now: new Date(this.now), rules, subnets });
    this.plans.push(plan);
    this.save(plan);
    this.results = plan.decisions.flatMap((decision) => this.carryOut(decision));
    this.checkInvariants();
    return plan;
  }

  private save(plan: Plan): void {
    const changed = new Map(plan.changedNodes.map((node) => [node.instanceId, node]));
    const gone = new Set(plan.goneInstanceIds);
    this.nodes = this.nodes
      .filter(({ instanceId }) => !gone.has(instanceId))
      .map((node) => changed.get(node.instanceId) ?? node);
    const presence = plan.giveUp ? { presence: 'absent' as const } : {};
    this.record = {
      ...this.record,
      desired: { ...this.record.desired, ...presence },
      launches: plan.launches,
      progress: plan.progress,
      revision: this.record.revision + 1,
    };
    if (plan.status) this.status = plan.status.value;
  }

  private carryOut(decision: Decision): ActionResult[] {
    const luck = this.draw();
    const { key } = decision;
    if (luck < 0.1) return [{ key, outcome: 'failed', error: 'Throttled' }];
    const recorded = luck >= 0.2;
    this.apply(decision, recorded);
    return recorded ? [{ key, outcome: 'done' }] : [];
  }

  private apply(decision: Decision, recorded: boolean): void {
    switch (decision.kind) {
      case 'prepare-cluster': {
        const { spec } = this.record.desired;
        const launchTemplates = Object.fromEntries(
          spec.slaves.map((group) => [group.name, { id: group.name, version: '1', shape: shapeOf(group) }]),
        );
        const made = { ...foundation(spec), launchTemplates, preparedFor: preparationOf(spec) };
        this.record = { ...this.record, foundation: made };
        break;
      }
      case 'launch-master':
        this.launch(decision.token, 'masters', [decision.slot], recorded);
        break;
      case 'launch-load-balancer':
        this.launch(decision.token, 'balancers', [decision.ordinal], recorded);
        break;
      case 'launch-slaves':
        this.launch(decision.token, decision.group, decision.ordinals, recorded);
        break;
      case 'start-containers':
        this.startContainers(decision.instanceIds, recorded);
        break;
      case 'terminate-nodes':
        for (const instanceId of decision.instanceIds) this.kill(instanceId);
        break;
      case 'move-virtual-address':
      case 'deploy-add-on':
      case 'remove-add-on':
        break;
      case 'publish-outputs':
        if (decision.generation === this.record.desired.generation) this.complete();
        break;
      case 'cordon-nodes':
        this.send(decision.instanceIds, (node, commandId, at) => ({
          ...node,
          cordon: { held: node.cordon?.held ?? '', sent: { addresses: decision.addresses.join(), commandId, at } },
        }));
        break;
      case 'stop-agents':
        this.send(decision.instanceIds, (node, commandId, at) =>
          node.drain ? { ...node, drain: { ...node.drain, stopping: { commandId, at } } } : node,
        );
        break;
      case 'clean-up-cluster':
        if (decision.forget) this.forgotten = true;
    }
  }

  private complete(): void {
    if (this.status === 'CREATE_IN_PROGRESS') this.status = 'CREATE_COMPLETE';
    if (this.status === 'UPDATE_IN_PROGRESS' || this.status === 'UPDATE_FAILED') this.status = 'UPDATE_COMPLETE';
  }

  /** As PUT does. @returns whether the deployment could be updated */
  update(spec: ClusterSpec, removals: readonly string[] = []): boolean {
    if (this.status === undefined || !updatable.includes(this.status)) return false;
    const { desired } = this.record;
    this.status = 'UPDATE_IN_PROGRESS';
    this.record = { ...this.record, desired: { ...desired, generation: desired.generation + 1, spec, removals } };
    return true;
  }

  /** A command that is not about starting; it succeeds or fails as those do. */
  private send(
    instanceIds: readonly string[],
    told: (node: NodeRecord, commandId: string, at: string) => NodeRecord,
  ): void {
    this.serial += 1;
    const commandId = `c-${this.now}-${this.serial}`;
    const fails = this.draw() < 0.15;
    for (const instanceId of instanceIds) this.commands.set(`${commandId}/${instanceId}`, { sentAt: this.now, fails });
    const at = new Date(this.now).toISOString();
    this.nodes = this.nodes.map((node) => (instanceIds.includes(node.instanceId) ? told(node, commandId, at) : node));
  }

  /** Idempotent by token, like EC2; the record of it may be lost. */
  private launch(token: string, group: string, ordinals: readonly number[], recorded: boolean): void {
    if (!this.machines.some((machine) => machine.token === token)) {
      this.machines.push(...ordinals.map((ordinal) => this.machineFor(token, group, ordinal)));
    }
    if (!recorded) return;
    const launched = this.machines.filter((machine) => machine.token === token);
    const known = new Set(this.nodes.map(({ instanceId }) => instanceId));
    this.nodes.push(
      ...launched.filter(({ instanceId }) => !known.has(instanceId)).map((machine) => this.recordOf(machine)),
    );
    this.record = { ...this.record, launches: this.record.launches.filter((launch) => launch.token !== token) };
  }

  private machineFor(token: string, group: string, ordinal: number): Machine {
    this.serial += 1;
    const role = group === 'masters' ? 'master' : group === 'balancers' ? 'load-balancer' : 'slave';
    const slot = this.record.foundation?.masterInterfaces.find((each) => each.slot === ordinal);
    const privateIp = role === 'master' && slot ? slot.privateIp : `10.1.${this.serial >> 8}.${this.serial & 255}`;
    return {
      instanceId: `i-${this.serial}`,
      state: 'pending',
      role,
      group,
      launchToken: token,
      instanceType: this.typeFor(group),
      zone: subnets.public[(ordinal - 1) % 3]!.zone,
      market: 'on-demand',
      launchTime: new Date(this.now).toISOString(),
      privateIp,
      bornAt: this.now,
      shape: this.record.launches.find((launch) => launch.token === token)?.shape,
      token,
      ordinal,
    };
  }

  private typeFor(name: string): string {
    return groupsOf(this.record.desired.spec).find((group) => group.name === name)?.instanceTypes[0] ?? 'm6i.large';
  }

  private recordOf({
    instanceId,
    role,
    group,
    ordinal,
    instanceType,
    zone,
    market,
    launchTime,
    privateIp,
    shape,
  }: Machine): NodeRecord {
    const base = { instanceId, role, group, ordinal, instanceType, zone, market, launchedAt: launchTime };
    const known = { ...(privateIp === undefined ? {} : { privateIp }), ...(shape === undefined ? {} : { shape }) };
    return { ...base, status: 'launched', startAttempts: 0, ...known };
  }

  private startContainers(instanceIds: readonly string[], recorded: boolean): void {
    this.serial += 1;
    const commandId = `c-${this.now}-${this.serial}`;
    const fails = this.draw() < 0.15;
    for (const instanceId of instanceIds) this.commands.set(`${commandId}/${instanceId}`, { sentAt: this.now, fails });
    if (!recorded) return;
    const peers = peersOf(this.nodes);
    this.nodes = this.nodes.map((node) =>
      instanceIds.includes(node.instanceId)
        ? {
            ...node,
            status: 'starting' as const,
            commandId,
            commandSentAt: new Date(this.now).toISOString(),
            startAttempts: node.startAttempts + 1,
            ...(node.role === 'load-balancer' ? { peers } : {}),
          }
        : node,
    );
  }

  /** Whoever does it: the loop, or somebody outside. */
  kill(instanceId: string): void {
    this.machines = this.machines.map((machine) =>
      machine.instanceId === instanceId && machine.endsAt === undefined ? { ...machine, endsAt: this.now } : machine,
    );
  }

  alive(): readonly Machine[] {
    return this.machines.filter(({ endsAt }) => endsAt === undefined);
  }

  private checkInvariants(): void {
    const unended = this.machines.filter((machine) => this.stateOf(machine) !== 'terminated');
    for (const { name, role, count } of groupsOf(this.record.desired.spec)) {
      const members = unended.filter(({ group }) => group === name);
      const slots = members.map(({ ordinal }) => ordinal);
      if (role === 'master') expect(new Set(slots).size).toBe(slots.length);
      const live = this.nodes.filter(
        (node) => node.group === name && node.status !== 'terminating' && node.status !== 'failed',
      );
      expect(new Set(live.map(({ ordinal }) => ordinal)).size).toBe(live.length);
      if (this.status === 'CREATE_IN_PROGRESS') expect(live.length).toBeLessThanOrEqual(count);
    }
    const tokens = new Set(this.plans.flatMap((plan) => plan.launches.map(({ token }) => token)));
    expect(this.machines.every(({ token }) => tokens.has(token))).toBe(true);
  }

  /** Passes until `done`, going on to the plan's next check each time; the next pass follows decisions at once, as in the loop. */
  run(done: () => boolean, limit = 400): void {
    for (let count = 0; count < limit && !done(); count += 1) {
      const plan = this.pass();
      if (plan.decisions.length > 0) this.now += 1000;
      else this.now = Math.max(this.now + 1000, Date.parse(plan.nextCheckAt));
    }
  }
}
