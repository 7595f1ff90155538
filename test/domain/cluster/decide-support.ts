/** What the tests of `decide` share. */
import type { decide } from '../../../lambdas/domain/cluster/decide.ts';
import { fingerprintAddresses } from '../../../lambdas/domain/cluster/health.ts';
import type { NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import { at, desired, foundation, readyNodes, record, spec, zones } from '../../support/clusters.ts';

export const kinds = (plan: ReturnType<typeof decide>) => plan.decisions.map(({ kind }) => kind);
export const zoneProgress = { launchSeq: 0, failures: {}, masterZones: zones };

/** A cluster that is complete, with its outputs published. */
export function complete(nodes: readonly NodeRecord[] = readyNodes(), of = spec()) {
  return record({
    desired: desired({ spec: of }),
    progress: {
      ...zoneProgress,
      completedAt: at(100).toISOString(),
      publishedFor: fingerprintAddresses(nodes, foundation(of)),
    },
  });
}
