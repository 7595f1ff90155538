/** A complete cluster whose nodes come to leave: passes with what happens between them, for the tests of drains and power. */
import type { Decision, DecisionOf } from '../../../lambdas/contracts/decision.ts';
import type { Snapshot, WaitingTasks } from '../../../lambdas/contracts/gateway.ts';
import type { ActionResult } from '../../../lambdas/contracts/reconcile.ts';
import type { ActualCluster, ObservedCommand, ObservedInstance } from '../../../lambdas/domain/cluster/actual.ts';
import { decide } from '../../../lambdas/domain/cluster/decide.ts';
import type { Plan } from '../../../lambdas/domain/cluster/plan.ts';
import type {
  ClusterRecord,
  DeploymentStatus,
  DesiredCluster,
  NodeRecord,
} from '../../../lambdas/domain/cluster/records.ts';
import type { ClusterSpec } from '../../../lambdas/domain/cluster/spec.ts';
import { at, foundation, healthy, input, instanceOf, node, readyNodes, spec } from '../../support/clusters.ts';
import { complete } from './decide-support.ts';

type Agent = Snapshot['agents'][number];

export class DrainPlay {
  nodes: readonly NodeRecord[];
  seconds = 1000;
  record: ClusterRecord;
  /** By instance id; otherwise all are running. */
  readonly states = new Map<string, ObservedInstance['state']>();
  /** Ids of instances that EC2 takes back. */
  readonly interrupted = new Set<string>();
  /** By address: what the agent there differs in; `gone`: it is not registered. */
  readonly agents = new Map<string, Partial<Agent> | 'gone'>();
  /** Agents that the leader tells of besides the nodes' own. */
  strangers: readonly Agent[] = [];
  /** By command id; otherwise commands are under way. */
  readonly ended = new Map<string, Pick<ObservedCommand, 'status' | 'message' | 'undelivered'>>();
  view: 'snapshot' | 'leaderless' | 'silent' = 'snapshot';
  /** What waits; absent: Marathon cannot tell. */
  demand: readonly WaitingTasks[] | undefined = [];
  status: DeploymentStatus = 'CREATE_COMPLETE';
  addressHolder: string | undefined;
  /** How long the look takes before the pass decides. */
  lookSeconds = 1;
  private results: readonly ActionResult[] = [];
  private serial = 0;

  constructor(counts: Parameters<typeof spec>[0] = {}) {
    const of = spec(counts);
    this.nodes = readyNodes(of);
    const record = complete(this.nodes, of);
    const masterZones = (record.foundation?.masterInterfaces ?? []).map(({ zone }) => zone);
    this.record = { ...record, progress: { ...record.progress, masterZones } };
    this.addressHolder = this.nodes.find(({ role }) => role === 'load-balancer')?.instanceId;
  }

  desire(changes: Partial<DesiredCluster>): this {
    this.record = { ...this.record, desired: { ...this.record.desired, ...changes } };
    return this;
  }

  /** Makes the slaves elastic. */
  follow(min: number, max: number): this {
    const { spec: of } = this.record.desired;
    return this.desire({ spec: { ...of, slaves: of.slaves.map((group) => ({ ...group, bounds: { min, max } })) } });
  }

  /** Asks for so many slaves. */
  want(slaves: number): this {
    const { loadBalancers, ...rest } = this.record.desired.spec;
    const wanted: ClusterSpec = {
      ...rest,
      ...(loadBalancers ? { loadBalancers } : {}),
      slaves: spec({ slaves }).slaves,
    };
    return this.desire({ spec: wanted });
  }

  node(group: string, ordinal: number): NodeRecord {
    const found = this.nodes.find((node) => node.group === group && node.ordinal === ordinal);
    if (!found) throw new Error(`there is no ${group} ${ordinal}`);
    return found;
  }

  slave(ordinal: number): NodeRecord {
    return this.node('slaves', ordinal);
  }

  change(instanceId: string, change: Partial<NodeRecord>): void {
    this.nodes = this.nodes.map((node) => (node.instanceId === instanceId ? { ...node, ...change } : node));
  }

  /** Lets so much time pass, looks, decides and records. */
  pass(afterSeconds = 1): Plan {
    this.seconds += afterSeconds;
    const plan = decide(
      input({
        record: { ...this.record, foundation: this.record.foundation ?? foundation() },
        nodes: this.nodes,
        status: this.status,
        actual: this.look(),
        results: this.results,
        now: at(this.seconds),
      }),
    );
    this.results = plan.decisions.flatMap(({ kind, key }) => (kind === 'set-alarms' ? [{ key, outcome: 'done' }] : []));
    const changed = new Map(plan.changedNodes.map((node) => [node.instanceId, node]));
    this.nodes = this.nodes
      .filter(({ instanceId }) => !plan.goneInstanceIds.includes(instanceId))
      .map((node) => changed.get(node.instanceId) ?? node);
    this.record = { ...this.record, progress: plan.progress };
    return plan;
  }

