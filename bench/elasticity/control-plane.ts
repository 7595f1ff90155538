/**
 * The control plane's loop around the real `decide`: passes, actions and signals, with the time they take. Everything that happens to
 * slaves goes through a plan and what the actions would make of it; nothing here judges.
 */
import type { Decision, DecisionKind, DecisionOf } from '../../lambdas/contracts/decision.ts';
import type { ControlRules } from '../../lambdas/contracts/functions.ts';
import type { Snapshot } from '../../lambdas/contracts/gateway.ts';
import type { ActionResult } from '../../lambdas/contracts/reconcile.ts';
import type { ActualCluster } from '../../lambdas/domain/cluster/actual.ts';
import { decide } from '../../lambdas/domain/cluster/decide.ts';
import { commandsToRead } from '../../lambdas/domain/cluster/observe.ts';
import type { Plan } from '../../lambdas/domain/cluster/plan.ts';
import type { ClusterRecord, NodeRecord } from '../../lambdas/domain/cluster/records.ts';
import { dateOf, readyMasters, readyNode, recordOf, type Size, slaveGroup, subnets, timestampOf } from './cluster.ts';
import type { EventQueue } from './event-queue.ts';
import { createMachines, type Fidelity, type Machine, type Machines } from './machines.ts';
import { snapshotOf } from './snapshot.ts';
import type { DrawStep, Way } from './ways.ts';
import type { World } from './world.ts';

/** What the gateway's report becomes on its way, and how old what it tells is. */
export interface Report {
  readonly snapshot?: Snapshot;
  readonly ageSeconds: number;
}

export interface ControlPlaneDeps {
  readonly world: World;
  readonly queue: EventQueue;
  readonly draw: DrawStep;
  readonly way: (serial: number) => Way;
  readonly masterWay?: (serial: number) => Way;
  readonly size: Size;
  readonly rules: ControlRules;
  readonly fidelity: Fidelity;
  /** @default the truth of this moment */
  readonly distort?: (snapshot: Snapshot) => Report;
  /** What a pass makes of the nodes' records, changed: for checks that must be able to fail. @default nothing */
  readonly tamper?: (nodes: readonly NodeRecord[]) => readonly NodeRecord[];
}

export interface ControlPlane {
  readonly machines: Machines;
  record(): ClusterRecord;
  nodes(): readonly NodeRecord[];
  /** Something has happened: a hint. It reaches the loop later. @param onWake called when it does */
  signal(onWake?: () => void): void;
  passes(): number;
}

/** The loop as it stands. */
interface Loop {
  readonly deps: ControlPlaneDeps;
  readonly machines: Machines;
  record: ClusterRecord;
  nodes: Map<string, NodeRecord>;
  /** `isListening`: it waits for a signal; else one is remembered. */
  isListening: boolean;
  isSignalled: boolean;
  /** Goes up with every wait, so that an outdated timer does nothing. */
  waits: number;
  passes: number;
  launched: number;
  readonly serials: Map<string, number>;
}

export function startControlPlane(deps: ControlPlaneDeps): ControlPlane {
  const signal = (onWake?: () => void): void =>
    deps.queue.after(deps.draw('signal'), () => {
      onWake?.();
      wake(loop);
    });
  const machines = createMachines({ ...deps, signal: () => signal(), hello: () => wake(loop) });
  const loop: Loop = {
    deps,
    machines,
    record: recordOf(deps.size),
    nodes: new Map(),
    isListening: false,
    isSignalled: false,
    waits: 0,
    passes: 0,
    launched: 0,
    serials: new Map(),
  };
  for (const node of [...readyMasters(deps.size), ...firstSlaves(loop)]) moveIn(loop, node);
  machines.elect();
  beginPass(loop, []);
  return {
    machines,
    record: () => loop.record,
    nodes: () => [...loop.nodes.values()],
    signal,
    passes: () => loop.passes,
  };
}

function firstSlaves(loop: Loop): readonly NodeRecord[] {
  return Array.from({ length: loop.deps.size.bounds.min }, (_, index) =>
    readyNode('slave', index + 1, nextId(loop), addressOf(index)),
  );
}

function moveIn({ nodes, machines, deps }: Loop, node: NodeRecord): void {
  nodes.set(node.instanceId, node);
  if (node.role === 'slave') {
    deps.world.launch(node.instanceId);
    deps.world.register(node.instanceId);
  }
  const machine: Machine = {
    node,
    token: `first-${node.instanceId}`,
    state: 'running',
    isOnline: true,
    isServing: true,
    written: new Set(),
    held: new Set(),
  };
  machines.add(machine);
}

