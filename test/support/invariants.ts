/**
 * What must hold at every moment of every end-to-end test, looked at from outside: in the records, EC2, the nodes' software,
 * logs and histories. Give `watch.invariant` to `startTestCloud`, or to `hold` of a cloud that runs.
 */
import { CrowdWatch, OrphanWatch, TerminationWatch } from './invariants/membership.ts';
import { SecretWatch } from './invariants/secrets.ts';
import { TruthWatch } from './invariants/truth.ts';
import { type View, viewOf } from './invariants/view.ts';
import { ClaimWatch } from './invariants/workloads.ts';
import type { ApiClient, Invariant } from './local-cloud.ts';

export { countThings, expectNothingLeft, leftoversOf } from './invariants/leftovers.ts';
export { type ClusterView, isUp, type View, viewOf } from './invariants/view.ts';

export interface InvariantWatch {
  /** Throws with every fault that it finds. */
  readonly invariant: Invariant;
  /** What the latest look saw; empty before the first. For conditions, which are asked right after each look. */
  latest(): View;
  /** A client whose answers are searched for secrets as well. */
  watch(client: ApiClient): ApiClient;
}

/**
 * Watches one cloud. @param secrets texts that must be nowhere but in Secrets Manager, besides all that is stored there
 */
export function createInvariants(secrets: readonly string[] = []): InvariantWatch {
  const crowds = new CrowdWatch();
  const terminations = new TerminationWatch();
  const orphans = new OrphanWatch();
  const truth = new TruthWatch();
  const claims = new ClaimWatch();
  const hidden = new SecretWatch(secrets);
  let view: View = { now: 0, clusters: new Map() };
  return {
    latest: () => view,
    watch: (client) => hidden.watch(client),
    async invariant(cloud) {
      view = await viewOf(cloud);
      const faults = [
        ...crowds.check(view),
        ...terminations.check(view),
        ...orphans.check(view),
        ...claims.check(view),
        ...(await truth.check(cloud, view)),
        ...(await hidden.check(cloud)),
      ];
      if (faults.length === 0) return;
      const time = new Date(view.now).toISOString();
      throw new Error(`at ${time}: ${faults.join('; ')}`);
    },
  };
}
