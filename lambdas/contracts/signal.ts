import * as z from 'zod';
import { ClusterId } from './cluster.ts';
import { WorkloadId } from './reconcile.ts';

/**
 * Bodies on the signals queue. A signal is a hint that wakes the loop of a cluster or a workload; it carries no decision, so a lost, late,
 * doubled or forged one does no harm. Besides these, EventBridge events arrive as they are (`AwsEvent`).
 */
export const OwnSignal = z.union([
  z.object({
    kind: z.enum([
      /** The API accepted a change. */
      'cluster-changed',
      /** A node's first boot is done; sent by the node. */
      'node-online',
      /** A node's start script ended, well or badly; sent by the node. */
      'node-started',
      /** A look at the load concluded otherwise than the record says, or tasks have begun to wait. */
      'load-changed',
    ]),
    clusterId: ClusterId,
    instanceId: z.string().optional(),
  }),
  z.object({
    /** The API accepted a change, or Marathon or Chronos shows something new. */
    kind: z.literal('workload-changed'),
    workloadId: WorkloadId,
  }),
]);
export type OwnSignal = z.infer<typeof OwnSignal>;

/** The parts of an EventBridge event that tell what it is about. */
export const AwsEvent = z.object({
  source: z.string(),
  'detail-type': z.string(),
  resources: z.array(z.string()).optional(),
  detail: z.looseObject({
    /** EC2 state change, spot interruption, SSM command invocation. */
    'instance-id': z.string().optional(),
    /** SSM command status change. */
    'command-id': z.string().optional(),
    /** Step Functions execution status change: the execution's name is `<id>-<run>`, the id of what the machine looks after. */
    name: z.string().optional(),
    /** CloudWatch alarm state change: those of clusters are named as `domain/cluster/names.ts` tells. */
    alarmName: z.string().optional(),
    stateMachineArn: z.string().optional(),
  }),
});
export type AwsEvent = z.infer<typeof AwsEvent>;

export const SignalBody = z.union([OwnSignal, AwsEvent]);
export type SignalBody = z.infer<typeof SignalBody>;
