/** WorkloadStore's part that loops need, in memory and as strict about its conditions as the table. */
import { Conflict, NotFound } from '../../lambdas/contracts/error-names.ts';
import type { DeploymentStatus } from '../../lambdas/domain/cluster/records.ts';
import type { WorkloadPlan } from '../../lambdas/domain/workload/decide-workload.ts';
import type { WorkloadRecord } from '../../lambdas/domain/workload/records.ts';
import type { WorkloadStore } from '../../lambdas/ports/workload-store.ts';
import { workloadRecord } from './workloads.ts';

interface Kept {
  record: WorkloadRecord;
  status?: DeploymentStatus;
  waitToken?: string;
  nextCheckAt?: string;
}

export class FakeWorkloadStore
  implements Omit<WorkloadStore, 'create' | 'requestDelete' | 'requestUpdate' | 'listClaims' | 'claim' | 'listWatched'>
{
  readonly workloads = new Map<string, Kept>();
  readonly plans: WorkloadPlan[] = [];
  /** What became of claims, in order. */
  readonly claims: string[] = [];
  /** Run before the next `savePlan`, once: what somebody else does meanwhile. */
  meanwhile: (() => void) | undefined;

  add(workload: Partial<WorkloadRecord> = {}, status?: DeploymentStatus): this {
    const record = workloadRecord(workload);
    this.workloads.set(record.desired.workloadId, { record, ...(status ? { status } : {}) });
    return this;
  }

  change(workloadId: string, change: Partial<WorkloadRecord>): void {
    const kept = this.kept(workloadId);
    kept.record = { ...kept.record, revision: kept.record.revision + 1, ...change };
  }

  private kept(workloadId: string): Kept {
    const kept = this.workloads.get(workloadId);
    if (!kept) throw new NotFound(`There is no record of workload ${workloadId}.`);
    return kept;
  }

  async load(workloadId: string) {
    const { record, status } = this.kept(workloadId);
    return { record, ...(status ? { status } : {}) };
  }
  async savePlan(workloadId: string, revision: number, plan: WorkloadPlan) {
    this.meanwhile?.();
    this.meanwhile = undefined;
    const kept = this.kept(workloadId);
    if (kept.record.revision !== revision) throw new Conflict('revision has moved on');
    this.change(workloadId, { progress: plan.progress });
    kept.nextCheckAt = plan.nextCheckAt;
    if (plan.status) kept.status = plan.status.value;
    this.plans.push(plan);
  }
  async forget(workloadId: string) {
    this.workloads.delete(workloadId);
  }
  async renewClaim(hostClusterId: string, workloadId: string) {
    this.claims.push(`renew ${workloadId} on ${hostClusterId}`);
  }
  async settleClaim(hostClusterId: string, workloadId: string) {
    this.claims.push(`settle ${workloadId} on ${hostClusterId}`);
  }
  async releaseClaim(hostClusterId: string, workloadId: string) {
    this.claims.push(`release ${workloadId} on ${hostClusterId}`);
  }
  async findExisting(workloadIds: readonly string[]) {
    return new Set(workloadIds.filter((id) => this.workloads.has(id)));
  }
  async listDue(now: Date) {
    const due = [...this.workloads].filter(([, { nextCheckAt }]) => (nextCheckAt ?? '') < now.toISOString());
    return due.map(([workloadId]) => workloadId);
  }
  async addActivity() {}

  async claimPass(workloadId: string, run: number) {
    const kept = this.workloads.get(workloadId);
    if (kept?.record.endedRun !== run - 1) return undefined;
    delete kept.waitToken;
    return { signalSeq: kept.record.signalSeq };
  }
  async addSignal(workloadId: string) {
    const kept = this.workloads.get(workloadId);
    if (!kept) return undefined;
    kept.record = { ...kept.record, signalSeq: kept.record.signalSeq + 1 };
    const { signalSeq, endedRun } = kept.record;
    return { signalSeq, endedRun, ...(kept.waitToken === undefined ? {} : { waitToken: kept.waitToken }) };
  }
  async storeWaitToken(workloadId: string, run: number, seen: number, token: string) {
    const kept = this.workloads.get(workloadId);
    if (kept?.record.endedRun !== run - 1 || kept.record.signalSeq !== seen) return false;
    if (kept.waitToken !== undefined && kept.waitToken !== token) return false;
    kept.waitToken = token;
    return true;
  }
  async endRun(workloadId: string, run: number, seen: number | undefined) {
    const kept = this.workloads.get(workloadId);
    if (kept?.record.endedRun !== run - 1) return false;
    if (seen !== undefined && kept.record.signalSeq !== seen) return false;
    kept.record = { ...kept.record, endedRun: run };
    delete kept.waitToken;
    return true;
  }
}
