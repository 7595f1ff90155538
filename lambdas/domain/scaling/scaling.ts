/** How many slaves elastic groups are to have: what is concluded, and what of it is remembered. */
import type { ControlRules } from '../../contracts/functions.ts';
import type { Snapshot } from '../../contracts/gateway.ts';
import type { ClusterRecord, NodeRecord, Timestamp } from '../cluster/records.ts';

/** What a conclusion is drawn from. */
export interface ScalingLook {
  readonly record: ClusterRecord;
  /** As they were last tracked. */
  readonly nodes: readonly NodeRecord[];
  /** With demand. Absent, without a leader or without demand: nobody can tell. */
  readonly snapshot?: Snapshot;
  readonly now: Date;
  readonly rules: ControlRules;
}

/** Amounts as Mesos counts: CPUs (fractions allowed), memory and disk in MB, whole GPUs. */
export interface Resources {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
}

/** What is remembered of an elastic group, in the cluster's record. */
export interface GroupScaling {
  /** How many slaves it is to have. */
  readonly wanted: number;
  /** The template's count when that was last taken over: an update that gives another one counts as demand of that moment. */
  readonly asked: number;
  /** The generation that asked for it first: that update waits for so many. */
  readonly askedIn?: number;
  /** What the load asks for since the last look, within bounds. @default `wanted` */
  readonly level?: number;
  /** What the load has asked for lately, as far as it is more than the level: so much until then, most first. */
  readonly peaks: readonly { readonly wanted: number; readonly until: Timestamp }[];
  /** By instance type: what Mesos reported that a slave of it offers. Told facts are better than what the catalogue promises. */
  readonly offers: Readonly<Record<string, Resources>>;
  /** What slaves were launched as when that was reported, see `shapeOf`. @default as the group is now */
  readonly shape?: string;
  /** By instance type: until when an offer is believed that is less than the catalogue's and that only one or two slaves have. */
  readonly doubted?: Readonly<Record<string, Timestamp>>;
  /** Tasks that wait beside idle slaves of the group which they would fit, a few at most. @default none */
  readonly standstills?: readonly Standstill[];
}

export interface Standstill {
  /** Of the tasks, see `keyOf`. */
  readonly key: string;
  /** How many waited at the last look. */
  readonly count: number;
  /** EC2's id of a slave that they would fit and that was idle whenever it was looked at. */
  readonly beside: string;
  /** The first and the last of these looks. */
  readonly since: Timestamp;
  readonly seen: Timestamp;
}

/** The load of a cluster's elastic groups together, for metrics and for people. */
export interface Load {
  /** Slaves that are there or on their way and are to stay; of these, those known to be idle. */
  readonly slaves: number;
  readonly idle: number;
  /** What active agents offer, and what of it tasks hold. */
  readonly offered: Resources;
  readonly allocated: Resources;
  /** Tasks that wait and that more, or idle, slaves help; what they need. */
  readonly waiting: number;
  readonly pending: Resources;
  /** Tasks that wait for something else. */
  readonly unhelped: number;
  /** Slaves that the load asks for and that are neither there nor on their way; slaves that nothing needs, beyond the least number. */
  readonly missing: number;
  readonly spare: number;
}

export interface Scaling {
  /** By elastic group, to be remembered. */
  readonly groups: Readonly<Record<string, GroupScaling>>;
  /** Absent if nobody could tell: the groups stay as they were. */
  readonly load?: Load;
  /** What changes, for the log: "slaves: 3 → 7 slaves: 12 tasks need 24 cpu, a slave offers 3.5". */
  readonly changes: readonly string[];
  /** What keeps tasks waiting that no slave helps, one sentence each, most tasks first, a few at most. */
  readonly obstacles: readonly string[];
  /** When a lower number comes to count, if nothing else happens. */
  readonly checkAt?: Timestamp;
}
