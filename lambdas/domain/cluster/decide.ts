/**
 * One pass of the reconcile loop: compares what is desired with what is actual and decides what to do about the difference.
 * Pure: no clock, no SDK, no randomness. The same input always yields the same plan.
 */
import type { Decision } from '../../contracts/decision.ts';
import type { ControlRules } from '../../contracts/functions.ts';
import type { ActionResult } from '../../contracts/reconcile.ts';
import type { ActualCluster } from './actual.ts';
import { decideAddress } from './decide-address.ts';
import { decidePreparation, isPrepared, placeMasters } from './decide-foundation.ts';
import { decideLaunches, replacementKey } from './decide-launches.ts';
import { decideRemoval } from './decide-removal.ts';
import { decideRepair } from './decide-repair.ts';
import { decideStarts } from './decide-starts.ts';
import { decideTerminations } from './decide-terminations.ts';
import { type Failures, forget, recordLosses, recordResults, retryAt } from './failures.ts';
import { findGiveUpReason } from './give-up.ts';
import { findLacks, findNodeLacks, fingerprintAddresses } from './health.ts';
import type { Subnets } from './offerings.ts';
import { pauseSeconds } from './pacing.ts';
import { patience } from './patience.ts';
import type { Plan } from './plan.ts';
import type { ClusterRecord, DeploymentStatus, Foundation, NodeRecord, Progress } from './records.ts';
import { groupsOf } from './spec.ts';
import { info, join, type Situation, type Step, step } from './step.ts';
import { lossReason, tellNodes, tellResults } from './tell.ts';
import { addSeconds, earliest, secondsSince, toTimestamp } from './time.ts';
import { type TrackedNodes, trackNodes } from './track-nodes.ts';

export interface DecideInput {
  readonly record: ClusterRecord;
  readonly nodes: readonly NodeRecord[];
  /** Absent: the deployment's own record does not exist. */
  readonly status: DeploymentStatus | undefined;
  readonly actual: ActualCluster;
  /** What became of the decisions of the pass before. */
  readonly results: readonly ActionResult[];
  readonly now: Date;
  readonly rules: ControlRules;
  readonly subnets: Subnets;
}

/** What a pass concludes besides its node records. */
type Conclusion = Pick<Plan, 'decisions' | 'activity' | 'launches' | 'progress' | 'settled' | 'nextCheckAt'> &
  Partial<Pick<Plan, 'status' | 'giveUp'>> & { readonly terminating?: readonly NodeRecord[] };

const isComplete = (status: DeploymentStatus): boolean => status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE';

/** Failures after the last pass's results, this look's losses and recoveries. */
function updateFailures({ record, results, now }: DecideInput, tracked: TrackedNodes): Failures {
  const groups = new Map(groupsOf(record.desired.spec).map((group) => [group.name, group]));
  const lost = record.desired.presence === 'present' ? tracked.lost : [];
  const losses = lost.flatMap((node) => {
    const group = groups.get(node.group);
    return group ? [{ key: replacementKey(group, node.ordinal), reason: lossReason(node) }] : [];
  });
  const recovered = [...groups.values()].flatMap((group) => {
    const ready = tracked.nodes.filter((node) => node.group === group.name && node.status === 'ready');
    if (group.role === 'slave') return ready.length >= group.count ? [replacementKey(group, 1)] : [];
    return ready.map((node) => replacementKey(group, node.ordinal));
  });
  return recordLosses(forget(recordResults(record.progress.failures, results, now), recovered), losses, now);
}

function sameNode(a: NodeRecord | undefined, b: NodeRecord): boolean {
  if (a === undefined) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof NodeRecord>;
  return [...names].every((name) => a[name] === b[name]);
}

function progressOf({ record, failures }: Situation, changes: Partial<Progress> = {}): Progress {
  const { addressLostSince: _, ...kept } = record.progress;
  return { ...kept, failures, ...changes };
}

function concludeStep(situation: Situation, { decisions, activity, launches, checks }: Step): Conclusion {
  const fallback = addSeconds(situation.now, situation.rules.resyncSeconds);
  return {
    decisions,
    activity,
    launches,
    progress: progressOf(situation),
    settled: false,
    nextCheckAt: earliest(checks) ?? fallback,
  };
}

function removeCluster(situation: Situation): Conclusion {
  const cleaned = situation.results.some(({ key, outcome }) => key === 'clean-up' && outcome === 'done');
  const removal = decideRemoval(situation, cleaned);
  const deleting = situation.record.desired.forget && situation.status !== 'DELETE_IN_PROGRESS';
  return {
    ...concludeStep(situation, { ...removal.step, launches: [] }),
    progress: progressOf(situation, removal.removedAt === undefined ? {} : { removedAt: removal.removedAt }),
    settled: removal.settled,
    terminating: removal.terminating,
    ...(deleting ? { status: { value: 'DELETE_IN_PROGRESS' as const } } : {}),
  };
}

/** Creation failed and what there is stays: the loop leaves it alone until somebody deletes it. */
function leaveAlone(situation: Situation): Conclusion {
  const idle = step({ checks: [addSeconds(situation.now, patience.idle)], launches: situation.record.launches });
  return { ...concludeStep(situation, idle), settled: true };
}

function giveUp(situation: Situation, reason: string): Conclusion {
  const keep = situation.record.desired.keepLastAttempt;
  const after = keep ? 'what was made is kept' : 'what was made is being removed';
  return {
    ...concludeStep(situation, step({ checks: [addSeconds(situation.now, 1)] })),
    launches: situation.record.launches,
    activity: [{ level: 'error', text: `creation failed; ${after}: ${reason}` }],
    status: { value: 'CREATE_FAILED', reason },
    giveUp: !keep,
  };
}

