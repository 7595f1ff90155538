/**
 * `Idempotency-Key`: the same request sent again makes nothing again. The key is claimed after the request was found to be right
 * and before anything is stored; whatever stops after that, the same request is told what became of it.
 */
import { createHmac } from 'node:crypto';
import { InvalidInput } from '../../contracts/error-names.ts';
import { toTimestamp } from '../../domain/cluster/time.ts';
import { type Claim, judgeKey } from '../../domain/deployment/claim.ts';
import type { DeploymentRecord } from '../../domain/deployment/deployment.ts';
import { type HttpResponse, json } from '../../runtime/http.ts';
import { HttpError } from '../../runtime/http-errors.ts';
import type { ApiServices, UserCall } from './services.ts';
import { deploymentView } from './views.ts';

/** One try to create a deployment. */
export interface Attempt {
  readonly deploymentId: string;
  /**
   * To be called when the request was found to be right, and before anything is stored. If `prepare` fails, the key is free again:
   * what it does must leave nothing that anybody could take for the deployment.
   */
  begin(prepare: () => Promise<void>): Promise<void>;
}

/** @throws InvalidInput, HttpError 409 and 422 as told in docs/api.md */
export async function oncePerKey(
  call: UserCall,
  services: ApiServices,
  create: (attempt: Attempt) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const deploymentId = services.ids.uuid();
  const key = call.headers.get('idempotency-key');
  if (key === null) return create({ deploymentId, begin: (prepare) => prepare() });
  checkKey(key);
  const found = await services.idempotencyKeys.find(call.caller, key, services.clock.now());
  const fingerprint = fingerprintOf(call, key);
  const made = await findMade(found, fingerprint, services);
  if (made !== undefined) return replay(made, { call, key, found }, services);
  const claim = { fingerprint, deploymentId, claimedAt: toTimestamp(services.clock.now()), isMade: false };
  const use: KeyInUse = { call, key, claim, found };
  const response = await create({ deploymentId, begin: (prepare) => begin(use, services, prepare) });
  await settle(use, services);
  return response;
}

interface KeyInUse {
  readonly call: UserCall;
  readonly key: string;
  readonly claim: Claim;
  readonly found: Claim | undefined;
}

function checkKey(key: string): void {
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return;
  throw new InvalidInput('The header Idempotency-Key must have 1 to 255 printable ASCII characters');
}

/** By the key, which is recorded nowhere: bodies hold passwords, and nobody shall try out which one gives this fingerprint. */
function fingerprintOf({ contentType, body }: UserCall, key: string): string {
  return createHmac('sha256', key).update(contentType).update('\n').update(body).digest('hex');
}

/** @returns the deployment that the key stands for; undefined: it is to be made. @throws HttpError 409 and 422 */
async function findMade(
  found: Claim | undefined,
  fingerprint: string,
  { deployments, clock }: ApiServices,
): Promise<DeploymentRecord | undefined> {
  const made = found && (await deployments.find(found.deploymentId));
  const use = judgeKey(found, { fingerprint, exists: made !== undefined, now: clock.now() });
  switch (use.kind) {
    case 'make':
      return undefined;
    case 'replay':
      return made;
    case 'other-body':
      throw new HttpError(422, 'This Idempotency-Key was used with another request body; use a new key');
    case 'deleted':
      throw new HttpError(409, 'The deployment that this Idempotency-Key made has been deleted; use a new key');
    case 'in-progress':
      throw inProgress(use.retryInSeconds);
  }
}

function inProgress(retryInSeconds: number): HttpError {
  const message = 'A request with this Idempotency-Key is in progress. Please retry later';
  return new HttpError(409, message, { 'Retry-After': String(retryInSeconds) });
}

/** The answer to the first request was 201; so is this one, with the deployment as it is now. */
async function replay(
  made: DeploymentRecord,
  { call, key, found }: Omit<KeyInUse, 'claim'>,
  services: ApiServices,
): Promise<HttpResponse> {
  if (found?.isMade === false) await settle({ call, key, claim: found }, services);
  const response = json(201, deploymentView(made, { baseUrl: call.baseUrl, region: services.settings.region }));
  return { ...response, headers: { ...response.headers, 'Idempotent-Replayed': 'true' } };
}

async function begin(
  { call, key, claim, found }: KeyInUse,
  { idempotencyKeys }: ApiServices,
  prepare: () => Promise<void>,
): Promise<void> {
  if (!(await idempotencyKeys.claim(call.caller, key, claim, found))) throw inProgress(1);
  try {
    await prepare();
  } catch (error) {
    // A key that cannot be given back either is free after a minute.
    await idempotencyKeys.release(call.caller, key, claim).catch(() => undefined);
    throw error;
  }
}

/** Not to be told that all is well is no reason to fail: the deployment is found by the key as it is. */
async function settle(
  { call, key, claim }: Omit<KeyInUse, 'found'>,
  { idempotencyKeys, log }: ApiServices,
): Promise<void> {
  try {
    await idempotencyKeys.settle(call.caller, key, claim);
  } catch (error) {
    log.error('idempotency key not settled', { clusterId: claim.deploymentId, error });
  }
}
