/** Software on top of the cluster: deployed when the cluster lacks nothing, removed before it goes. Pure. */
import type { GroupView } from '../../contracts/gateway.ts';
import { type AddOn, groupIdOf } from '../add-on/add-on.ts';
import { type PlannedGroup, planGroup } from '../add-on/group.ts';
import { groupLacks } from '../marathon/lacks.ts';
import { aliveInstances } from './decide-terminations.ts';
import { forget, patientRetryAt, retryAt } from './failures.ts';
import { patience } from './patience.ts';
import type { AddOnProgress, Foundation, Progress, Timestamp } from './records.ts';
import { attributesOf } from './specification-attributes.ts';
import { info, join, type Situation, type Step, step, warning } from './step.ts';
import { addSeconds, secondsSince, toTimestamp } from './time.ts';

type AddOnsProgress = Readonly<Record<string, AddOnProgress>>;

export interface AddOnWork {
  readonly step: Step;
  /** What keeps the add-ons from running, in words. */
  readonly lacks: readonly string[];
  /** What Marathon has, and is being given. */
  readonly addOns: AddOnsProgress;
}

const deployKey = (name: string): string => `deploy-add-on/${name}`;
const removeKey = (name: string): string => `remove-add-on/${name}`;

export function hasAddOns({ addOns = {} }: Progress): boolean {
  return Object.keys(addOns).length > 0;
}

/** What Marathon has after the pass before: what was given to it counts as taken when that was done. */
export function knownAddOns({ record, results }: Situation): AddOnsProgress {
  const done = new Set(results.filter(({ outcome }) => outcome === 'done').map(({ key }) => key));
  const entries = Object.entries(record.progress.addOns ?? {});
  return Object.fromEntries(
    entries.map(([name, { deployed, deploying }]) => {
      const taken = done.has(deployKey(name)) ? deploying : deployed;
      return [name, taken === undefined ? {} : { deployed: taken }];
    }),
  );
}

function viewOf(name: string, { actual, record }: Situation): GroupView | undefined {
  return actual.snapshot?.groups?.find(({ id }) => id === groupIdOf(record.desired.clusterId, name));
}

function plan(addOn: AddOn, { record, nodes }: Situation, foundation: Foundation): PlannedGroup {
  const { clusterId, spec, secretVersion } = record.desired;
  const facts = { marathon_username: spec.software.marathonUsername, marathon_password: '<marathon_password>' };
  const attributes = attributesOf(spec, nodes, foundation);
  return planGroup(addOn, { clusterId, release: spec.release, attributes, facts, secretVersion });
}

/** Of a cluster that lacks nothing else. */
export function decideAddOns(situation: Situation, foundation: Foundation): AddOnWork {
  const { spec } = situation.record.desired;
  const wanted = spec.addOns ?? [];
  const known = knownAddOns(situation);
  const names = new Set(wanted.map(({ name }) => name));
  const parts = [
    ...wanted.map((addOn) => keepOne(addOn, plan(addOn, situation, foundation), known[addOn.name], situation)),
    ...Object.keys(known)
      .filter((name) => !names.has(name))
      .map((name) => dropOne(name, situation)),
  ];
  return {
    step: join(parts.map((part) => part.step)),
    lacks: parts.flatMap((part) => part.lacks),
    addOns: Object.fromEntries(parts.flatMap((part) => Object.entries(part.addOns))),
  };
}

/** What add-ons lack while the rest of the cluster is not looked at, for the reason of a failure. */
export function findAddOnLacks(situation: Situation): readonly string[] {
  const { foundation } = situation.record;
  return foundation === undefined ? [] : decideAddOns(situation, foundation).lacks;
}

function keepOne(
  { name }: AddOn,
  planned: PlannedGroup,
  progress: AddOnProgress | undefined,
  situation: Situation,
): AddOnWork {
  const view = viewOf(name, situation);
  const isTaken = progress?.deployed === planned.fingerprint;
  const isLost = isTaken && view?.found === false && planned.instances.size > 0;
  if (!isTaken || isLost) return deployOne(name, planned, { progress, isLost }, situation);
  const inWords = view ? groupLacks(view, planned.instances, situation.now) : ['Marathon cannot be asked'];
  const lacks = inWords.map((lack) => `add-on ${name}: ${lack}`);
  // Once all was complete, keeping apps running is Marathon's own work.
  const isWaitedFor = lacks.length > 0 && !situation.status.endsWith('_COMPLETE');
  const checks = isWaitedFor ? [addSeconds(situation.now, patience.addOnCheck)] : [];
  return { step: step({ checks }), lacks, addOns: { [name]: { ...progress } } };
}