function nextId(loop: Loop): string {
  loop.launched += 1;
  const id = `i-${String(loop.launched).padStart(6, '0')}`;
  loop.serials.set(id, loop.launched);
  return id;
}

const addressOf = (index: number): string => `10.0.${8 + Math.floor(index / 250)}.${(index % 250) + 1}`;

/** The lowest that no instance has: addresses of terminated ones are given out again. */
function freeAddress({ machines }: Loop): string {
  const taken = new Set<string | undefined>();
  for (const { state, node } of machines.all.values()) if (state !== 'terminated') taken.add(node.privateIp);
  for (let index = 0; ; index += 1) if (!taken.has(addressOf(index))) return addressOf(index);
}

function wake(loop: Loop): void {
  if (loop.isListening) beginPass(loop, []);
  else loop.isSignalled = true;
}

/** Looks, and decides when the look is done. */
function beginPass(loop: Loop, results: readonly ActionResult[]): void {
  const { deps, machines } = loop;
  loop.isListening = false;
  loop.isSignalled = false;
  loop.passes += 1;
  const commandIds = commandsToRead([...loop.nodes.values()]);
  const { actual, ageSeconds } = look(loop, machines.look(commandIds));
  deps.queue.after(ageSeconds + deps.draw('pass'), () => finishPass(loop, actual, results));
}

/** A report that is older than it says is as one whose look began later than what it tells of. */
function look(
  { deps, machines }: Loop,
  seen: Omit<ActualCluster, 'snapshot' | 'since'>,
): { readonly actual: ActualCluster; readonly ageSeconds: number } {
  const truth = snapshotOf(machines, deps.world);
  const { snapshot, ageSeconds } = deps.distort?.(truth) ?? { snapshot: truth, ageSeconds: 0 };
  const since = timestampOf(deps.queue.now() + ageSeconds);
  return { actual: { ...seen, since, ...(snapshot ? { snapshot } : {}) }, ageSeconds };
}

function finishPass(loop: Loop, actual: ActualCluster, results: readonly ActionResult[]): void {
  const { deps, record } = loop;
  const now = dateOf(deps.queue.now());
  const nodes = [...loop.nodes.values()];
  const plan = decide({ record, nodes, status: 'CREATE_COMPLETE', actual, results, now, rules: deps.rules, subnets });
  save(loop, plan);
  if (plan.decisions.length > 0) act(loop, plan.decisions);
  else deps.queue.after(plan.pauseSeconds ?? 0, () => listen(loop, plan));
}

function save(loop: Loop, { changedNodes, goneInstanceIds, launches, progress }: Plan): void {
  loop.record = { ...loop.record, launches, progress, revision: loop.record.revision + 1 };
  for (const id of goneInstanceIds) loop.nodes.delete(id);
  put(loop, loop.deps.tamper?.(changedNodes) ?? changedNodes);
}

function put({ nodes }: Loop, changed: readonly NodeRecord[]): void {
  for (const node of changed) nodes.set(node.instanceId, node);
}

function listen(loop: Loop, { nextCheckAt }: Plan): void {
  loop.isListening = true;
  if (loop.isSignalled) {
    beginPass(loop, []);
    return;
  }
  loop.waits += 1;
  const wait = loop.waits;
  const seconds = (new Date(nextCheckAt).getTime() - dateOf(0).getTime()) / 1000;
  loop.deps.queue.at(seconds, () => {
    if (loop.isListening && loop.waits === wait) beginPass(loop, []);
  });
}

/** All at the same time; the next pass begins when the last is done. */
function act(loop: Loop, decisions: readonly Decision[]): void {
  const { queue, draw } = loop.deps;
  const durations = decisions.map(({ kind }) => draw(kind.startsWith('launch-') ? 'launch' : 'action'));
  decisions.forEach((decision, index) => {
    queue.after(durations[index] ?? 0, () => carryOut(loop, decision));
  });
  const results = decisions.map(({ key }): ActionResult => ({ key, outcome: 'done' }));
  queue.after(Math.max(...durations), () => beginPass(loop, results));
}

type Actions = { readonly [K in DecisionKind]?: (loop: Loop, decision: DecisionOf<K>) => void };

