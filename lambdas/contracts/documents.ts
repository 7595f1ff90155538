/**
 * Parameters of the documents that are run on nodes. All nodes of one command get the same values, so what differs between nodes (slot, own
 * address, zone) is found out on the node. Values are checked by SSM against the patterns before they reach a shell, and the
 * patterns leave no character that a shell would read.
 */
import type { NodeRole } from './cluster.ts';

export interface DocumentParameter {
  readonly description: string;
  /** Regular expression that the whole value matches. */
  readonly pattern: string;
}

const uuid = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
const flag = '^(true|false)$';
const image = '^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,255}$';
const ip = '[0-9]{1,3}([.][0-9]{1,3}){3}';
const ips = `^${ip}(,${ip}){0,4}$`;

/** So many agents' addresses one cordon may hold. */
export const longestCordon = 200;

const common = {
  ClusterId: { description: 'Id of the cluster', pattern: uuid },
  ClusterName: { description: 'Name that Mesos shows', pattern: '^[a-z0-9-]{1,63}$' },
  Release: { description: 'Release of the software', pattern: '^(indigo_1|indigo_2|deep_1)$' },
  MasterIps: { description: 'Private addresses of the masters in slot order', pattern: ips },
  SecretId: { description: "Name of the cluster's secret", pattern: '^[A-Za-z0-9/_-]{1,256}$' },
  SignalsQueueUrl: { description: 'Queue that the node reports to', pattern: '^https?://[A-Za-z0-9.:/_-]{1,512}$' },
  EnableConsul: { description: 'Run Consul and what builds on it', pattern: flag },
  EnableGpu: { description: 'Offer GPUs', pattern: flag },
  ConsulImage: { description: 'Image of Consul', pattern: image },
} as const;

export const startDocuments = {
  master: {
    ...common,
    Founders: {
      description: 'After the loss of a majority: masters whose ZooKeeper begins, while all registries begin anew',
      pattern: ips.replace(/^\^(.*)\$$/, '^(none|$1)$'),
    },
    EnableChronos: { description: 'Run Chronos', pattern: flag },
    MesosAuthenticateHttp: { description: "Protect Mesos' HTTP API", pattern: flag },
    MarathonTls: { description: 'Marathon on 8443 with TLS', pattern: flag },
    ChronosTls: { description: 'Chronos on 4443 with TLS', pattern: flag },
    ZookeeperImage: { description: 'Image of ZooKeeper', pattern: image },
    MesosMasterImage: { description: 'Image of the Mesos master', pattern: image },
    MarathonImage: { description: 'Image of Marathon', pattern: image },
    ChronosImage: { description: 'Image of Chronos', pattern: image },
    MesosConsulImage: { description: 'Image of mesos-consul', pattern: image },
    MarathonConsulImage: { description: 'Image of marathon-consul', pattern: image },
  },
  slave: {
    ...common,
    Group: { description: 'Name of the node group', pattern: '^[a-z0-9-]{1,40}$' },
    MesosSlaveImage: { description: 'Image of the Mesos agent', pattern: image },
    /** `name:location` pairs, comma separated, in the order of the block device mappings; `none` if there are none. */
    Volumes: {
      description: 'Volumes to mount',
      pattern: '^(none|[a-z0-9-]{1,40}:/[A-Za-z0-9/._-]{0,200}(,[a-z0-9-]{1,40}:/[A-Za-z0-9/._-]{0,200})*)$',
    },
  },
  'load-balancer': {
    ...common,
    VirtualAddress: { description: "Allocation id of the cluster's elastic IP", pattern: '^eipalloc-[0-9a-f]{8,17}$' },
    BalancerImage: { description: 'Image of marathon-lb or haproxy-consul', pattern: image },
    KeepalivedRouterId: { description: 'VRRP router id', pattern: '^[0-9]{1,3}$' },
    /** Private addresses of the load balancers known so far, own one included. */
    PeerIps: { description: 'Private addresses of the load balancers', pattern: ips },
  },
} as const satisfies Record<NodeRole, Record<string, DocumentParameter>>;

/** What every document's script needs to say how it ended. */
const { ClusterId, SignalsQueueUrl } = common;

/** Documents besides the start documents. */
export const upkeepDocuments = {
  /** On masters: replaces the list of agents that are offered to nobody. */
  'cordon-nodes': {
    ClusterId,
    SignalsQueueUrl,
    /** `none`: all agents are offered. */
    Cordoned: {
      description: 'Private addresses of the agents that are offered to nobody',
      pattern: `^(none|${ip}(,${ip}){0,${longestCordon - 1}})$`,
    },
  },
  /** On slaves: ends the agent for good, unless something runs on it that is not to end with it. */
  'stop-agent': {
    ClusterId,
    SignalsQueueUrl,
    LeaveConsul: { description: 'Consul runs on the node and is to be left', pattern: flag },
    Force: { description: 'End the agent with all that runs on it', pattern: flag },
  },
} as const satisfies Record<string, Record<string, DocumentParameter>>;

export type UpkeepDocument = keyof typeof upkeepDocuments;
export const upkeepDocumentNames = Object.keys(upkeepDocuments) as readonly UpkeepDocument[];

export type StartParameters<R extends NodeRole> = Record<keyof (typeof startDocuments)[R], string>;
