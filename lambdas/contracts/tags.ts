/** Tags on everything that is made for a cluster. Permissions are conditioned on them, so they are set in the creating call. */
export const tagKeys = {
  /** The CloudFormation stack that manages the cluster. */
  stack: 'mesoscale:stack',
  clusterId: 'mesoscale:cluster-id',
  role: 'mesoscale:role',
  /** Name of the node group within the cluster. */
  group: 'mesoscale:group',
  /** A master's slot or a load balancer's ordinal. */
  slot: 'mesoscale:slot',
  /** Token of the launch that made the instance. */
  launch: 'mesoscale:launch',
  name: 'Name',
} as const;