function prepareCluster(situation: Situation, preparation: Step, changes: Partial<Progress>): Conclusion {
  return {
    ...concludeStep(situation, { ...preparation, launches: situation.record.launches }),
    progress: progressOf(situation, changes),
  };
}

/** What the outputs are known to be published for: deciding to publish is not yet having published. */
function publishedFingerprint({ record, results }: Situation): string | undefined {
  const done = results.some(({ key, outcome }) => key === 'publish-outputs' && outcome === 'done');
  return done ? record.progress.publishing : record.progress.publishedFor;
}

/** Publishes when nothing lacks and the outputs are not those of the nodes' present addresses. */
function decideOutputs(situation: Situation, lacks: readonly string[], fingerprint: string): Step {
  const { status, failures, now } = situation;
  const published = isComplete(status) && publishedFingerprint(situation) === fingerprint;
  if (lacks.length > 0 || published) return step({});
  const wait = retryAt(failures, 'publish-outputs', now);
  if (wait !== undefined) return step({ checks: [wait] });
  const reason = isComplete(status)
    ? 'addresses of nodes have changed'
    : 'all nodes are ready and the cluster is healthy';
  const decision: Decision = { kind: 'publish-outputs', key: 'publish-outputs', reason };
  return step({ decisions: [decision], activity: [info(`publishing outputs: ${reason}`)] });
}

function healthCheck({ status, now }: Situation, lacks: readonly string[]): Step {
  if (lacks.length === 0) return step({});
  return step({ checks: [addSeconds(now, isComplete(status) ? patience.startCheck : patience.healthCheck)] });
}

function buildCluster(situation: Situation, foundation: Foundation): Conclusion {
  const { record, now, status, nodes } = situation;
  const terminations = decideTerminations(situation);
  const launches = decideLaunches(situation, foundation);
  const starts = decideStarts(situation);
  const address = decideAddress(situation, foundation);
  const lacks = findLacks(situation, address.held);
  const fingerprint = fingerprintAddresses(nodes, foundation);
  const publishedFor = publishedFingerprint(situation);
  const outputs = decideOutputs(situation, lacks, fingerprint);
  const work = join([terminations.step, launches, starts, address.step, outputs]);
  const waits = findNodeLacks(situation).length > 0 ? step({}) : healthCheck(situation, lacks);
  const inMotion = nodes.some((node) => node.status !== 'ready') || work.launches.length > 0;
  const deadline = isComplete(status) ? [] : [record.desired.deadlineAt];
  const settled = lacks.length === 0 && work.decisions.length === 0 && !inMotion && isComplete(status);
  const completedAt = record.progress.completedAt ?? (isComplete(status) ? toTimestamp(now) : undefined);
  return {
    ...concludeStep(situation, join([work, waits, step({ checks: deadline })])),
    progress: progressOf(situation, {
      launchSeq: launches.launchSeq,
      ...(completedAt === undefined ? {} : { completedAt }),
      ...(address.lostSince === undefined ? {} : { addressLostSince: address.lostSince }),
      ...(outputs.decisions.length > 0 ? { publishing: fingerprint } : {}),
      ...(publishedFor === undefined ? {} : { publishedFor }),
    }),
    settled,
    terminating: terminations.terminating,
  };
}

/** A cluster record without deployment record: its creation is under way, or stopped in the middle and is undone. */
function isHalfCreated({ status, record, now }: DecideInput): boolean {
  return status === undefined && secondsSince(record.desired.createdAt, now) < patience.halfCreated;
}

function conclude(situation: Situation): Conclusion {
  const { record, status } = situation;
  if (record.desired.presence === 'absent') return removeCluster(situation);
  if (status === 'CREATE_FAILED') return leaveAlone(situation);
  const reason = isComplete(status) ? undefined : findGiveUpReason(situation);
  if (reason !== undefined) return giveUp(situation, reason);
  const masterZones = placeMasters(situation);
  if (record.foundation === undefined || !isPrepared(situation, masterZones)) {
    return prepareCluster(situation, decidePreparation(situation, masterZones), { masterZones });
  }
  const repair = decideRepair(situation, masterZones);
  if (repair !== undefined) return prepareCluster(situation, repair, { repairedAt: toTimestamp(situation.now) });
  return buildCluster(situation, record.foundation);
}

function abandoned(record: ClusterRecord): ClusterRecord {
  return { ...record, desired: { ...record.desired, presence: 'absent', forget: true } };
}

export function decide(input: DecideInput): Plan {
  const { actual, now, rules, subnets, results } = input;
  const tracked = trackNodes(input.nodes, actual, { now, rules });
  const situation: Situation = {
    record: input.status === undefined && !isHalfCreated(input) ? abandoned(input.record) : input.record,
    status: input.status ?? 'DELETE_IN_PROGRESS',
    nodes: tracked.nodes,
    failures: updateFailures(input, tracked),
    results,
    actual,
    now,
    rules,
    subnets,
  };
  const { terminating = [], ...conclusion } = isHalfCreated(input)
    ? concludeStep(situation, step({ checks: [addSeconds(now, patience.halfCreated)] }))
    : conclude(situation);
  const doomed = new Map(terminating.map((node) => [node.instanceId, node]));
  const before = new Map(input.nodes.map((node) => [node.instanceId, node]));
  const after = tracked.nodes.map((node) => doomed.get(node.instanceId) ?? node);
  return {
    ...conclusion,
    activity: [...tellResults(results), ...tellNodes(tracked, situation.record), ...conclusion.activity],
    changedNodes: after.filter((node) => !sameNode(before.get(node.instanceId), node)),
    goneInstanceIds: tracked.goneInstanceIds,
    pauseSeconds: pauseSeconds(after),
  };
}
