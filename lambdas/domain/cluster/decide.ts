import type { ControlRules } from '../../contracts/functions.ts';
import type { ActionResult } from '../../contracts/reconcile.ts';
import type { ActualCluster } from './actual.ts';
import { countFailures } from './count-failures.ts';
import { decideAddOns, decideFarewell, knownAddOns } from './decide-add-ons.ts';
import { decideAddress } from './decide-address.ts';
import { decideAlarms } from './decide-alarms.ts';
import { decideCallbacks } from './decide-callbacks.ts';
import { decideDrains, findDrainLacks } from './decide-drains.ts';
import { decidePreparation, decideUpkeep, isPrepared, isUpToDate, placeMasters } from './decide-foundation.ts';
import { decideLaunches } from './decide-launches.ts';
import { decideOutputs, publishedFingerprint } from './decide-outputs.ts';
import { decideParting } from './decide-parting.ts';
import { decideRemoval } from './decide-removal.ts';
import { decideRepair } from './decide-repair.ts';
import { followLoad, withWantedSlaves } from './decide-scaling.ts';
import { decideStarts } from './decide-starts.ts';
import { aliveInstances, decideTerminations } from './decide-terminations.ts';
import { findGiveUpReason } from './give-up.ts';
import { findLacks, findNodeLacks, fingerprintAddresses, isLoadSettled } from './health.ts';
import { isLoadFollowed } from './load-watch.ts';
import type { Subnets } from './offerings.ts';
import { pauseSeconds } from './pacing.ts';
import { patience } from './patience.ts';
import type { Plan } from './plan.ts';
import type { ClusterRecord, DeploymentStatus, Foundation, NodeRecord, Progress } from './records.ts';
import { isComplete, isInProgress, isUpdating } from './status.ts';
import { join, type Situation, type Step, step } from './step.ts';
import { tellNodes, tellResults } from './tell.ts';
import { addSeconds, earliest, secondsSince, toTimestamp } from './time.ts';
import { trackNodes } from './track-nodes.ts';
import { findUnfit, findVictims } from './victims.ts';

export interface DecideInput {
  readonly record: ClusterRecord;
  readonly nodes: readonly NodeRecord[];
  /** Absent: the deployment's own record does not exist. */
  readonly status: DeploymentStatus | undefined;
  /** @default false */
  readonly hasCallback?: boolean | undefined;
  readonly actual: ActualCluster;
  /** What became of the decisions of the pass before. */
  readonly results: readonly ActionResult[];
  readonly now: Date;
  readonly rules: ControlRules;
  readonly subnets: Subnets;
}

/** What a pass concludes besides its node records. */
type Conclusion = Pick<Plan, 'decisions' | 'activity' | 'launches' | 'progress' | 'settled' | 'nextCheckAt'> &
  Partial<Pick<Plan, 'status' | 'giveUp'>> & { readonly changed?: readonly NodeRecord[] };

function sameNode(a: NodeRecord | undefined, b: NodeRecord): boolean {
  if (a === undefined) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof NodeRecord>;
  return [...names].every((name) => a[name] === b[name]);
}

