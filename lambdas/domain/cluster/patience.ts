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
  /**
   * After every master holds an agent back: Mesos reads its whitelist every 5 s, and what was offered before may be used for 30 s
   * (MESOS_OFFER_TIMEOUT). Only then does an idle agent stay idle.
   */
  offerHold: 45,
  /** Tasks that a draining slave waits for, and commands to nodes besides start commands. */
  drainCheck: 30,
  /** Services of a slave are told to move at most this often. */
  moveServices: 60,
  /** The same on a slave that EC2 takes back: until the cordon holds, some may be started there again. */
  moveHastily: 20,
  /** EC2 ends a slave two minutes after it has said so. Its agent takes leave before, for Mesos would miss it for 75 s only then. */
  interruption: 90,
  /** A command other than a start command is over by then: delivery takes 120 s at most, its script 150 s. */
  upkeepCommand: 330,
  /** A master that could not be told its cordon is told again. */
  cordonRetry: 30,
  /** A slave whose commands have not been delivered for this long will not get one any more. */
  unreached: 600,
  /** keepalived moves the address within seconds; after this long the loop does it. */
  addressLost: 60,
  /** An add-on that is deployed or removed is looked at again. */
  addOnCheck: 10,
  /** A task counts when it has run for this long: a crash loop runs for moments, too. */
  taskSteady: 10,
  /** An app counts when its last task's failure is this long ago. */
  taskRecovered: 30,
  /** How long the removal of a cluster waits for its add-ons to end. */
  addOnFarewell: 60,
  /** How long it waits for workloads on it that are asked to end, and how often it looks. */
  workloadFarewell: 120,
  workloadCheck: 10,
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

/** The same if it was refused for good: whatever is wrong may be mended by somebody, some day. */
export function permanentDelay(count: number): number {
  return Math.min(3600, 60 * 2 ** (count - 1));
}
