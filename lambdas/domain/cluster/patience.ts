/**
 * The loop's patience: how long it waits between looks when nobody signals. Seconds. These are not limits (those are in
 * `ControlRules`): with every signal delivered none of them matters, with every signal lost they are what is left.
 */
export const patience = {
  /** Nodes that boot: ask SSM again. */
  bootCheck: 20,
  /** Start commands under way. */
  startCheck: 30,
  /** Instances that shut down. */
  terminationCheck: 20,
  /** All nodes are ready, the cluster's software is not yet as it should be. */
  healthCheck: 5,
  /** A just launched instance that EC2 does not show is believed in for this long. */
  visibility: 120,
  /** A cluster whose deployment record is missing is being created, or its creation stopped in the middle. */
  halfCreated: 120,
  /** A ready node that the cluster's software does not know is started again after this long. */
  missingNode: 120,
  /** keepalived moves the address within seconds; after this long the loop does it. */
  addressLost: 60,
  /** A cluster that is removed or failed for good is looked at again. */
  idle: 24 * 3600,
} as const;

/** Waits before the n-th replacement of a node, n from 1; the last one repeats. */
const replacementDelays = [0, 30, 60, 120, 300] as const;
export function replacementDelay(n: number): number {
  return replacementDelays[Math.min(n, replacementDelays.length) - 1] ?? 0;
}

/** Wait before a decision is repeated that failed `count` times. */
export function retryDelay(count: number): number {
  return Math.min(60, 5 * 2 ** (count - 1));
}
