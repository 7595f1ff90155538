/** What the gateway function is asked and answers. */
import * as z from 'zod';
import { ReleaseName } from './cluster.ts';

/**
 * All that the gateway speaks to: Mesos, Marathon and Chronos on the masters, plain and TLS, and HAProxy or marathon-lb on the
 * load balancers. Its own security group lets out what clusters' groups let in.
 */
export const gatewayPorts = [80, 4400, 4443, 5050, 8080, 8443, 9090] as const;

const BasicAuth = z.object({ username: z.string(), password: z.string() });

/** A compact picture of a cluster's software. Credentials are passed in the invocation only and never logged. */
export const SnapshotRequest = z.object({
  operation: z.literal('snapshot'),
  release: ReleaseName,
  /** Private addresses of the masters in slot order. */
  masterIps: z.array(z.string()).min(1),
  expectChronos: z.boolean(),
  /** Load balancers that are to serve; healthy is 200 at `healthPath`, or any HTTP answer at all where there is no such page. */
  loadBalancers: z.array(z.object({ ip: z.string(), port: z.number().int(), healthPath: z.string().optional() })),
  credentials: z.object({ mesos: BasicAuth, marathon: BasicAuth, chronos: BasicAuth.optional() }),
});
export type SnapshotRequest = z.infer<typeof SnapshotRequest>;

export const GatewayRequest = z.discriminatedUnion('operation', [SnapshotRequest]);
export type GatewayRequest = z.infer<typeof GatewayRequest>;

const Resources = z.object({ cpus: z.number(), mem: z.number(), disk: z.number(), gpus: z.number() });

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
      tasks: z.number(),
    }),
  ),
});
export type Snapshot = z.infer<typeof Snapshot>;
