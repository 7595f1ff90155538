/** What the gateway function is asked and answers. */
import * as z from 'zod';
import { ReleaseName } from './cluster.ts';

/**
 * All that the gateway speaks to: Mesos, Marathon and Chronos on the masters, plain and TLS, and HAProxy or marathon-lb on the
 * load balancers. Its own security group lets out what clusters' groups let in.
 */
export const gatewayPorts = [80, 4400, 4443, 5050, 8080, 8443, 9090] as const;

const BasicAuth = z.object({ username: z.string(), password: z.string() });

/** Whom to ask. Credentials are passed in the invocation only and never logged. */
const cluster = {
  release: ReleaseName,
  /** Private addresses of the masters in slot order. */
  masterIps: z.array(z.string()).min(1),
};
/** A question to Marathon or Chronos, with the account that is theirs. */
const scheduler = { ...cluster, account: BasicAuth };

/** Absolute path of a group: `/<deployment>/<name>`. */
const GroupId = z.string().regex(/^(\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?)+$/);
/** Names that Chronos takes and that need no escaping in a path. */
const JobName = z.string().regex(/^[A-Za-z0-9_-]+$/);

/** A compact picture of a cluster's software. */
export const SnapshotRequest = z.object({
  operation: z.literal('snapshot'),
  ...cluster,
  expectChronos: z.boolean(),
  /** Load balancers that are to serve; healthy is 200 at `healthPath`, or any HTTP answer at all where there is no such page. */
  loadBalancers: z.array(z.object({ ip: z.string(), port: z.number().int(), healthPath: z.string().optional() })),
  /** Marathon groups to look at as well. @default none */
  groupIds: z.array(GroupId).optional(),
  /** Whether to tell what waits to be started. @default false */
  demand: z.boolean().optional(),
  credentials: z.object({ mesos: BasicAuth, marathon: BasicAuth, chronos: BasicAuth.optional() }),
});
export type SnapshotRequest = z.infer<typeof SnapshotRequest>;

/** Makes the group what is given: creates it, or changes the existing one. `force` ends a deployment that holds it. */
export const PutGroupRequest = z.object({
  operation: z.literal('put-group'),
  ...scheduler,
  group: z.looseObject({ id: GroupId }),
  force: z.boolean(),
});
export type PutGroupRequest = z.infer<typeof PutGroupRequest>;

/** Removes the group with all its apps and tasks. */
export const DeleteGroupRequest = z.object({
  operation: z.literal('delete-group'),
  ...scheduler,
  groupId: GroupId,
  force: z.boolean(),
});
export type DeleteGroupRequest = z.infer<typeof DeleteGroupRequest>;

/** Groups, or jobs, that one request may ask for: each is a request to Marathon or Chronos, all at the same time. */
export const viewsPerRequest = 100;

export const ViewGroupsRequest = z.object({
  operation: z.literal('view-groups'),
  ...scheduler,
  groupIds: z.array(GroupId).min(1).max(viewsPerRequest),
});
export type ViewGroupsRequest = z.infer<typeof ViewGroupsRequest>;

/** Submits a job, or replaces the one of that name: by its schedule, or after its parents if it has any. */
export const PutJobRequest = z.object({
  operation: z.literal('put-job'),
  ...scheduler,
  job: z.looseObject({ name: JobName, parents: z.array(JobName).optional() }),
});
export type PutJobRequest = z.infer<typeof PutJobRequest>;

export const DeleteJobRequest = z.object({ operation: z.literal('delete-job'), ...scheduler, name: JobName });
export type DeleteJobRequest = z.infer<typeof DeleteJobRequest>;

export const ViewJobsRequest = z.object({
  operation: z.literal('view-jobs'),
  ...scheduler,
  names: z.array(JobName).min(1).max(viewsPerRequest),
});
export type ViewJobsRequest = z.infer<typeof ViewJobsRequest>;

/** Has Marathon end what it runs on these agents and start it again, wherever it is offered room. */
export const MoveServicesRequest = z.object({
  operation: z.literal('move-services'),
  ...scheduler,
  /** Addresses of agents, which are their host names. */
  hosts: z.array(z.string()).min(1),
});
export type MoveServicesRequest = z.infer<typeof MoveServicesRequest>;

export const GatewayRequest = z.discriminatedUnion('operation', [
  SnapshotRequest,
  PutGroupRequest,
  DeleteGroupRequest,
  ViewGroupsRequest,
  PutJobRequest,
  DeleteJobRequest,
  ViewJobsRequest,
  MoveServicesRequest,
]);
export type GatewayRequest = z.infer<typeof GatewayRequest>;

/**
 * What became of a change. `refused`: Marathon or Chronos said no (4xx) and will say so again, but for 409 (another deployment
 * holds the group). `unanswered`: nobody answered, or only with an error of the server's own; it may have happened all the same.
 */
export const ChangeAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepted') }),
  z.object({ outcome: z.literal('refused'), status: z.number().int(), message: z.string() }),
  z.object({ outcome: z.literal('unanswered'), status: z.number().int() }),
]);
export type ChangeAnswer = z.infer<typeof ChangeAnswer>;

