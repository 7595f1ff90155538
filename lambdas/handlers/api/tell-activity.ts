import type { ApiServices } from './services.ts';

/** Writes lines into the deployment's activity log, which is no reason for the request to fail. */
export async function tellActivity(
  deploymentId: string,
  texts: readonly string[],
  { clusters, clock, log }: ApiServices,
): Promise<void> {
  if (texts.length === 0) return;
  const entries = texts.map((text) => ({ level: 'info' as const, text }));
  try {
    await clusters.addActivity(deploymentId, entries, clock.now());
  } catch (error) {
    log.error('activity not logged', { clusterId: deploymentId, error });
  }
}
