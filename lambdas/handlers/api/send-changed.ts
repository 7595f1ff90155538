import type { ApiServices } from './services.ts';

/** Wakes the cluster's loop. A signal that cannot be sent is no failure of the request: the sweep finds the cluster due. */
export async function sendChanged(clusterId: string, { signals, log }: ApiServices): Promise<void> {
  try {
    await signals.send({ kind: 'cluster-changed', clusterId });
  } catch (error) {
    log.error('signal not sent', { clusterId, error });
  }
}
