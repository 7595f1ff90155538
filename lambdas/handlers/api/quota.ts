import { secondsSince } from '../../domain/cluster/time.ts';
import type { DeploymentRecord, Owner } from '../../domain/deployment/deployment.ts';
import { HttpError } from '../../runtime/http-errors.ts';
import type { ApiServices } from './services.ts';

/** A younger one may have been counted but not yet been recorded. */
const newbornSeconds = 120;

/**
 * Prepares a new deployment that counts among its owner's. If that fails nothing is made, and the room is given back; what could not
 * be given back is weeded out when it is missed.
 *
 * @throws HttpError 403 as `takeRoom`, and what `prepare` throws
 */
export async function inRoom(
  deployment: DeploymentRecord,
  services: ApiServices,
  prepare: () => Promise<void>,
): Promise<void> {
  await takeRoom(deployment, services);
  try {
    await prepare();
  } catch (error) {
    const { owner, deploymentId, createdAt } = deployment;
    await undo('room', deploymentId, services, () =>
      services.quotas.giveBack(owner, [{ deploymentId, since: createdAt }]),
    );
    throw error;
  }
}

/** Takes back what was done for a deployment that is not made. Best effort: what is left over is found later. */
export async function undo(
  what: string,
  deploymentId: string,
  { log }: Pick<ApiServices, 'log'>,
  giveBack: () => Promise<void>,
): Promise<void> {
  try {
    await giveBack();
  } catch (error) {
    log.error(`${what} not given back`, { clusterId: deploymentId, error });
  }
}

/**
 * Counts a new deployment among its owner's, exactly, also for requests at the same moment. What is counted and does not exist
 * (its creation stopped in the middle, or the end of its deletion was not written down) is looked for only when there is no room.
 *
 * @throws HttpError 403: waiting does not help, as it would with 429, but deleting a deployment does
 */
async function takeRoom({ owner, deploymentId, createdAt }: DeploymentRecord, services: ApiServices): Promise<void> {
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
