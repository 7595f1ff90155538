/** Watches that exactly one healthy load balancer holds the cluster's virtual address. Pure. */

import { retryAt } from './failures.ts';
import { patience } from './patience.ts';
import type { Foundation, NodeRecord, Timestamp } from './records.ts';
import { info, type Situation, type Step, step } from './step.ts';
import { addSeconds, secondsSince, toTimestamp } from './time.ts';

export interface AddressWatch {
  readonly step: Step;
  readonly held: boolean;
  /** Since when no healthy load balancer holds it. */
  readonly lostSince?: Timestamp;
}

/** A load balancer whose start command is repeated for a new peer still serves. */
function serves(node: NodeRecord): boolean {
  return (
    node.role === 'load-balancer' &&
    (node.status === 'ready' || (node.status === 'starting' && node.readyAt !== undefined))
  );
}

export function decideAddress(situation: Situation, foundation: Foundation): AddressWatch {
  const { nodes, actual, now, record, failures } = situation;
  if (foundation.virtualAddress === undefined) return { step: step({}), held: true };
  const serving = nodes.filter(serves);
  if (serving.some((node) => node.instanceId === actual.addressHolder)) return { step: step({}), held: true };
  const [chosen] = nodes.filter((node) => node.role === 'load-balancer' && node.status === 'ready');
  if (chosen === undefined) return { step: step({}), held: false };
  const lostSince = record.progress.addressLostSince ?? toTimestamp(now);
  const movesAt = retryAt(failures, 'move-address', now) ?? addSeconds(lostSince, patience.addressLost);
  if (movesAt > toTimestamp(now)) {
    return { step: step({ checks: [movesAt, addSeconds(now, patience.healthCheck)] }), held: false, lostSince };
  }
  const waited = Math.round(secondsSince(lostSince, now));
  const reason = `no healthy load balancer has held the virtual address for ${waited} s; giving it to ${chosen.group} ${chosen.ordinal}`;
  const decision = {
    kind: 'move-virtual-address' as const,
    key: 'move-address',
    reason,
    instanceId: chosen.instanceId,
  };
  return { step: step({ decisions: [decision], activity: [info(reason)] }), held: false, lostSince };
}
