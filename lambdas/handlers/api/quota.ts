import { secondsSince } from '../../domain/cluster/time.ts';
import type { DeploymentRecord, Owner } from '../../domain/deployment/deployment.ts';
import { HttpError } from '../../runtime/http-errors.ts';
import type { ApiServices } from './services.ts';

/** A younger one may have been counted but not yet been recorded. */
const newbornSeconds = 120;

/**
 * Counts a new deployment among its owner's, exactly, also for requests at the same moment. What is counted and does not exist
 * (its creation stopped in the middle, or the end of its deletion was not written down) is looked for only when there is no room.
 *
 * @throws HttpError 403: waiting does not help, as it would with 429, but deleting a deployment does
 */
export async function takeRoom(
  { owner, deploymentId, createdAt }: DeploymentRecord,
  services: ApiServices,
): Promise<void> {
  const { quotas, settings } = services;
  const limit = settings.limits.deploymentsPerOwner;
  const deployment = { deploymentId, since: createdAt };
  if (await quotas.take(owner, deployment, limit)) return;
  if ((await weed(owner, services)) && (await quotas.take(owner, deployment, limit))) return;
  const message = `You have ${limit} deployments, which is all that one user may have here; delete one first`;
  throw new HttpError(403, message);
}

/** @returns whether there was anything to weed */
async function weed(owner: Owner, { quotas, clusters, workloads, clock }: ApiServices): Promise<boolean> {
  const now = clock.now();
  const old = (await quotas.list(owner)).filter(({ since }) => secondsSince(since, now) > newbornSeconds);
  const ids = old.map(({ deploymentId }) => deploymentId);
  const existing = await Promise.all([clusters.findExisting(ids), workloads.findExisting(ids)]);
  const gone = old.filter(({ deploymentId }) => !existing.some((found) => found.has(deploymentId)));
  if (gone.length > 0) await quotas.giveBack(owner, gone);
  return gone.length > 0;
}