  /** What a look tells that ends now. */
  look(): ActualCluster {
    const { snapshot, addressHolder: _, ...actual } = healthy(this.nodes);
    const own = (snapshot?.agents ?? []).flatMap((agent) => {
      const differs = this.agents.get(agent.ip);
      return differs === 'gone' ? [] : [{ ...agent, ...differs }];
    });
    const agents = [...own, ...this.strangers];
    const { leader, ...leaderless } = snapshot!;
    const led = this.view === 'snapshot' && leader ? { ...leaderless, leader, agents } : { ...leaderless, agents: [] };
    const seen = { ...led, ...(this.demand ? { demand: [...this.demand] } : {}) };
    const sent = this.nodes.flatMap(({ instanceId, drain, cordon }) =>
      [drain?.stopping?.commandId, cordon?.sent?.commandId].flatMap((commandId) =>
        commandId ? [{ instanceId, commandId }] : [],
      ),
    );
    return {
      ...actual,
      since: at(this.seconds - this.lookSeconds).toISOString(),
      instances: this.nodes.map((node) => ({
        ...instanceOf(node, this.states.get(node.instanceId) ?? 'running'),
        ...(this.interrupted.has(node.instanceId) ? { interrupted: true } : {}),
      })),
      commands: sent.map((one) => ({ ...one, status: 'in-progress', ...this.ended.get(one.commandId) })),
      ...(this.view === 'silent' ? {} : { snapshot: seen }),
      ...(this.addressHolder === undefined ? {} : { addressHolder: this.addressHolder }),
    };
  }

  /** Carries out what concerns the cordon; its commands end well unless an outcome by instance says otherwise. */
  cordon(plan: Plan, outcomes: Readonly<Record<string, Pick<ObservedCommand, 'status' | 'message'>>> = {}): void {
    const decision = decisionOf(plan, 'cordon-nodes');
    if (!decision) throw new Error('no cordon was decided');
    for (const instanceId of decision.instanceIds) {
      this.serial += 1;
      const commandId = `cordon-${this.serial}`;
      const held = this.nodes.find((node) => node.instanceId === instanceId)?.cordon?.held ?? '';
      const sent = { addresses: decision.addresses.join(','), commandId, at: at(this.seconds).toISOString() };
      this.change(instanceId, { cordon: { held, sent } });
      this.ended.set(commandId, outcomes[instanceId] ?? { status: 'succeeded' });
    }
  }

  /** Carries out the stop of agents; how it ends is said. */
  stopAgents(plan: Plan, outcome: Pick<ObservedCommand, 'status' | 'message' | 'undelivered'>): void {
    const decision = decisionOf(plan, 'stop-agents');
    if (!decision) throw new Error('no agent was to be stopped');
    for (const instanceId of decision.instanceIds) this.stopAgent(instanceId, outcome);
  }

  stopAgent(instanceId: string, outcome: Pick<ObservedCommand, 'status' | 'message' | 'undelivered'>): void {
    this.serial += 1;
    const commandId = `stop-${this.serial}`;
    const found = this.nodes.find((one) => one.instanceId === instanceId);
    if (!found?.drain) throw new Error(`${instanceId} is not draining`);
    this.change(instanceId, { drain: { ...found.drain, stopping: { commandId, at: at(this.seconds).toISOString() } } });
    this.ended.set(commandId, outcome);
  }

  /** Carries out launches of slaves; they are there and boot. */
  boot(plan: Plan): readonly NodeRecord[] {
    const launched = plan.decisions.flatMap((decision) =>
      decision.kind === 'launch-slaves'
        ? decision.ordinals.map((ordinal) =>
            node({
              ...{ group: decision.group, role: 'slave', ordinal, status: 'launched' },
              launchedAt: at(this.seconds).toISOString(),
            }),
          )
        : [],
    );
    this.nodes = [...this.nodes, ...launched];
    return launched;
  }

  /** The outputs that were decided on are published. */
  publish(): void {
    const { publishing, ...progress } = this.record.progress;
    this.record = { ...this.record, progress: { ...progress, ...(publishing ? { publishedFor: publishing } : {}) } };
  }

  /** An agent as the leader tells of it. */
  agentOf(of: NodeRecord, differs: Partial<Agent> = {}): Agent {
    const [agent] = healthy([of]).snapshot?.agents ?? [];
    return { ...agent!, ...differs };
  }

  /** Until all masters are known to hold back who is draining: the wait begins. */
  holdBack(): Plan {
    this.cordon(this.pass());
    return this.pass();
  }
}

export function decisionOf<K extends Decision['kind']>(plan: Plan, kind: K): DecisionOf<K> | undefined {
  return plan.decisions.find((decision): decision is DecisionOf<K> => decision.kind === kind);
}
/** Tasks that wait, each of so many CPUs. */
export function waiting(count: number, cpus = 2, overrides: Partial<WaitingTasks> = {}): WaitingTasks {
  return {
    ...{ scheduler: 'marathon', id: '/app', count, need: { cpus, mem: 100, disk: 0, gpus: 0 }, backOffSeconds: 0 },
    ...{ constraints: [], hostPorts: [], hosts: [], resident: false, reasons: [], ...overrides },
  };
}

export const told = (plan: Plan): string => plan.activity.map(({ text }) => text).join('\n');
