/**
 * How far a draining slave has got: held back by all masters, held back for long enough, idle. Whatever casts doubt on it (a new
 * master, a failed command, a task that came all the same) lets the wait begin anew. Pure.
 */
import type { Snapshot } from '../../contracts/gateway.ts';
import { isHeldBack } from './decide-cordon.ts';
import { type Leaver, leavesDrained, type Outcome } from './leaving.ts';
import { named } from './node-decisions.ts';
import { patience } from './patience.ts';
import type { Drain, NodeRecord, Timestamp } from './records.ts';
import { isOutOfReach, undeliveredUntil } from './setbacks.ts';
import { info, join, type Situation, type Step, step, warning } from './step.ts';
import { addSeconds, secondsSince, toTimestamp } from './time.ts';
import { isLost } from './track-nodes.ts';

/** One draining slave in this pass. */
export function goOn(node: NodeRecord, leaver: Leaver | undefined, situation: Situation): Outcome {
  const { drain } = node;
  if (drain === undefined) return { node };
  const told = tellSetback(node, drain, situation.now);
  if (drain.stopping !== undefined || leaver === undefined) {
    return { node, step: step({ checks: [addSeconds(situation.now, patience.drainCheck)] }) };
  }
  const held = holdOn(node, drain, situation);
  const outcome = held.heldFor ? judge(held.node, held.heldFor, leaver, situation) : held;
  return { ...outcome, step: join([told, outcome.step ?? step({})]) };
}

function tellSetback(node: NodeRecord, { setback }: Drain, now: Date): Step {
  if (setback?.at !== toTimestamp(now)) return step({});
  return step({ activity: [warning(`the agent of ${named(node)} was not stopped: ${setback.message}`)] });
}

type Held = Outcome & { readonly heldFor?: Drain };

/** Whether the node has been held back for long enough, without a gap, before this look began. */
function holdOn(node: NodeRecord, drain: Drain, situation: Situation): Held {
  const { now, actual } = situation;
  const check = (at: Timestamp): Step => step({ checks: [at] });
  if (!isHeldBack(node, situation)) {
    const { cordonedAt, ...rest } = drain;
    const loose = cordonedAt === undefined ? node : { ...node, drain: rest };
    return { node: loose, step: check(addSeconds(now, patience.drainCheck)) };
  }
  if (drain.cordonedAt === undefined) {
    const cordonedAt = toTimestamp(now);
    return { node: { ...node, drain: { ...drain, cordonedAt } }, step: check(addSeconds(now, patience.offerHold)) };
  }
  const freeAt = addSeconds(drain.cordonedAt, patience.offerHold);
  if (freeAt > toTimestamp(now)) return { node, step: check(freeAt) };
  const { since, snapshot } = actual;
  if (snapshot?.leader === undefined || since === undefined || since < freeAt) {
    return { node, step: check(addSeconds(now, patience.healthCheck)) };
  }
  return { node, heldFor: drain };
}

/** What runs on the agents at an address, in words; empty: nothing. Undefined: no agent is registered there. */
function workAt(
  address: string | undefined,
  { agents }: Snapshot,
): { readonly text: string; readonly tasks: number } | undefined {
  const found = agents.filter(({ ip }) => ip === address);
  if (found.length === 0) return undefined;
  const isAny = (of: Snapshot['agents'][number]['used']): boolean => Object.values(of).some((amount) => amount > 0);
  const tasks = found.reduce((sum, agent) => sum + agent.tasks, 0);
  if (tasks > 0) return { text: tasks === 1 ? '1 task' : `${tasks} tasks`, tasks };
  if (found.some(({ used }) => isAny(used))) return { text: 'an executor', tasks };
  return { text: found.some(({ reserved }) => isAny(reserved)) ? 'reserved resources' : '', tasks };
}

/** By a fresh look at a slave that gets no new task: idle, busy, or not there at all. */
function judge(node: NodeRecord, drain: Drain, leaver: Leaver, situation: Situation): Outcome {
  const { now, actual } = situation;
  const again = step({ checks: [addSeconds(now, patience.drainCheck)] });
  const work = actual.snapshot && workAt(node.privateIp, actual.snapshot);
  // An agent that does not come back by itself may still be there: on the node it is seen what it does.
  if (work === undefined) return isLost(node, now) ? stopAgent(node, drain, now) : { node, step: again };
  if (work.text === '') return isOutOfReach(drain.setback, now) ? abandon(node, leaver) : stopAgent(node, drain, now);
  if (leaver.onlyIdle) return letGo(node, work.text);
  const isDue = drain.movedAt === undefined || secondsSince(drain.movedAt, now) >= patience.moveServices;
  const moves = work.tasks > 0 && isDue;
  const told = drain.waitsFor === undefined ? [info(`${named(node)} waits for the end of ${work.text}`)] : [];
  // What reaches a busy one is not tried.
  const { setback: _, ...rest } = drain;
  const waiting = { ...rest, waitsFor: drain.waitsFor ?? work.text, ...(moves ? { movedAt: toTimestamp(now) } : {}) };
  return {
    node: { ...node, drain: waiting },
    step: join([again, step({ activity: told })]),
    ...(moves ? { task: 'move-services' as const } : {}),
  };
}

/** Not at once again after SSM did not reach it. */
function stopAgent(node: NodeRecord, { setback }: Drain, now: Date): Outcome {
  const wait = undeliveredUntil(setback, now);
  if (wait !== undefined) return { node, step: step({ checks: [wait] }) };
  return { node, step: step({ checks: [addSeconds(now, patience.drainCheck)] }), task: 'stop-agent' };
}

/** Its agent cannot be told to go, but nothing runs there and nothing can come: it goes with its agent. */
function abandon(node: NodeRecord, leaver: Leaver): Outcome {
  const minutes = patience.unreached / 60;
  const text = `${named(node)} goes with its agent: it is idle and held back, and no command has reached it for ${minutes} minutes`;
  return { node: leavesDrained(node, leaver), step: step({ activity: [warning(text)] }) };
}

function letGo({ drain: _, ...node }: NodeRecord, work: string): Outcome {
  const told = step({ activity: [info(`${named(node)} stays: it is not idle any more (${work})`)] });
  return { node: { ...node, status: 'ready' }, step: told };
}
