import { type UpkeepDocument, upkeepDocuments } from '../../contracts/documents.ts';
import type { DesiredCluster } from '../cluster/records.ts';
import { checkParameters } from './start-parameters.ts';

/** What every document besides the start documents is told. */
export interface UpkeepContext {
  readonly desired: Pick<DesiredCluster, 'clusterId' | 'spec'>;
  readonly signalsQueueUrl: string;
}
type Parameters<D extends UpkeepDocument> = Record<keyof (typeof upkeepDocuments)[D], string>;

/** @param addresses of the agents that are offered to nobody @throws InvariantBroken */
export function cordonParameters(
  { desired, signalsQueueUrl }: UpkeepContext,
  addresses: readonly string[],
): Parameters<'cordon-nodes'> {
  const name = 'cordon-nodes';
  return checkParameters(name, upkeepDocuments[name], {
    ClusterId: desired.clusterId,
    SignalsQueueUrl: signalsQueueUrl,
    Cordoned: addresses.length === 0 ? 'none' : addresses.join(','),
  });
}

/** @param force whatever runs on the slave @throws InvariantBroken */
export function stopAgentParameters(
  { desired, signalsQueueUrl }: UpkeepContext,
  force: boolean,
): Parameters<'stop-agent'> {
  const name = 'stop-agent';
  return checkParameters(name, upkeepDocuments[name], {
    ClusterId: desired.clusterId,
    SignalsQueueUrl: signalsQueueUrl,
    LeaveConsul: String(desired.spec.software.consulEnabled),
    Force: String(force),
  });
}
