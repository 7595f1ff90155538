/**
 * How far a draining slave has got: held back by all masters, held back for long enough, idle. Whatever casts doubt on it (a new
 * master, a failed command, a task that came all the same) lets the wait begin anew. Pure.
 */
import { isHeldBack } from './decide-cordon.ts';
import { type Leaver, leavesDrained, type Outcome } from './leaving.ts';
import { named } from './node-decisions.ts';
import { patience } from './patience.ts';
import type { Drain, NodeRecord, Timestamp } from './records.ts';
import { isOutOfReach, undeliveredUntil } from './setbacks.ts';
import { info, join, type Situation, type Step, step, warning } from './step.ts';
import { addSeconds, secondsSince, toTimestamp } from './time.ts';
import { isInterrupted, isLost } from './track-nodes.ts';
import { knownWork, workAt } from './work.ts';

/** One draining slave in this pass. */
export function goOn(node: NodeRecord, leaver: Leaver | undefined, situation: Situation): Outcome {
  const { drain } = node;
  if (drain === undefined) return { node };
  const told = tellSetback(node, drain, situation.now);
  if (drain.stopping !== undefined || leaver === undefined) {
    return { node, step: step({ checks: [addSeconds(situation.now, patience.drainCheck)] }) };
  }
  const outcome = isInterrupted(node) ? hurry(node, drain, situation) : takeTime(node, drain, leaver, situation);
  return { ...outcome, step: join([told, outcome.step ?? step({})]) };
}

/** One that goes only if it is idle is let go by any look that tells of work, however long it has been held back. */
function takeTime(node: NodeRecord, drain: Drain, leaver: Leaver, situation: Situation): Outcome {
  const work = leaver.onlyIdle && knownWork(node, situation.actual.snapshot);
  if (work) return letGo(node, `it is not idle any more (${work})`);
  const held = holdOn(node, drain, situation);
  return held.heldFor ? judge(held.node, held.heldFor, leaver, situation) : held;
}

/**
 * One that EC2 takes back: its services move at once, for which nobody waits until it is held back; what cannot move may go on
 * until just before the end. An idle one goes as soon as it is sure to stay idle.
 */
function hurry(node: NodeRecord, drain: Drain, situation: Situation): Outcome {
  const { now, actual } = situation;
  const endAt = addSeconds(node.interrupted ?? toTimestamp(now), patience.interruption);
  if (endAt <= toTimestamp(now)) return stopAgent(node, drain, now, 'end-agent');
  const held = holdOn(node, drain, situation);
  const work = actual.snapshot && workAt(node.privateIp, actual.snapshot);
  if (held.heldFor && work?.text === '') return stopAgent(held.node, held.heldFor, now);
  const outcome = work?.tasks === 0 ? { node: held.node } : moveHastily(held.node, now);
  return {
    ...outcome,
    step: join([step({ checks: [endAt] }), ...[held.step, outcome.step].flatMap((each) => each ?? [])]),
  };
}

function moveHastily(node: NodeRecord, now: Date): Outcome {
  const { drain } = node;
  const dueAt = drain?.movedAt === undefined ? undefined : addSeconds(drain.movedAt, patience.moveHastily);
  if (drain === undefined || (dueAt !== undefined && dueAt > toTimestamp(now)))
    return { node, step: step({ checks: dueAt === undefined ? [] : [dueAt] }) };
  return {
    node: { ...node, drain: { ...drain, movedAt: toTimestamp(now) } },
    step: step({ checks: [addSeconds(now, patience.moveHastily)] }),
    task: 'move-services',
  };
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

/** By a fresh look at a slave that gets no new task: idle, busy, or not there at all. */
function judge(node: NodeRecord, drain: Drain, leaver: Leaver, situation: Situation): Outcome {
  const { now, actual } = situation;
  const again = step({ checks: [addSeconds(now, patience.drainCheck)] });
  const work = actual.snapshot && workAt(node.privateIp, actual.snapshot);
  // An agent that does not come back by itself may still be there: on the node it is seen what it does.
  if (work === undefined && !isLost(node, now)) return { node, step: again };
  if (work === undefined)
    return leaver.onlyIdle ? letGo(node, 'nobody can tell whether it is idle') : stopAgent(node, drain, now);
  if (work.text === '') return isOutOfReach(drain.setback, now) ? abandon(node, leaver) : stopAgent(node, drain, now);
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
function stopAgent(
  node: NodeRecord,
  { setback }: Drain,
  now: Date,
  task: 'stop-agent' | 'end-agent' = 'stop-agent',
): Outcome {
  const wait = undeliveredUntil(setback, now);
  if (wait !== undefined) return { node, step: step({ checks: [wait] }) };
  return { node, step: step({ checks: [addSeconds(now, patience.drainCheck)] }), task };
}

/** Its agent cannot be told to go, but nothing runs there and nothing can come: it goes with its agent. */
function abandon(node: NodeRecord, leaver: Leaver): Outcome {
  const minutes = patience.unreached / 60;
  const text = `${named(node)} goes with its agent: it is idle and held back, and no command has reached it for ${minutes} minutes`;
  return { node: leavesDrained(node, leaver), step: step({ activity: [warning(text)] }) };
}

function letGo({ drain: _, ...node }: NodeRecord, reason: string): Outcome {
  const told = step({ activity: [info(`${named(node)} stays: ${reason}`)] });
  return { node: { ...node, status: 'ready' }, step: told };
}
