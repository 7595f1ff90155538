/**
 * How nodes leave: for good, because the cluster does not want them any more, or to be powered off. Slaves leave without harm to
 * what runs on them: the masters are told to offer them to nobody (cordon); when every offer of before has timed out, an idle one
 * stays idle, so that its agent can be stopped; a busy one waits, with its services moved and everything else let end. Pure.
 */
import { cordonMasters } from './decide-cordon.ts';
import { powerOff, powerOn } from './decide-power.ts';
import { goOn } from './drain-slave.ts';
import { retryAt } from './failures.ts';
import { begin, callOff, type Leaver, leaversOf, type Outcome } from './leaving.ts';
import { decideFor, listed, named } from './node-decisions.ts';
import type { NodeRecord } from './records.ts';
import { info, join, type Situation, type Step, step } from './step.ts';
import { isLive, isResting } from './track-nodes.ts';
import { findVictims, type Victim } from './victims.ts';

export interface Drains {
  readonly step: Step;
  /** Nodes whose records change, whole. */
  readonly changed: readonly NodeRecord[];
  /** Nobody is on the way out, and the masters offer everybody. */
  readonly settled: boolean;
}

const isDraining = ({ status }: NodeRecord): boolean => status === 'draining';

export function decideDrains(situation: Situation, victims: readonly Victim[]): Drains {
  const leavers = leaversOf(situation, victims);
  const begun = beginAll(situation, leavers);
  const inMotion = { ...situation, nodes: begun.nodes };
  const outcomes = begun.nodes.filter(isDraining).map((node) => goOn(node, leavers.get(node.instanceId), inMotion));
  const after = overlay(
    begun.nodes,
    outcomes.map(({ node }) => node),
  );
  const reached = { ...situation, nodes: after };
  const cordon = cordonMasters(reached);
  const before = new Map(situation.nodes.map((node) => [node.instanceId, node]));
  return {
    step: join([
      begun.step,
      ...outcomes.flatMap(({ step: told }) => told ?? []),
      stopAgents(outcomes, situation),
      endAgents(outcomes, situation),
      moveServices(outcomes, situation),
      cordon.step,
      powerOff(reached),
      powerOn(reached, leavers),
    ]),
    changed: after.filter((node) => before.get(node.instanceId) !== node),
    settled: cordon.settled && !after.some((node) => isDraining(node) || node.status === 'stopping'),
  };
}

function overlay(nodes: readonly NodeRecord[], changed: readonly NodeRecord[]): readonly NodeRecord[] {
  const byId = new Map(changed.map((node) => [node.instanceId, node]));
  return nodes.map((node) => byId.get(node.instanceId) ?? node);
}

/** Each node as it is after its leave has begun or been called off; one after the other, for masters and load balancers look at the others. */
function beginAll(
  situation: Situation,
  leavers: ReadonlyMap<string, Leaver>,
): { readonly nodes: readonly NodeRecord[]; readonly step: Step } {
  let nodes = situation.nodes;
  const steps: Step[] = [];
  for (const node of situation.nodes) {
    const leaver = leavers.get(node.instanceId);
    const outcome = leaver ? begin(node, leaver, { ...situation, nodes }) : callOff(node);
    nodes = outcome.node === node ? nodes : overlay(nodes, [outcome.node]);
    if (outcome.step) steps.push(outcome.step);
  }
  return { nodes, step: join(steps) };
}

function withTask(outcomes: readonly Outcome[], task: Outcome['task']): readonly NodeRecord[] {
  return outcomes.filter((outcome) => outcome.task === task).map(({ node }) => node);
}

function stopAgents(outcomes: readonly Outcome[], situation: Situation): Step {
  return decideFor(
    'stop-agents',
    withTask(outcomes, 'stop-agent'),
    situation,
    'nothing runs there: stopping the agent of',
  );
}

/** Whatever runs there ends a moment sooner than with the instance, and Mesos knows of it at once. */
function endAgents(outcomes: readonly Outcome[], { failures, now }: Situation): Step {
  const nodes = withTask(outcomes, 'end-agent');
  const key = 'end-agents';
  if (nodes.length === 0) return step({});
  const wait = retryAt(failures, key, now);
  if (wait !== undefined) return step({ checks: [wait] });
  const reason = `EC2 is about to end them: ending the agents of ${listed(nodes)}`;
  const instanceIds = nodes.map(({ instanceId }) => instanceId);
  const decision = { kind: 'stop-agents' as const, key, reason, instanceIds, force: true };
  return step({ decisions: [decision], activity: [info(reason)] });
}

/** Told by the action, which knows whether there was anything to move. */
function moveServices(outcomes: readonly Outcome[], { failures, now }: Situation): Step {
  const nodes = withTask(outcomes, 'move-services');
  const key = 'move-services';
  if (nodes.length === 0 || retryAt(failures, key, now) !== undefined) return step({});
  const addresses = nodes.flatMap(({ privateIp }) => privateIp ?? []);
  return step({ decisions: [{ kind: key, key, reason: `moving services off ${listed(nodes)}`, addresses }] });
}

/** What an update still waits for: nodes that are on their way out for good, in words. Empty: nothing. */
export function findDrainLacks(situation: Situation): readonly string[] {
  const victims = new Set(findVictims(situation).flatMap(({ instanceId, onlyIdle }) => (onlyIdle ? [] : instanceId)));
  const leaving = situation.nodes.filter((node) => isLive(node) && !isResting(node) && victims.has(node.instanceId));
  const groups = [...new Set(leaving.map(({ group }) => group))];
  return groups.map((name) => {
    const own = leaving.filter(({ group }) => group === name);
    const waiting = own.find(({ drain }) => drain?.waitsFor !== undefined);
    const why = waiting ? ` (${named(waiting)} waits for the end of ${waiting.drain?.waitsFor})` : '';
    return `${own.length} of ${name} have not left yet${why}`;
  });
}
