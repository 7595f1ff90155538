/** The parts that a pass is put together from. */

import type { Decision } from '../../contracts/decision.ts';
import type { ControlRules } from '../../contracts/functions.ts';
import type { ActionResult } from '../../contracts/reconcile.ts';
import type { Scaling } from '../scaling/scaling.ts';
import type { ActualCluster } from './actual.ts';
import type { Failures } from './failures.ts';
import type { Subnets } from './offerings.ts';
import type { ActivityEntry } from './plan.ts';
import type { ClusterRecord, DeploymentStatus, NodeRecord, PendingLaunch, Timestamp } from './records.ts';

/** What every part of a pass looks at: the record, with nodes and failures already brought up to date. */
export interface Situation {
  readonly record: ClusterRecord;
  readonly status: DeploymentStatus;
  /** Whether somebody wants to be told each status: the deployment has a callback. */
  readonly hasCallback: boolean;
  readonly nodes: readonly NodeRecord[];
  /** Nodes that were lost since the look before. */
  readonly lost: readonly NodeRecord[];
  readonly failures: Failures;
  /** What became of the decisions of the pass before. */
  readonly results: readonly ActionResult[];
  readonly actual: ActualCluster;
  readonly now: Date;
  readonly rules: ControlRules;
  readonly subnets: Subnets;
  /** What the load makes of elastic groups, whose counts in `record` are what is wanted; absent: nobody follows a load. */
  readonly scaling?: Scaling;
}

export interface Step {
  readonly decisions: readonly Decision[];
  readonly activity: readonly ActivityEntry[];
  /** When something has to be looked at again. */
  readonly checks: readonly Timestamp[];
  /** Launches that this step opens. */
  readonly launches: readonly PendingLaunch[];
}

export const nothing: Step = { decisions: [], activity: [], checks: [], launches: [] };

export function step(parts: Partial<Step>): Step {
  return { ...nothing, ...parts };
}

export function join(steps: readonly Step[]): Step {
  return {
    decisions: steps.flatMap((each) => each.decisions),
    activity: steps.flatMap((each) => each.activity),
    checks: steps.flatMap((each) => each.checks),
    launches: steps.flatMap((each) => each.launches),
  };
}

export function info(text: string): ActivityEntry {
  return { level: 'info', text };
}

export function warning(text: string): ActivityEntry {
  return { level: 'warning', text };
}