const count = z.number().int().min(0);

/** A task of an app, as far as somebody must find or judge it. */
const TaskView = z.object({
  host: z.string(),
  ports: z.array(z.number().int()),
  state: z.string().optional(),
  /** When it began to run; absent: not yet. */
  startedAt: z.string().optional(),
});

/** Why Marathon does not launch what is still to be launched. */
const QueueView = z.object({
  /** Instances still to launch. */
  count,
  /** Seconds until the next try; 0: it looks for offers now. More than 0 only after failures. */
  delaySeconds: z.number().min(0),
  /** From Marathon 1.4 on: why offers did not fit, most frequent first. */
  reasons: z.array(z.object({ reason: z.string(), declined: count, processed: count })),
});

export const AppView = z.object({
  /** Absolute path. */
  id: z.string(),
  instances: count,
  staged: count,
  running: count,
  healthy: count,
  unhealthy: count,
  hasHealthChecks: z.boolean(),
  /** Service port of each port, in the order of the app's definition. */
  servicePorts: z.array(z.number().int()),
  /** The first few. */
  tasks: z.array(TaskView),
  lastFailure: z.object({ state: z.string(), message: z.string(), host: z.string(), at: z.string() }).optional(),
  queue: QueueView.optional(),
});
export type AppView = z.infer<typeof AppView>;

/** A group that was asked for. `found` is false if it has no apps. */
export const GroupView = z.object({
  id: z.string(),
  found: z.boolean(),
  /** Deployments under way that touch it. */
  deployments: count,
  /** Of the group and the groups below it. */
  apps: z.array(AppView),
});
export type GroupView = z.infer<typeof GroupView>;

/** A Chronos job that was asked for. `running` counts tasks where Chronos tells how many (3.0), else 1 while it runs. */
export const JobView = z.object({
  name: z.string(),
  found: z.boolean(),
  successCount: count,
  errorCount: count,
  disabled: z.boolean(),
  lastSuccess: z.string().optional(),
  lastError: z.string().optional(),
  queued: z.boolean(),
  running: count,
});
export type JobView = z.infer<typeof JobView>;

/** Tasks that were told to move. */
export const MoveAnswer = z.object({ moved: count });
export type MoveAnswer = z.infer<typeof MoveAnswer>;

const Resources = z.object({ cpus: z.number(), mem: z.number(), disk: z.number(), gpus: z.number() });

/** Tasks of one app or job that are alike and that Marathon or Chronos wants to start and has not started. */
export const WaitingTasks = z.object({
  scheduler: z.enum(['marathon', 'chronos']),
  /** Absolute path of the app, or the job's name. */
  id: z.string(),
  /** How many; at least 1. */
  count: z.number().int().min(1),
  /** Of each. */
  need: Resources,
  /** Seconds until the scheduler tries again; more than 0 only after failures. */
  backOffSeconds: z.number().min(0),
  /** Each `[field, operator]` or `[field, operator, value]`, as Marathon and Chronos write them. */
  constraints: z.array(z.array(z.string())),
  /** Ports of the host that each task must have, and that two on one agent cannot share. */
  hostPorts: z.array(z.number().int()),
  /** Where tasks of it run already, one address each: told of apps of which an agent takes only so many. */
  hosts: z.array(z.string()),
  /** Where tasks of other apps have one of the `hostPorts`; absent: nowhere. */
  portHosts: z.array(z.string()).optional(),
  /** Roles whose resources it takes; absent: unreserved ones. */
  roles: z.array(z.string()).optional(),
  /** It can start only where its own persistent volume is: it has one, and no agent but that one will do. */
  resident: z.boolean(),
  /** From Marathon 1.4 on: why its last offers did not fit, most frequent first. */
  reasons: z.array(z.string()),
});
export type WaitingTasks = z.infer<typeof WaitingTasks>;

/** Memory and disk in MB, as Mesos counts. */
export const Snapshot = z.object({
  masters: z.array(
    z.object({
      ip: z.string(),
      /** `/master/health` answers 200. */
      healthy: z.boolean(),
      elected: z.boolean(),
      /** `/ping` through this master answers `pong`, so a Marathon leader exists and is reachable. */
      marathon: z.boolean(),
      chronos: z.boolean(),
    }),
  ),
  /** Those that were asked for. */
  loadBalancers: z.array(z.object({ ip: z.string(), healthy: z.boolean() })),
  /** Address of the one elected master; absent when there is none or more than one claims it. */
  leader: z.string().optional(),
  /** Agents as the leader reports them. Empty without a leader. */
  agents: z.array(
    z.object({
      id: z.string(),
      ip: z.string(),
      active: z.boolean(),
      total: Resources,
      used: Resources,
      /** Reserved for a role, whether used or not: persistent volumes are among it. */
      reserved: Resources,
      tasks: z.number(),
    }),
  ),
  /** If it was asked for: everything that waits; absent if Marathon, or Chronos where there is one, could not tell. */
  demand: z.array(WaitingTasks).optional(),
  /** Those that were asked for; absent if Marathon could not tell. */
  groups: z.array(GroupView).optional(),
});
export type Snapshot = z.infer<typeof Snapshot>;
