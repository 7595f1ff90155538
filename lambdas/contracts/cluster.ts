import * as z from 'zod';

/** The three kinds of node. */
export const nodeRoles = ['master', 'slave', 'load-balancer'] as const;
export const NodeRole = z.enum(nodeRoles);
export type NodeRole = z.infer<typeof NodeRole>;

/** Named sets of software versions. */
export const releaseNames = ['indigo_1', 'indigo_2', 'deep_1'] as const;
export const ReleaseName = z.enum(releaseNames);
export type ReleaseName = z.infer<typeof ReleaseName>;

/** A cluster's id: the uuid of the deployment that made it. */
export const ClusterId = z.uuid();

/** One instance type in one zone, bought one way: what capacity errors are remembered for. */
export const Offering = z.object({
  instanceType: z.string(),
  zone: z.string(),
  market: z.enum(['on-demand', 'spot']),
});
export type Offering = z.infer<typeof Offering>;

/** `instanceType/zone/market`, the key under which an offering's lack of capacity is remembered. */
export function offeringKey(offering: Offering): string {
  return `${offering.instanceType}/${offering.zone}/${offering.market}`;
}
