import type { FunctionName } from '../lambdas/contracts/functions.ts';

/** Size and patience of one function. CPU comes with memory: 1769 MiB is one whole CPU. */
export interface FunctionSettings {
  readonly description: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
}

/** Below API Gateway's own 29 s, so that a slow answer is still ours and not API Gateway's. */
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
  'collect-load': {
    description: 'Looks at the load of clusters and at what waits on them, and wakes the loops of what has changed',
    memoryMiB: 512,
    // Less than the schedule's period, as above, and room for the gateway's timeout after the last cluster is begun.
    timeoutSeconds: 55,
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
  'send-callback': {
    description: 'Queues what a deployment’s callback is to be told',
    memoryMiB: 256,
    timeoutSeconds: 30,
  },
  'deliver-callback': {
    description: 'Tells callbacks’ receivers what became of deployments',
    memoryMiB: 512,
    // A receiver has ten seconds; all of a batch are told at the same time.
    timeoutSeconds: 30,
  },
  'deploy-add-on': {
    description: 'Deploys software of a template as a group of Marathon apps',
    memoryMiB: 512,
    // Longer than the gateway's.
    timeoutSeconds: 45,
  },
  'remove-add-on': {
    description: 'Removes a group of Marathon apps',
    memoryMiB: 512,
    timeoutSeconds: 45,
  },
  'plan-workload': {
    description: 'Compares services or jobs as desired with what there is and decides what to do',
    memoryMiB: 1024,
    // Longer than the gateway's, with a second look after a conflict.
    timeoutSeconds: 75,
  },
  'submit-workload': {
    description: 'Gives services to Marathon, or jobs to Chronos',
    memoryMiB: 512,
    // Jobs go one after the other.
    timeoutSeconds: 120,
  },
  'withdraw-workload': {
    description: 'Takes services out of Marathon, or jobs out of Chronos',
    memoryMiB: 512,
    timeoutSeconds: 120,
  },
  'publish-workload': {
    description: 'Evaluates the outputs of services or jobs and completes their deployment',
    memoryMiB: 512,
    timeoutSeconds: 45,
  },
  'end-workload': {
    description: 'Gives back what services or jobs had of a cluster, and forgets them',
    memoryMiB: 512,
    timeoutSeconds: 30,
  },
  'cordon-nodes': {
    description: 'Has masters offer the agents of draining slaves to nobody',
    memoryMiB: 512,
    timeoutSeconds: 60,
  },
  'move-services': {
    description: 'Has Marathon start elsewhere what runs on draining slaves',
    memoryMiB: 512,
    // Longer than the gateway's.
    timeoutSeconds: 45,
  },
  'stop-agents': {
    description: 'Ends the Mesos agents of idle slaves',
    memoryMiB: 512,
    timeoutSeconds: 60,
  },
  'stop-instances': {
    description: 'Powers instances off',
    memoryMiB: 512,
    timeoutSeconds: 60,
  },
  'start-instances': {
    description: 'Powers instances on',
    memoryMiB: 512,
    timeoutSeconds: 60,
  },
  'set-alarms': {
    description: 'Makes or removes the alarms of clusters whose slaves follow the load',
    memoryMiB: 512,
    timeoutSeconds: 30,
  },
  'query-mesos': {
    description: 'Gateway: asks a cluster’s Mesos, Marathon and Chronos',
    memoryMiB: 1024,
    // It gives each answer a few seconds, and asks all at once, but for what waits; a change it asks of one master after the other.
    timeoutSeconds: 30,
  },
};
