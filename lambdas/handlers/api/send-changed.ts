import type { DeploymentRecord } from '../../domain/deployment/deployment.ts';
import { isWorkload } from '../../domain/deployment/deployment.ts';
import type { ApiServices } from './services.ts';

/** Wakes the deployment's loop. A signal that cannot be sent is no failure of the request: the sweep finds that the loop is due. */
export async function sendChanged(
  deployment: Pick<DeploymentRecord, 'deploymentId' | 'type'>,
  { signals, log }: ApiServices,
): Promise<void> {
  const { deploymentId } = deployment;
  try {
    await signals.send(
      isWorkload(deployment)
        ? { kind: 'workload-changed', workloadId: deploymentId }
        : { kind: 'cluster-changed', clusterId: deploymentId },
    );
  } catch (error) {
    log.error('signal not sent', { clusterId: deploymentId, error });
  }
}
