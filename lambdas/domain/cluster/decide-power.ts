/** Powering instances off and on. Both are repeated until EC2 shows that it has heard. Pure. */
import { decideFor } from './node-decisions.ts';
import { patience } from './patience.ts';
import { join, type Situation, type Step, step } from './step.ts';
import { addSeconds } from './time.ts';

/** Nodes that have left and are only to rest. */
export function powerOff(situation: Situation): Step {
  const { nodes, actual, now } = situation;
  const running = new Set(
    actual.instances
      .filter(({ state }) => state === 'running' || state === 'pending')
      .map(({ instanceId }) => instanceId),
  );
  const stopping = nodes.filter(({ status }) => status === 'stopping');
  const checks = stopping.length > 0 ? [addSeconds(now, patience.terminationCheck)] : [];
  const due = stopping.filter(({ instanceId }) => running.has(instanceId));
  return join([decideFor('stop-instances', due, situation, 'powering off'), step({ checks })]);
}

/** Stopped nodes that nobody wants stopped any more. @param leavers ids of those that stay so, or go */
export function powerOn(situation: Situation, leavers: { readonly has: (instanceId: string) => boolean }): Step {
  const off = new Set(
    situation.actual.instances.filter(({ state }) => state === 'stopped').map(({ instanceId }) => instanceId),
  );
  const due = situation.nodes.filter(
    ({ status, instanceId }) => status === 'stopped' && off.has(instanceId) && !leavers.has(instanceId),
  );
  return decideFor('start-instances', due, situation, 'powering on');
}
