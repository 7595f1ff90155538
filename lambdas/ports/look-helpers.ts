/** Who looks at the load of clusters that one invocation has no time for. */
export interface LookHelpers {
  /** Hands these clusters on, without waiting until they are looked at. @throws Throttled, DependencyUnavailable */
  hand(clusterIds: readonly string[]): Promise<void>;
}
