import type { Snapshot, SnapshotRequest } from '../contracts/gateway.ts';

/** The one way to a cluster's Mesos, Marathon and Chronos. */
export interface Gateway {
  /** @returns undefined if the gateway could not answer in time */
  snapshot(request: SnapshotRequest): Promise<Snapshot | undefined>;
}
