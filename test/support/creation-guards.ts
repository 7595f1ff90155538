/** What guards creation, in memory and as strict as the table. */
import type { Claim } from '../../lambdas/domain/deployment/claim.ts';
import type { Owner } from '../../lambdas/domain/deployment/deployment.ts';
import type { CountedDeployment, IdempotencyKeys, Quotas } from '../../lambdas/ports/creation-guards.ts';

const nameOf = (owner: Owner, key = ''): string => JSON.stringify([owner.issuer, owner.subject, key]);

export class FakeIdempotencyKeys implements IdempotencyKeys {
  readonly claims = new Map<string, Claim>();
  /** Run before the next claim, once: what somebody else does meanwhile. */
  meanwhile: (() => Promise<unknown>) | undefined;

  async find(owner: Owner, key: string) {
    return this.claims.get(nameOf(owner, key));
  }
  async claim(owner: Owner, key: string, claim: Claim, found: Claim | undefined) {
    const { meanwhile } = this;
    this.meanwhile = undefined;
    await meanwhile?.();
    const current = this.claims.get(nameOf(owner, key));
    if (current && (current.isMade || current.deploymentId !== found?.deploymentId)) return false;
    this.claims.set(nameOf(owner, key), claim);
    return true;
  }
  async settle(owner: Owner, key: string, { deploymentId }: Claim) {
    const current = this.claims.get(nameOf(owner, key));
    if (current?.deploymentId === deploymentId) this.claims.set(nameOf(owner, key), { ...current, isMade: true });
  }
  async release(owner: Owner, key: string, { deploymentId }: Claim) {
    if (this.claims.get(nameOf(owner, key))?.deploymentId === deploymentId) this.claims.delete(nameOf(owner, key));
  }
}

export class FakeQuotas implements Quotas {
  readonly counted = new Map<string, CountedDeployment[]>();
  /** Thrown by `giveBack`. */
  failure: Error | undefined;

  async take(owner: Owner, deployment: CountedDeployment, limit: number) {
    const all = await this.list(owner);
    if (all.some(({ deploymentId }) => deploymentId === deployment.deploymentId)) return true;
    if (all.length >= limit) return false;
    this.counted.set(nameOf(owner), [...all, deployment]);
    return true;
  }
  async list(owner: Owner) {
    return this.counted.get(nameOf(owner)) ?? [];
  }
  async giveBack(owner: Owner, deployments: readonly CountedDeployment[]) {
    if (this.failure) throw this.failure;
    const gone = new Set(deployments.map(({ deploymentId }) => deploymentId));
    const left = (await this.list(owner)).filter(({ deploymentId }) => !gone.has(deploymentId));
    this.counted.set(nameOf(owner), left);
  }
}
