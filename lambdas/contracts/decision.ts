import * as z from 'zod';
import { AnnouncedStatus } from './callback.ts';
import { NodeRole, Offering } from './cluster.ts';
import { longestCordon } from './documents.ts';

/**
 * What PlanCluster may decide. Every decision has a `key`, unique within a plan and stable between passes, under which
 * failures are counted, and a `reason` that a person can read. Actions look up everything else in the cluster record.
 */
const base = { key: z.string().min(1), reason: z.string().min(1) };

/** Idempotency token of one launch, at most 64 ASCII characters; the launch is replayed under it until its result is recorded. */
const token = z.string().min(1).max(64);

/**
 * Makes security groups, master interfaces, addresses, roles, profiles and launch templates, as far as they are missing.
 * `masterZones` holds a zone per slot; the unattached interface of a slot that lies in another zone is replaced by one there.
 */
export const PrepareCluster = z.object({
  kind: z.literal('prepare-cluster'),
  ...base,
  masterZones: z.array(z.string()).min(1).max(5),
});

/** Launches one instance into a slot (masters) or an ordinal (load balancers). */
export const LaunchMaster = z.object({
  kind: z.literal('launch-master'),
  ...base,
  token,
  slot: z.number().int().min(1).max(5),
  instanceType: z.string(),
});
export const LaunchLoadBalancer = z.object({
  kind: z.literal('launch-load-balancer'),
  ...base,
  token,
  ordinal: z.number().int().min(1).max(2),
  offering: Offering,
});

/** Launches one instance per ordinal, spread over the offerings, which are in order of preference. */
export const LaunchSlaves = z.object({
  kind: z.literal('launch-slaves'),
  ...base,
  token,
  group: z.string(),
  ordinals: z.array(z.number().int().min(1)).min(1),
  offerings: z.array(Offering).min(1),
});

/** Sends the start command of the role to these instances, in batches. */
export const StartContainers = z.object({
  kind: z.literal('start-containers'),
  ...base,
  role: NodeRole,
  group: z.string(),
  instanceIds: z.array(z.string()).min(1),
  /** Masters after the loss of their majority: addresses of those whose ZooKeeper begins; all begin a new Mesos registry. */
  founders: z.array(z.string()).min(1).max(5).optional(),
});

export const TerminateNodes = z.object({
  kind: z.literal('terminate-nodes'),
  ...base,
  instanceIds: z.array(z.string()).min(1),
});

/** Associates the cluster's elastic IP with this load balancer, because none that is healthy holds it. */
export const MoveVirtualAddress = z.object({
  kind: z.literal('move-virtual-address'),
  ...base,
  instanceId: z.string(),
});

/** Evaluates the outputs and records that the deployment is complete, unless it is at another generation by then. */
export const PublishOutputs = z.object({
  kind: z.literal('publish-outputs'),
  ...base,
  generation: z.number().int().min(1),
});

/** Removes all that was made for the cluster besides instances; with `forget`, its records too. */
export const CleanUpCluster = z.object({ kind: z.literal('clean-up-cluster'), ...base, forget: z.boolean() });

/** Has the deployment's callback told this status, which the deployment may have left meanwhile. */
export const SendCallback = z.object({
  kind: z.literal('send-callback'),
  ...base,
  generation: z.number().int().min(1),
  status: AnnouncedStatus,
  statusReason: z.string().optional(),
  /** When it was seen. */
  at: z.iso.datetime(),
});

/** Makes the add-on's group of Marathon apps what the template asks for, whether it is there already or not. */
export const DeployAddOn = z.object({ kind: z.literal('deploy-add-on'), ...base, name: z.string().min(1) });

/** Removes the add-on's group of Marathon apps. */
export const RemoveAddOn = z.object({ kind: z.literal('remove-add-on'), ...base, name: z.string().min(1) });

const instanceIds = z.array(z.string()).min(1);

/** Has these masters offer the agents at these addresses to nobody, and all others again: the addresses are the whole list. */
export const CordonNodes = z.object({
  kind: z.literal('cordon-nodes'),
  ...base,
  addresses: z.array(z.string()).max(longestCordon),
  instanceIds,
});

/** Has Marathon start what it runs on these agents elsewhere. */
export const MoveServices = z.object({
  kind: z.literal('move-services'),
  ...base,
  addresses: z.array(z.string()).min(1),
});

/** Ends the agents of these slaves, as far as nothing runs on them; by force, of interrupted ones, whatever runs on them. */
export const StopAgents = z.object({
  kind: z.literal('stop-agents'),
  ...base,
  instanceIds,
  force: z.boolean().optional(),
});

/** Powers instances off and on; what is on their disks stays. */
export const StopInstances = z.object({ kind: z.literal('stop-instances'), ...base, instanceIds });
export const StartInstances = z.object({ kind: z.literal('start-instances'), ...base, instanceIds });

/** Makes the alarms that wake the loop when slaves are missing or spare, or removes them. */
export const SetAlarms = z.object({ kind: z.literal('set-alarms'), ...base, present: z.boolean() });

export const Decision = z.discriminatedUnion('kind', [
  PrepareCluster,
  LaunchMaster,
  LaunchLoadBalancer,
  LaunchSlaves,
  StartContainers,
  TerminateNodes,
  MoveVirtualAddress,
  PublishOutputs,
  CleanUpCluster,
  DeployAddOn,
  RemoveAddOn,
  SendCallback,
  CordonNodes,
  MoveServices,
  StopAgents,
  StopInstances,
  StartInstances,
  SetAlarms,
]);
export type Decision = z.infer<typeof Decision>;
export type DecisionKind = Decision['kind'];
export type DecisionOf<K extends DecisionKind> = Extract<Decision, { kind: K }>;