function deployOne(
  name: string,
  planned: PlannedGroup,
  { progress, isLost }: { progress: AddOnProgress | undefined; isLost: boolean },
  { failures, now }: Situation,
): AddOnWork {
  const failure = failures[deployKey(name)];
  const lacks = [`add-on ${name} is not deployed${failure?.message ? `: ${failure.message}` : ''}`];
  const wait = patientRetryAt(failures, deployKey(name), now);
  const kept = progress ? { [name]: progress } : {};
  if (wait !== undefined) return { step: step({ checks: [wait] }), lacks, addOns: kept };
  const reason = isLost
    ? `add-on ${name} is not in Marathon any more`
    : progress?.deployed === undefined
      ? 'the cluster is ready for it'
      : 'its settings or the addresses that it uses have changed';
  return {
    step: step({
      decisions: [{ kind: 'deploy-add-on', key: deployKey(name), reason, name }],
      activity: [info(`deploying add-on ${name}: ${reason}`)],
    }),
    lacks,
    addOns: { [name]: { ...progress, deploying: planned.fingerprint } },
  };
}

/** An add-on that is not wanted any more is gone when Marathon knows neither it nor a deployment that ends it. */
function dropOne(name: string, situation: Situation): AddOnWork {
  const view = viewOf(name, situation);
  if (view && isGone(view))
    return { step: step({ activity: [info(`add-on ${name} is removed`)] }), lacks: [], addOns: {} };
  const again = [addSeconds(situation.now, patience.addOnCheck)];
  const asked = view?.found
    ? askRemoval(name, situation, 'the template does not have it any more')
    : step({ checks: again });
  return { step: asked, lacks: [`add-on ${name} is being removed`], addOns: { [name]: {} } };
}

const isGone = ({ found, deployments }: GroupView): boolean => !found && deployments === 0;

function askRemoval(name: string, { failures, now }: Situation, reason: string): Step {
  const wait = retryAt(failures, removeKey(name), now);
  if (wait !== undefined) return step({ checks: [wait] });
  return step({
    decisions: [{ kind: 'remove-add-on', key: removeKey(name), reason, name }],
    activity: [info(`removing add-on ${name}: ${reason}`)],
  });
}

export interface AddOnFarewell {
  readonly step: Step;
  /** Whether the rest of the cluster may go. */
  readonly isOver: boolean;
  readonly progress: Pick<Progress, 'addOns' | 'addOnsLeavingSince'>;
}

/**
 * Add-ons of a cluster that is to be removed end first, so that their tasks can end in order. This is a courtesy: where Marathon
 * cannot do it, or not in time, the instances go all the same.
 */
export function decideFarewell(situation: Situation): AddOnFarewell {
  const { record, now, results } = situation;
  const known = Object.keys(record.progress.addOns ?? {});
  const names = known.filter((name) => {
    const view = viewOf(name, situation);
    return view === undefined || !isGone(view);
  });
  if (names.length === 0 || aliveInstances(situation).length === 0)
    return { step: step({}), isOver: true, progress: { addOns: {} } };
  const since: Timestamp = record.progress.addOnsLeavingSince ?? toTimestamp(now);
  const failed = results.find(({ key, outcome }) => outcome === 'failed' && names.map(removeKey).includes(key));
  const isLate = secondsSince(since, now) >= patience.addOnFarewell;
  if (failed || isLate) {
    const why = failed ? (failed.message ?? failed.error ?? 'Marathon refuses') : 'it takes too long';
    return {
      step: step({ activity: [warning(`not waiting for the add-ons ${names.join(', ')} to end: ${why}`)] }),
      isOver: true,
      progress: { addOns: {} },
    };
  }
  const isAsked = record.progress.addOnsLeavingSince !== undefined;
  const patient = { ...situation, failures: forget(situation.failures, names.map(removeKey)) };
  const steps = isAsked ? [] : names.map((name) => askRemoval(name, patient, 'the cluster is to be removed'));
  const checks = [addSeconds(now, patience.addOnCheck), addSeconds(since, patience.addOnFarewell)];
  return {
    step: join([...steps, step({ checks })]),
    isOver: false,
    progress: {
      addOns: Object.fromEntries(names.map((name) => [name, record.progress.addOns?.[name] ?? {}])),
      addOnsLeavingSince: since,
    },
  };
}