const nothingToSee = (): void => undefined;
/** What the cluster has no use for is not here: it throws, rather than to be left out in silence. */
const actions: Actions = {
  // Masters that are lost again and again cast doubt on what they stand on, of which nothing is missing here.
  'prepare-cluster': nothingToSee,
  'launch-slaves': launchSlaves,
  'launch-master': launchMaster,
  'start-containers': start,
  'cordon-nodes': cordon,
  'stop-agents': stopAgents,
  'terminate-nodes': (loop, { instanceIds }) => {
    for (const id of instanceIds) loop.machines.terminate(id);
  },
  'move-services': nothingToSee,
  'publish-outputs': nothingToSee,
  'set-alarms': nothingToSee,
};

function carryOut(loop: Loop, decision: Decision): void {
  const action = actions[decision.kind] as ((loop: Loop, decision: Decision) => void) | undefined;
  if (action === undefined) throw new Error(`the simulated cluster cannot ${decision.kind}: ${decision.reason}`);
  action(loop, decision);
}

function closeLaunch(loop: Loop, token: string): ClusterRecord['launches'][number] | undefined {
  const { launches } = loop.record;
  loop.record = { ...loop.record, launches: launches.filter((launch) => launch.token !== token) };
  return launches.find((launch) => launch.token === token);
}

function boot(
  loop: Loop,
  token: string,
  node: Omit<NodeRecord, 'instanceId' | 'status' | 'launchedAt' | 'startAttempts'>,
): void {
  const instanceId = nextId(loop);
  const launchedAt = timestampOf(loop.deps.queue.now());
  const whole: NodeRecord = { ...node, instanceId, status: 'launched', launchedAt, startAttempts: 0 };
  put(loop, [whole]);
  loop.machines.boot(whole, token, loop.serials.get(instanceId) ?? 0);
}

/** Records without a shape are of nodes as their group is now: groups do not change here. */
function launchSlaves(loop: Loop, { token, ordinals, offerings }: DecisionOf<'launch-slaves'>): void {
  const launch = closeLaunch(loop, token);
  if (launch === undefined) return;
  ordinals.forEach((ordinal, index) => {
    const offering = offerings[index % offerings.length] ?? offerings[0];
    if (offering === undefined) return;
    boot(loop, token, {
      group: slaveGroup,
      role: 'slave',
      ordinal,
      ...offering,
      privateIp: freeAddress(loop),
    });
  });
}

function launchMaster(loop: Loop, { token, slot, instanceType }: DecisionOf<'launch-master'>): void {
  const launch = closeLaunch(loop, token);
  const { foundation, desired } = loop.record;
  const place = foundation?.masterInterfaces.find((one) => one.slot === slot);
  if (launch === undefined || place === undefined) return;
  const { zone, privateIp } = place;
  const group = desired.spec.masters.name;
  boot(loop, token, { group, role: 'master', ordinal: slot, instanceType, zone, market: 'on-demand', privateIp });
}

function update(loop: Loop, instanceIds: readonly string[], change: (node: NodeRecord) => NodeRecord): void {
  put(loop, instanceIds.flatMap((id) => loop.nodes.get(id) ?? []).map(change));
}

function start(loop: Loop, { instanceIds }: DecisionOf<'start-containers'>): void {
  const at = timestampOf(loop.deps.queue.now());
  update(loop, instanceIds, (node) => ({
    ...node,
    status: 'starting',
    commandId: loop.machines.start(node.instanceId, loop.serials.get(node.instanceId) ?? 0),
    commandSentAt: at,
    startAttempts: node.startAttempts + 1,
  }));
}

function cordon(loop: Loop, { addresses, instanceIds }: DecisionOf<'cordon-nodes'>): void {
  const at = timestampOf(loop.deps.queue.now());
  update(loop, instanceIds, (node) => {
    const commandId = loop.machines.cordon(node.instanceId, addresses);
    return {
      ...node,
      cordon: { held: node.cordon?.held ?? '', sent: { addresses: addresses.join(','), commandId, at } },
    };
  });
}

function stopAgents(loop: Loop, { instanceIds }: DecisionOf<'stop-agents'>): void {
  const at = timestampOf(loop.deps.queue.now());
  update(loop, instanceIds, (node) => {
    if (node.status !== 'draining' || node.drain === undefined || node.drain.stopping !== undefined) return node;
    return { ...node, drain: { ...node.drain, stopping: { commandId: loop.machines.stopAgent(node.instanceId), at } } };
  });
}
