/** All that is made for a cluster besides instances. */
import type { DesiredCluster, Foundation } from '../domain/cluster/records.ts';

export interface Foundations {
  /**
   * Makes what is missing, finds what is there; may be repeated at any time. `masterZones` holds a zone per slot (slot 1
   * first); a slot's unattached interface that lies in another zone is deleted and made anew in the right one, an attached one
   * stays. A slot whose interface is gone gets its address of `before` again, because that is in every peer's list.
   * @throws NotYetVisible, Throttled, CapacityUnavailable
   */
  prepare(desired: DesiredCluster, masterZones: readonly string[], before?: Foundation): Promise<Foundation>;
  /**
   * Removes what was made for the cluster earlier and `foundation`, which was prepared for `desired`, does not hold. Repeatable.
   * @returns what could not be removed yet, as `cleanUp` does
   */
  release(desired: DesiredCluster, foundation: Foundation): Promise<readonly string[]>;
  /**
   * Removes all of it. Repeatable; finds things by name and tag, not by record.
   * @returns what could not be removed yet (in use by an instance that still shuts down), in words; empty: nothing is left
   */
  cleanUp(clusterId: string): Promise<readonly string[]>;
  /** Ids of clusters that something with the stack's tag exists for, and since when (the youngest thing's age is unknown to some services: then undefined). */
  listClusterIds(): Promise<ReadonlyMap<string, { readonly instanceIds: readonly string[]; readonly youngest?: Date }>>;
}
