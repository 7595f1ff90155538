import type { FunctionName } from '../lambdas/contracts/functions.ts';

/** Size and patience of one function. CPU comes with memory: 1769 MiB is one whole CPU. */
export interface FunctionSettings {
  readonly description: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
}

/** Below the API's own 30 s, so that a slow answer is still ours and not the API Gateway's. */
const apiTimeoutSeconds = 25;

/** By function. A task's `TimeoutSeconds` in the state machine is at least the function's. */
export const functionSettings: Readonly<Record<FunctionName, FunctionSettings>> = {
  'authorize-request': {
    description: 'Finds out who calls the API',
    memoryMiB: 512,
    timeoutSeconds: 10,
  },
  'serve-api': {
    description: 'Serves the REST API',
    memoryMiB: 1024,
    timeoutSeconds: apiTimeoutSeconds,
  },
  'wake-cluster': {
    description: 'Wakes the loops of the clusters that signals are about',
    memoryMiB: 512,
    timeoutSeconds: 30,
  },
  'sweep-clusters': {
    description: 'Wakes overdue loops and removes what belongs to no cluster',
    memoryMiB: 512,
    // Less than the schedule's period: two sweeps never overlap.
    timeoutSeconds: 240,
  },
  'plan-cluster': {
    description: 'Compares a cluster as desired with what there is and decides what to do',
    memoryMiB: 1769,
    timeoutSeconds: 120,
  },
  'await-signal': {
    description: 'Leaves the loop’s task token where a signal finds it',
    memoryMiB: 256,
    timeoutSeconds: 30,
  },
  'end-run': {
    description: 'Ends a run of the loop unless a signal came meanwhile',
    memoryMiB: 256,
    timeoutSeconds: 30,
  },
  'prepare-cluster': {
    description: 'Makes what a cluster needs besides instances',
    memoryMiB: 512,
    timeoutSeconds: 120,
  },
  'launch-master': {
    description: 'Launches a master into its slot',
    memoryMiB: 512,
    timeoutSeconds: 60,
  },
  'launch-load-balancer': {
    description: 'Launches a load balancer',
    memoryMiB: 512,
    timeoutSeconds: 60,
  },
  'launch-slaves': {
    description: 'Launches slaves, up to a batch at once',
    memoryMiB: 1024,
    timeoutSeconds: 120,
  },
  'start-containers': {
    description: 'Sends the start command to nodes',
    memoryMiB: 512,
    timeoutSeconds: 120,
  },
  'terminate-nodes': {
    description: 'Terminates instances',
    memoryMiB: 512,
    timeoutSeconds: 60,
  },
  'move-virtual-address': {
    description: 'Gives a cluster’s elastic IP to a healthy load balancer',
    memoryMiB: 256,
    timeoutSeconds: 30,
  },
  'publish-outputs': {
    description: 'Evaluates outputs and completes a deployment',
    memoryMiB: 512,
    timeoutSeconds: 30,
  },
  'clean-up-cluster': {
    description: 'Removes all that was made for a cluster',
    memoryMiB: 512,
    timeoutSeconds: 120,
  },
  'query-mesos': {
    description: 'Gateway: asks a cluster’s Mesos, Marathon and Chronos',
    memoryMiB: 1024,
    // It gives each answer a few seconds, and all are asked at once.
    timeoutSeconds: 20,
  },
};
