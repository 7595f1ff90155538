/** The cordon: that every Mesos master offers the agents of draining slaves to nobody. Pure. */
import { longestCordon } from '../../contracts/documents.ts';
import { retryAt } from './failures.ts';
import { findRebuild } from './majority.ts';
import { patience } from './patience.ts';
import type { NodeRecord } from './records.ts';
import { info, join, type Situation, type Step, step, warning } from './step.ts';
import { addSeconds, toTimestamp } from './time.ts';
import { isInterrupted, isLive } from './track-nodes.ts';

/** Masters whose Mesos may lead, now or as soon as it is up: one that is off or shuts down for good does not. */
function mastersOf({ nodes }: Situation): readonly NodeRecord[] {
  return nodes.filter(({ role, status }) => role === 'master' && status !== 'stopped' && status !== 'terminating');
}

const listOf = (addresses: string): readonly string[] => addresses.split(',').filter(Boolean);
const isOn = (address: string, addresses: string): boolean => listOf(addresses).includes(address);

/** Whether all masters are known to hold the node's agent back, whichever of the commands under way they have carried out. */
export function isHeldBack({ privateIp }: NodeRecord, situation: Situation): boolean {
  const masters = mastersOf(situation);
  if (privateIp === undefined || masters.length === 0) return false;
  return masters.every(({ cordon }) => {
    const lists = cordon === undefined ? [] : [cordon.held, ...(cordon.sent ? [cordon.sent.addresses] : [])];
    return lists.length > 0 && lists.every((list) => isOn(privateIp, list));
  });
}

/**
 * What is to be held back: it follows from the nodes, so an address that another node gets later is free again. An agent that
 * could not be stopped is held back until its instance is on its way out. Of more interrupted slaves than a list holds, some are
 * not on it: they are about to end, and nobody waits until they are held back.
 */
function wantedAddresses({ nodes, actual }: Situation): readonly string[] {
  const running = new Set(actual.instances.filter(({ state }) => state === 'running').map((one) => one.instanceId));
  const leaving = nodes.filter(({ status, drain, instanceId }) => {
    if (status === 'draining' || status === 'drained') return true;
    return drain !== undefined && running.has(instanceId);
  });
  return leaving
    .toSorted((a, b) => Number(isInterrupted(a)) - Number(isInterrupted(b)))
    .flatMap(({ privateIp }) => privateIp ?? [])
    .slice(0, longestCordon)
    .sort();
}

/** Masters that lost their majority are started again, which is told them in a command of its own. */
function isRebuilding({ nodes, record }: Situation): boolean {
  const masters = nodes.filter((node) => node.role === 'master' && isLive(node));
  return (
    record.progress.completedAt !== undefined && findRebuild(masters, record.desired.spec.masters.count) !== undefined
  );
}

/** Whether the master is known to hold back just that: after a command that failed that is not known of any list. */
function holdsJust({ cordon }: NodeRecord, wanted: string): boolean {
  return cordon?.setback === undefined && (cordon?.held ?? '') === wanted;
}

/** Masters that serve and hold, or may hold, something else. One command at a time, so that their order is the order of the lists. */
function mastersToTell(situation: Situation, wanted: string): readonly NodeRecord[] {
  const isPatient = ({ cordon }: NodeRecord): boolean =>
    cordon?.setback === undefined || addSeconds(cordon.setback.at, patience.cordonRetry) <= toTimestamp(situation.now);
  if (isRebuilding(situation)) return [];
  return mastersOf(situation).filter(
    (node) => node.status === 'ready' && node.cordon?.sent === undefined && !holdsJust(node, wanted) && isPatient(node),
  );
}

function tellSetbacks(situation: Situation): Step {
  const now = toTimestamp(situation.now);
  const failed = mastersOf(situation).flatMap(({ group, ordinal, cordon }) =>
    cordon?.setback?.at === now ? [`${group} ${ordinal} did not take its cordon: ${cordon.setback.message}`] : [],
  );
  return step({ activity: failed.map(warning) });
}

/** Has the masters hold back whoever is draining, and nobody else. `settled`: they do. */
export function cordonMasters(situation: Situation): { readonly step: Step; readonly settled: boolean } {
  const { failures, now } = situation;
  const addresses = wantedAddresses(situation);
  const wanted = addresses.join(',');
  const isDone = (node: NodeRecord): boolean => node.cordon?.sent === undefined && holdsJust(node, wanted);
  if (mastersOf(situation).every(isDone)) return { step: tellSetbacks(situation), settled: true };
  const told = mastersToTell(situation, wanted);
  const wait = told.length === 0 ? addSeconds(now, patience.drainCheck) : retryAt(failures, 'cordon', now);
  if (wait !== undefined) return { step: join([tellSetbacks(situation), step({ checks: [wait] })]), settled: false };
  const what = addresses.length === 1 ? '1 slave' : `${addresses.length} slaves`;
  const reason = `${told.length} masters are to ${addresses.length === 0 ? 'offer all slaves again' : `hold back ${what}`}`;
  const decision = {
    kind: 'cordon-nodes' as const,
    key: 'cordon',
    reason,
    addresses: [...addresses],
    instanceIds: told.map(({ instanceId }) => instanceId),
  };
  return {
    step: join([tellSetbacks(situation), step({ decisions: [decision], activity: [info(reason)] })]),
    settled: false,
  };
}
