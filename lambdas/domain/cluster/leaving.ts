/** Who is to leave a cluster, for good or to be powered off, and how it begins. Nodes without an agent leave at once. Pure. */
import { longestCordon } from '../../contracts/documents.ts';
import { mayTerminate } from './decide-terminations.ts';
import { named } from './node-decisions.ts';
import type { Drain, NodeRecord } from './records.ts';
import { info, type Situation, type Step, step } from './step.ts';
import { toTimestamp } from './time.ts';
import { isInterrupted, isLive, wasStarted } from './track-nodes.ts';
import type { Victim } from './victims.ts';

export interface Leaver extends Victim {
  readonly goal: Drain['goal'];
}

/** One node after this pass, with what there is to say and to do about it. */
export interface Outcome {
  readonly node: NodeRecord;
  readonly step?: Step;
  /** What is to be done with it besides: decisions are about many nodes at once. */
  readonly task?: 'stop-agent' | 'end-agent' | 'move-services';
}

/** Slaves that drain at the same time, but for interrupted ones: as many as one list of cordoned addresses holds. */
export const mostDraining = longestCordon;

/** A node that is to go for good need not rest before, a guess is none to go yet, and one that is interrupted goes whoever wants it. */
export function leaversOf({ record, nodes }: Situation, victims: readonly Victim[]): ReadonlyMap<string, Leaver> {
  const stopped = new Set(record.desired.stopped);
  const resting = nodes.filter(({ instanceId }) => stopped.has(instanceId));
  const interrupted = nodes.filter(isInterrupted);
  return new Map<string, Leaver>([
    ...resting.map(
      ({ instanceId }) => [instanceId, { instanceId, reason: 'it is to be stopped', goal: 'stop' }] as const,
    ),
    ...victims
      .filter(({ isGuess }) => !isGuess)
      .map((victim) => [victim.instanceId, { ...victim, goal: 'removal' }] as const),
    ...interrupted.map(
      ({ instanceId }) => [instanceId, { instanceId, reason: 'EC2 takes it back', goal: 'removal' }] as const,
    ),
  ]);
}

/** An agent whose end has been ordered is not called back: that would be a race. */
export function callOff(node: NodeRecord): Outcome {
  const { drain, ...rest } = node;
  if (drain?.stopping !== undefined || !(node.status === 'draining' || node.status === 'drained')) return { node };
  const told = step({ activity: [info(`${named(node)} stays after all`)] });
  // Without its agent it has to be started again.
  if (node.status === 'drained') return { node: { ...rest, status: 'online', startAttempts: 0 }, step: told };
  return { node: { ...rest, status: node.readyAt === undefined ? 'online' : 'ready' }, step: told };
}

/** How the node is after it has been told to leave. */
export function begin(node: NodeRecord, leaver: Leaver, situation: Situation): Outcome {
  if (!isLive(node)) return { node };
  if (leaver.goal === 'removal' && isOff(node)) return { node: terminating(node, leaver) };
  if (isOff(node)) return { node };
  switch (node.role) {
    case 'slave':
      return slaveLeaves(node, leaver, situation);
    case 'master':
      return masterLeaves(node, leaver, situation);
    case 'load-balancer':
      return balancerLeaves(node, leaver, situation);
  }
}

const isOff = ({ status }: NodeRecord): boolean => status === 'stopping' || status === 'stopped';

function terminating({ drain: _, ...node }: NodeRecord, { reason }: Leaver): NodeRecord {
  return { ...node, status: 'terminating', reason };
}

/** At once, for nothing runs on it that could be drained. Only what serves can be stopped and be expected to come back. */
function leavesAtOnce(node: NodeRecord, leaver: Leaver): Outcome {
  if (leaver.goal === 'removal') return { node: terminating(node, leaver) };
  if (node.status !== 'ready') return { node };
  return {
    node: { ...node, status: 'stopping' },
    step: step({ activity: [info(`stopping ${named(node)}: ${leaver.reason}`)] }),
  };
}

/** Only while the others are a healthy quorum; a single master may be stopped, for its disk keeps what it knows. */
function masterLeaves(node: NodeRecord, leaver: Leaver, situation: Situation): Outcome {
  return mayTerminate(node, situation) ? leavesAtOnce(node, leaver) : { node };
}

/** The virtual address goes first, if there is anybody to take it. */
function balancerLeaves(node: NodeRecord, leaver: Leaver, { nodes, actual, failures }: Situation): Outcome {
  const heir = nodes.find(
    (other) => other.role === 'load-balancer' && other.status === 'ready' && other.instanceId !== node.instanceId,
  );
  const holds = actual.addressHolder === node.instanceId && node.status === 'ready';
  // If it cannot be moved, keepalived gives it to the other one as soon as this one is gone.
  if (!holds || heir === undefined || failures['move-address'] !== undefined) return leavesAtOnce(node, leaver);
  const reason = `${named(node)} leaves: giving the virtual address to ${named(heir)}`;
  const { instanceId } = heir;
  const decision = { kind: 'move-virtual-address' as const, key: 'move-address', reason, instanceId };
  return { node, step: step({ decisions: [decision], activity: [info(reason)] }) };
}

/** One whose agent has not been stopped stays held back for as long as its instance runs, so its drain is kept. */
export function leavesDrained(node: NodeRecord, leaver: Leaver): NodeRecord {
  const { drain, ...rest } = node;
  const kept = drain?.setback?.undelivered ? { drain } : {};
  if (leaver.goal === 'removal') return { ...rest, ...kept, status: 'terminating', reason: leaver.reason };
  return { ...rest, ...kept, status: 'stopping' };
}

function slaveLeaves(node: NodeRecord, leaver: Leaver, situation: Situation): Outcome {
  const { goal } = leaver;
  if (node.status === 'drained') {
    return { node: leavesDrained(node, leaver) };
  }
  if (node.drain !== undefined)
    return { node: node.drain.goal === goal ? node : { ...node, drain: { ...node.drain, goal } } };
  if (!wasStarted(node) && goal === 'removal') return { node: terminating(node, leaver) };
  // One that is on its way up is stopped, or looked at as to its idleness, when it is there.
  if (node.status !== 'ready' && (goal === 'stop' || leaver.onlyIdle)) return { node };
  const draining = situation.nodes.filter(({ drain }) => drain !== undefined);
  if (draining.length >= mostDraining && !isInterrupted(node)) return { node };
  const { missingSince: _, ...rest } = node;
  const drain: Drain = { goal, since: toTimestamp(situation.now) };
  const told = step({ activity: [info(`draining ${named(node)}: ${leaver.reason}`)] });
  return { node: { ...rest, status: 'draining', drain }, step: told };
}
