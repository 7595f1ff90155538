/** A workload's loop as a play: passes over a host that shows what the test says, with all that was decided done. */
import type { ActionResult } from '../../../lambdas/contracts/reconcile.ts';
import type { DeploymentStatus } from '../../../lambdas/domain/cluster/records.ts';
import {
  decideWorkload,
  type WorkloadInput,
  type WorkloadPlan,
} from '../../../lambdas/domain/workload/decide-workload.ts';
import type { DesiredWorkload, WorkloadRecord } from '../../../lambdas/domain/workload/records.ts';
import type { WorkloadView } from '../../../lambdas/domain/workload/seen.ts';
import type { HostView } from '../../../lambdas/domain/workload/situation.ts';
import { at } from '../../support/clusters.ts';
import { desiredWorkload, workloadRecord } from '../../support/workloads.ts';

export const answering = (view: WorkloadView): HostView => ({
  ...{ state: 'answering', release: 'indigo_1', isElastic: false },
  ...view,
});
export const done = (...keys: string[]): ActionResult[] => keys.map((key) => ({ key, outcome: 'done' }));
export const failure = (key: string, error = 'DependencyUnavailable', message = 'no answer'): ActionResult[] => [
  { key, outcome: 'failed', error, message },
];
export const kindsOf = ({ decisions }: WorkloadPlan): string[] => decisions.map(({ kind }) => kind);
export const textsOf = ({ activity }: WorkloadPlan): string[] => activity.map(({ text }) => text);

export class Play {
  record: WorkloadRecord;
  status: DeploymentStatus | undefined = 'CREATE_IN_PROGRESS';
  seconds = 0;
  last: WorkloadPlan | undefined;

  constructor(desired: Partial<DesiredWorkload> = {}) {
    this.record = workloadRecord({ desired: desiredWorkload(desired) });
  }

  /** One pass; what the pass before decided is done unless the results say otherwise. */
  pass(host: HostView, results?: readonly ActionResult[], more: Partial<WorkloadInput> = {}): WorkloadPlan {
    this.seconds += 1;
    const usual = done(...(this.last?.decisions ?? []).map(({ key }) => key));
    const input = { record: this.record, status: this.status, host, results: results ?? usual, now: at(this.seconds) };
    const plan = decideWorkload({ ...input, ...more });
    this.last = plan;
    const desired = plan.giveUp
      ? { ...this.record.desired, presence: 'absent' as const, forget: false }
      : this.record.desired;
    this.record = { ...this.record, desired, progress: plan.progress };
    if (plan.status) this.status = plan.status.value;
    return plan;
  }

  /** What the API asks for. */
  wants(desired: Partial<DesiredWorkload>, status = this.status): this {
    this.record = { ...this.record, desired: { ...this.record.desired, ...desired } };
    this.status = status;
    return this;
  }

  becomes(status: DeploymentStatus): this {
    this.status = status;
    return this;
  }

  after(seconds: number): this {
    this.seconds += seconds;
    return this;
  }
}
