/** What guards the creation of deployments: keys that make a request idempotent, and the count of what an owner has. */
import type { Timestamp } from '../domain/cluster/records.ts';
import type { Claim } from '../domain/deployment/claim.ts';
import type { Owner } from '../domain/deployment/deployment.ts';

/** Keys are their owner's: the same text of another owner is another key. Each is remembered for `keyLifetimeSeconds`. */
export interface IdempotencyKeys {
  find(owner: Owner, key: string, now: Date): Promise<Claim | undefined>;
  /** Puts the claim in the place of the one that was found. @returns false if somebody else was first */
  claim(owner: Owner, key: string, claim: Claim, found: Claim | undefined): Promise<boolean>;
  /** Records that the claim's deployment is stored, if the key still is this claim's. */
  settle(owner: Owner, key: string, claim: Claim): Promise<void>;
  /** Gives the key back, if it still is this claim's: nothing came of the request. */
  release(owner: Owner, key: string, claim: Claim): Promise<void>;
}

/** One of an owner's deployments, counted since it was asked for. */
export interface CountedDeployment {
  readonly deploymentId: string;
  readonly since: Timestamp;
}

export interface Quotas {
  /** Counts a deployment, in one conditional write; one that is counted already is not counted twice. @returns whether there was room */
  take(owner: Owner, deployment: CountedDeployment, limit: number): Promise<boolean>;
  list(owner: Owner): Promise<readonly CountedDeployment[]>;
  giveBack(owner: Owner, deployments: readonly CountedDeployment[]): Promise<void>;
}