function progressOf({ record, failures }: Situation, changes: Partial<Progress> = {}): Progress {
  const { addressLostSince: _, ...kept } = record.progress;
  return { ...kept, generation: record.desired.generation, failures, ...changes };
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

/** Workloads first, then add-ons, then all the rest. */
function removeCluster(situation: Situation): Conclusion {
  const parting = decideParting(situation);
  const farewell = parting.isOver ? decideFarewell(situation) : undefined;
  if (!farewell?.isOver) {
    const steps = [parting.step, ...(farewell ? [farewell.step] : [])];
    return {
      ...concludeStep(situation, join(steps)),
      progress: progressOf(situation, { ...parting.progress, ...farewell?.progress }),
      ...deletionStatus(situation),
    };
  }
  const cleaned = situation.results.some(({ key, outcome }) => key === 'clean-up' && outcome === 'done');
  const removal = decideRemoval(situation, cleaned);
  return {
    ...concludeStep(situation, join([parting.step, farewell.step, { ...removal.step, launches: [] }])),
    progress: progressOf(situation, {
      ...parting.progress,
      ...farewell.progress,
      ...(removal.removedAt === undefined ? {} : { removedAt: removal.removedAt }),
    }),
    settled: removal.settled,
    changed: removal.terminating,
    ...deletionStatus(situation),
  };
}

/** A deletion whose owner has called it failed (PATCH) goes on under that status. */
function deletionStatus({ record, status }: Situation): Pick<Conclusion, 'status'> {
  const isTold = status === 'DELETE_IN_PROGRESS' || status === 'DELETE_FAILED';
  return record.desired.forget && !isTold ? { status: { value: 'DELETE_IN_PROGRESS' } } : {};
}

/** Creation failed and what there is stays: the loop leaves it alone until somebody deletes it, but for alarms that nobody needs. */
function leaveAlone(situation: Situation): Conclusion {
  const { step: removing, alarms } = decideAlarms(situation);
  const idle = step({ checks: [addSeconds(situation.now, patience.idle)], launches: situation.record.launches });
  return {
    ...concludeStep(situation, join([removing, idle])),
    progress: progressOf(situation, alarms === undefined ? {} : { alarms }),
    settled: removing.decisions.length === 0 && removing.checks.length === 0,
  };
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

/** What keeps an update from being complete besides nodes that are missing or ill. */
function findUpdateLacks(situation: Situation): readonly string[] {
  const isBehind = !isUpToDate(situation.record);
  return [
    ...(isBehind ? ['security groups or launch templates are not as wanted yet'] : []),
    ...findUnfit(situation),
    ...findDrainLacks(situation),
    ...findEnding(situation),
  ];
}

/** Nodes whose end is decided, while EC2 has not heard of it. */
function findEnding(situation: Situation): readonly string[] {
  if (!isUpdating(situation.status)) return [];
  const alive = new Set(aliveInstances(situation));
  const ending = situation.nodes.filter(({ status, instanceId }) => status === 'terminating' && alive.has(instanceId));
  return ending.length === 0 ? [] : [`${ending.length} nodes are still to be terminated`];
}

function healthCheck({ status, now }: Situation, lacks: readonly string[]): Step {
  if (lacks.length === 0) return step({});
  return step({ checks: [addSeconds(now, isInProgress(status) ? patience.healthCheck : patience.startCheck)] });
}

function withNodes(situation: Situation, changed: readonly NodeRecord[]): Situation {
  const byId = new Map(changed.map((node) => [node.instanceId, node]));
  return { ...situation, nodes: situation.nodes.map((node) => byId.get(node.instanceId) ?? node) };
}

function buildCluster(found: Situation, foundation: Foundation, masterZones: readonly string[]): Conclusion {
  const drains = decideDrains(found, findVictims(found));
  const situation = withNodes(found, drains.changed);
  const { record, status, nodes } = situation;
  const upkeep = decideUpkeep(situation, masterZones);
  const terminations = decideTerminations(situation);
  const launches = decideLaunches(situation, foundation);
  const starts = decideStarts(situation);
  const address = decideAddress(situation, foundation);
  const lacks = [...findLacks(situation, address.held), ...findUpdateLacks(situation)];
  const fingerprint = fingerprintAddresses(nodes, foundation);
  const publishedFor = publishedFingerprint(situation);
  const addOns =
    lacks.length === 0
      ? decideAddOns(situation, foundation)
      : { step: step({}), lacks: [], addOns: knownAddOns(situation) };
  const outputs = decideOutputs(situation, [...lacks, ...(isComplete(status) ? [] : addOns.lacks)], fingerprint);
  const alarms = decideAlarms(situation);
  const work = join([
    addOns.step,
    upkeep,
    drains.step,
    terminations.step,
    launches,
    starts,
    address.step,
    outputs,
    followLoad(situation),
    alarms.step,
  ]);
  const waits = findNodeLacks(situation).length > 0 ? step({}) : healthCheck(situation, lacks);
  const inMotion = nodes.some(({ status: at }) => at !== 'ready' && at !== 'stopped') || work.launches.length > 0;
  const deadline = isInProgress(status) ? [record.desired.deadlineAt] : [];
  const isBusy = work.decisions.length > 0 || upkeep.checks.length > 0 || inMotion;
  const settled = lacks.length === 0 && !isBusy && drains.settled && isComplete(status) && isLoadSettled(situation);
  return {
    ...concludeStep(situation, join([work, waits, step({ checks: deadline })])),
    progress: progressOf(situation, {
      launchSeq: launches.launchSeq,
      addOns: addOns.addOns,
      ...(address.lostSince === undefined ? {} : { addressLostSince: address.lostSince }),
      ...(outputs.decisions.length > 0 ? { publishing: fingerprint } : {}),
      ...(publishedFor === undefined ? {} : { publishedFor }),
      ...(alarms.alarms === undefined ? {} : { alarms: alarms.alarms }),
    }),
    settled,
    changed: [...drains.changed, ...terminations.terminating],
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
  const reason = isInProgress(status) ? findGiveUpReason(situation) : undefined;
  if (reason === undefined) return lookAfter(situation);
  return status === 'UPDATE_IN_PROGRESS' ? failUpdate(situation, reason) : giveUp(situation, reason);
}

/** Nothing is removed, and the loop goes on towards what was asked for. */
function failUpdate(situation: Situation, reason: string): Conclusion {
  const conclusion = lookAfter(situation);
  return {
    ...conclusion,
    activity: [
      { level: 'error', text: `the update has failed, work on it goes on: ${reason}` },
      ...conclusion.activity,
    ],
    status: { value: 'UPDATE_FAILED', reason },
    settled: false,
  };
}

function lookAfter(situation: Situation): Conclusion {
  const { record } = situation;
  const masterZones = placeMasters(situation);
  if (record.foundation === undefined || !isPrepared(situation, masterZones)) {
    return prepareCluster(situation, decidePreparation(situation, masterZones), { masterZones });
  }
  const repair = decideRepair(situation, masterZones);
  if (repair !== undefined) return prepareCluster(situation, repair, { repairedAt: toTimestamp(situation.now) });
  return buildCluster(situation, record.foundation, masterZones);
}

/** Telling comes on top of whatever else is done and changes nothing of it, but a run does not end before all is told. */
function withCallbacks(situation: Situation, conclusion: Conclusion): Conclusion {
  if (!situation.hasCallback) return conclusion;
  const { step: telling, announcements } = decideCallbacks(situation, conclusion.status);
  return {
    ...conclusion,
    decisions: [...conclusion.decisions, ...telling.decisions],
    activity: [...conclusion.activity, ...telling.activity],
    progress: { ...conclusion.progress, announcements },
    settled: conclusion.settled && announcements.open.length === 0,
    nextCheckAt: earliest([conclusion.nextCheckAt, ...telling.checks]) ?? conclusion.nextCheckAt,
  };
}

/** A deployment that is being updated was complete, even if it was updated before a pass could see that. */
function withCompletion(record: ClusterRecord, status: DeploymentStatus | undefined, now: Date): ClusterRecord {
  const { completedAt } = record.progress;
  const wasComplete = status !== undefined && (isComplete(status) || isUpdating(status));
  if (completedAt !== undefined || !wasComplete) return record;
  return { ...record, progress: { ...record.progress, completedAt: toTimestamp(now) } };
}

function abandoned(record: ClusterRecord): ClusterRecord {
  return { ...record, desired: { ...record.desired, presence: 'absent', forget: true } };
}

function recordOf(input: DecideInput): ClusterRecord {
  const { record, status, now } = input;
  return status === undefined && !isHalfCreated(input) ? abandoned(record) : withCompletion(record, status, now);
}

export function decide(input: DecideInput): Plan {
  const { actual, now, rules, subnets, results, status: known } = input;
  const tracked = trackNodes(input.nodes, actual, { now, rules });
  const { nodes } = tracked;
  const { record, scaling, activity } = withWantedSlaves({
    record: recordOf(input),
    status: known,
    nodes,
    actual,
    now,
    rules,
  });
  const situation: Situation = {
    record,
    status: known ?? 'DELETE_IN_PROGRESS',
    hasCallback: input.hasCallback ?? false,
    nodes,
    lost: tracked.lost,
    failures: countFailures({ ...input, record }, tracked),
    results,
    actual,
    now,
    rules,
    subnets,
    ...(scaling ? { scaling } : {}),
  };
  const { changed = [], ...conclusion } = isHalfCreated(input)
    ? concludeStep(situation, step({ checks: [addSeconds(now, patience.halfCreated)] }))
    : withCallbacks(situation, conclude(situation));
  const before = new Map(input.nodes.map((node) => [node.instanceId, node]));
  const after = withNodes(situation, changed).nodes;
  const { status } = conclusion;
  return {
    ...conclusion,
    ...(status === undefined ? {} : { status: { ...status, generation: situation.record.desired.generation } }),
    activity: [...tellResults(results), ...tellNodes(tracked, record), ...activity, ...conclusion.activity],
    changedNodes: after.filter((node) => !sameNode(before.get(node.instanceId), node)),
    goneInstanceIds: tracked.goneInstanceIds,
    pauseSeconds: pauseSeconds(after),
    elastic: isLoadFollowed(record, known),
  };
}
