/** The records of a workload as the domain sees them. */
import type { Failures } from '../cluster/failures.ts';
import type { Timestamp } from '../cluster/records.ts';
import type { Announcements } from '../deployment/callback.ts';
import type { AlikeTasks, WorkloadSpec, WorkloadType } from './spec.ts';

/** What is asked for. `absent`: it is to be taken down; records too if `forget`. */
export interface DesiredWorkload {
  readonly workloadId: string;
  readonly presence: 'present' | 'absent';
  /** Only meaningful with `absent`: whether its records go as well (DELETE), or stay to tell of a failure. */
  readonly forget: boolean;
  /** 1 when it is made, one more with every update. */
  readonly generation: number;
  readonly spec: WorkloadSpec;
  /** Cluster that it runs on. */
  readonly hostClusterId: string;
  /** Version of its secret that holds what is secret in this generation's template; absent: the first one. */
  readonly secretVersion?: string;
  /** On slaves, in front of a deployment's or a job's id, without anything between: directories of local volumes. */
  readonly volumeBase: string;
  /** `subject@issuer` of its owner, and base URL of the API that it was sent to: labels of its apps. */
  readonly createdBy: string;
  readonly origin: string;
  readonly createdAt: Timestamp;
  /** When creation, or the last update, counts as failed. */
  readonly deadlineAt: Timestamp;
}

/** What a workload has of a cluster, on the cluster's record: whoever chooses a cluster counts it, whoever removes one sees it. */
export interface WorkloadClaim {
  readonly name: string;
  readonly type: WorkloadType;
  /** Only of a claim that waits: nobody asks for the others'. */
  readonly tasks: readonly AlikeTasks[];
  /** The tasks may not run yet, and so are missing from what Mesos reports as used. */
  readonly waiting: boolean;
  readonly at: Timestamp;
}

/** How far a job has come, as last seen. */
export interface JobProgress {
  readonly state: 'submitted' | 'succeeded' | 'failed';
  readonly successes: number;
  readonly errors: number;
  /** Since when Chronos, which had it, does not show it; forgotten when it does. */
  readonly missingSince?: Timestamp;
}

export interface StableSpec {
  readonly generation: number;
  readonly spec: WorkloadSpec;
}

export interface WorkloadProgress {
  readonly failures: Failures;
  /** The generation that the failures were counted in. @default 1 */
  readonly generation?: number;
  /** Fingerprint of the group that Marathon has accepted, and of the one that is being given to it. */
  readonly submitted?: string;
  readonly submitting?: string;
  /** The specification that last ran as it should, to go back to. */
  readonly stable?: StableSpec;
  /** What ran when its outputs were to be published: `stable` as soon as it is known that this made the deployment complete. */
  readonly candidate?: StableSpec;
  /** The generation that failed and was taken back. */
  readonly rolledBack?: number;
  /** By node template. */
  readonly jobs?: Readonly<Record<string, JobProgress>>;
  /** What was told last of why it does not run yet, to tell only what changes. */
  readonly told?: string;
  /** Fingerprint of what Marathon or Chronos showed last: somebody else who sees another wakes the loop. */
  readonly seen?: string;
  /** Of the published outputs. */
  readonly publishedFor?: string;
  readonly publishing?: string;
  /** How often it was looked at in a row without anything new. */
  readonly looks?: number;
  /** What the deployment's callback is still to be told. Only where there is one. */
  readonly announcements?: Announcements;
  /** It is being taken out of Marathon or Chronos. */
  readonly withdrawing?: boolean;
  /** Marathon or Chronos has been asked for that, and has not refused: what is not shown after it is gone. */
  readonly withdrawn?: boolean;
  /** It failed and was taken down: nothing of it is left but its records. */
  readonly ended?: boolean;
}

export interface WorkloadRecord {
  readonly desired: DesiredWorkload;
  /** Changes with every write of the API or of PlanWorkload; conditional writes compare it. */
  readonly revision: number;
  readonly signalSeq: number;
  readonly endedRun: number;
  readonly progress: WorkloadProgress;
}
