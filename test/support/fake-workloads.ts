/** Records of workloads and their claims, in memory and as strict as the table. */
import { Conflict, NotFound } from '../../lambdas/contracts/error-names.ts';
import { type DeploymentRecord, updatable } from '../../lambdas/domain/deployment/deployment.ts';
import type { DesiredWorkload, WorkloadClaim, WorkloadProgress } from '../../lambdas/domain/workload/records.ts';
import type { ApiServices } from '../../lambdas/handlers/api/services.ts';

export class FakeWorkloads {
  readonly desired = new Map<string, DesiredWorkload>();
  readonly progress = new Map<string, WorkloadProgress>();
  /** By cluster and workload. */
  readonly claims = new Map<string, Map<string, WorkloadClaim>>();
  readonly #seqs = new Map<string, number>();
  /** Run before the next claim, once: what somebody else does meanwhile. */
  meanwhile: (() => unknown) | undefined;
  readonly #deployments: Map<string, DeploymentRecord>;
  readonly #mayFail: (call: string) => void;
  readonly #isPresent: (clusterId: string) => boolean | undefined;

  constructor(
    deployments: Map<string, DeploymentRecord>,
    hooks: { mayFail: (call: string) => void; isPresent: (clusterId: string) => boolean | undefined },
  ) {
    this.#deployments = deployments;
    this.#mayFail = hooks.mayFail;
    this.#isPresent = hooks.isPresent;
  }

  on(clusterId: string): Map<string, WorkloadClaim> {
    const claims = this.claims.get(clusterId) ?? new Map<string, WorkloadClaim>();
    this.claims.set(clusterId, claims);
    return claims;
  }

  /** A claim as another request makes it. */
  put(clusterId: string, workloadId: string, claim: WorkloadClaim): void {
    this.on(clusterId).set(workloadId, claim);
    this.#seqs.set(clusterId, (this.#seqs.get(clusterId) ?? 0) + 1);
  }

  readonly store: ApiServices['workloads'] = {
    create: async (deployment, desired) => {
      this.#mayFail('workloads.create');
      this.desired.set(desired.workloadId, desired);
      this.#deployments.set(deployment.deploymentId, deployment);
    },
    load: async (id) => {
      const desired = this.desired.get(id);
      if (!desired) throw new NotFound('no workload');
      const { generation = 1, workloadUpdate: { updateId: _ = '', ...update } = {} } = this.#deployments.get(id) ?? {};
      const progress = this.progress.get(id) ?? { failures: {} };
      const counters = { revision: 1, signalSeq: 0, endedRun: 0 };
      return { record: { desired: { ...desired, generation, ...update }, progress, ...counters } };
    },
    requestDelete: async (id, now) => {
      this.#mayFail('workloads.requestDelete');
      const record = this.#deployments.get(id);
      if (!record) throw new NotFound(`The deployment <${id}> doesn't exist`);
      if (record.status === 'DELETE_IN_PROGRESS') throw new Conflict('Deployment already in DELETE_IN_PROGRESS state.');
      this.#deployments.set(id, { ...record, status: 'DELETE_IN_PROGRESS', updatedAt: now.toISOString() });
    },
    requestUpdate: async (id, { generation, ...begun }, now) => {
      this.#mayFail('workloads.requestUpdate');
      const record = this.#deployments.get(id);
      if (record?.generation !== generation - 1 || !updatable.includes(record.status)) throw new Conflict('too late');
      const { statusReason: _, ...kept } = record;
      const changes = { generation, ...begun, status: 'UPDATE_IN_PROGRESS' as const, updatedAt: now.toISOString() };
      this.#deployments.set(id, { ...kept, ...changes });
    },
    listClaims: async (clusterId) => {
      if (this.#isPresent(clusterId) === undefined) throw new NotFound('no cluster');
      return { claims: Object.fromEntries(this.on(clusterId)), seq: this.#seqs.get(clusterId) ?? 0 };
    },
    claim: async (clusterId, workloadId, { claim, seen }) => {
      const { meanwhile } = this;
      this.meanwhile = undefined;
      await meanwhile?.();
      this.#mayFail('claim');
      const isFree = this.#isPresent(clusterId) && (this.#seqs.get(clusterId) ?? 0) === seen;
      if (!isFree) throw new Conflict('claimed meanwhile');
      this.put(clusterId, workloadId, claim);
    },
    renewClaim: async (clusterId, workloadId, tasks) => {
      const claim = this.on(clusterId).get(workloadId);
      if (claim) this.put(clusterId, workloadId, { ...claim, tasks, waiting: true });
    },
    releaseClaim: async (clusterId, workloadId) => {
      this.#mayFail('releaseClaim');
      this.on(clusterId).delete(workloadId);
    },
    findExisting: async (ids) => new Set(ids.filter((id) => this.desired.has(id))),
  };
}
