/** The alarms of elastic clusters. Nobody acts on them but by their changes of state, which are signals. */
export interface Alarms {
  /** Makes all of a cluster's alarms, or makes them what they are to be; their state stays. Repeatable. @throws Throttled */
  set(clusterId: string): Promise<void>;
  /** Removes all of a cluster's alarms, as far as they are there. Repeatable. @throws Throttled */
  remove(clusterId: string): Promise<void>;
  /** Clusters that alarms of the stack are about, whether they are recorded or not. */
  listClusterIds(): Promise<ReadonlySet<string>>;
}
