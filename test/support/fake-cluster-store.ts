/** ClusterStore in memory, as strict about its conditions as the table; records what was asked of it. */
import { Conflict, NotFound } from '../../lambdas/contracts/error-names.ts';
import type { ActivityEntry, Plan } from '../../lambdas/domain/cluster/plan.ts';
import type { ClusterRecord, DeploymentStatus, NodeRecord } from '../../lambdas/domain/cluster/records.ts';
import type { ClusterStore, LoadedCluster } from '../../lambdas/ports/cluster-store.ts';
import { record } from './clusters.ts';

interface Kept {
  record: ClusterRecord;
  nodes: Map<string, NodeRecord>;
  status?: DeploymentStatus;
  waitToken?: string;
  nextCheckAt?: string;
  elastic?: boolean;
}

export class FakeClusterStore implements ClusterStore {
  readonly clusters = new Map<string, Kept>();
  readonly activity: ActivityEntry[] = [];
  readonly plans: Plan[] = [];
  /** Run before the next `savePlan`, once: what somebody else does meanwhile. */
  meanwhile: (() => void) | undefined;

  add(cluster: Partial<ClusterRecord> = {}, nodes: readonly NodeRecord[] = [], status?: DeploymentStatus): this {
    const kept = record(cluster);
    this.clusters.set(kept.desired.clusterId, {
      record: kept,
      nodes: new Map(nodes.map((node) => [node.instanceId, node])),
      ...(status ? { status } : {}),
    });
    return this;
  }

  change(clusterId: string, change: Partial<ClusterRecord>): void {
    const kept = this.kept(clusterId);
    kept.record = { ...kept.record, revision: kept.record.revision + 1, ...change };
  }

  private kept(clusterId: string): Kept {
    const kept = this.clusters.get(clusterId);
    if (!kept) throw new NotFound(`There is no record of cluster ${clusterId}.`);
    return kept;
  }

  async claimPass(clusterId: string, run: number) {
    const kept = this.clusters.get(clusterId);
    if (kept?.record.endedRun !== run - 1) return undefined;
    delete kept.waitToken;
    return { signalSeq: kept.record.signalSeq };
  }
  async loadCluster(clusterId: string): Promise<LoadedCluster> {
    const { record: kept, nodes, status } = this.kept(clusterId);
    return { record: kept, nodes: [...nodes.values()], ...(status ? { status } : {}) };
  }
  async findRecord(clusterId: string) {
    return this.clusters.get(clusterId)?.record;
  }
  async savePlan(clusterId: string, revision: number, plan: Plan) {
    this.meanwhile?.();
    this.meanwhile = undefined;
    const kept = this.kept(clusterId);
    if (kept.record.revision !== revision) throw new Conflict('revision has moved on');
    this.change(clusterId, { launches: plan.launches, progress: plan.progress });
    kept.nextCheckAt = plan.nextCheckAt;
    kept.elastic = plan.elastic ?? false;
    if (plan.status) kept.status = plan.status.value;
    for (const node of plan.changedNodes) kept.nodes.set(node.instanceId, node);
    for (const instanceId of plan.goneInstanceIds) kept.nodes.delete(instanceId);
    this.plans.push(plan);
    this.activity.push(...plan.activity);
  }
  async addSignal(clusterId: string) {
    const kept = this.clusters.get(clusterId);
    if (!kept) return undefined;
    kept.record = { ...kept.record, signalSeq: kept.record.signalSeq + 1 };
    const { signalSeq, endedRun } = kept.record;
    return { signalSeq, endedRun, ...(kept.waitToken === undefined ? {} : { waitToken: kept.waitToken }) };
  }
  async storeWaitToken(clusterId: string, run: number, seen: number, token: string) {
    const kept = this.clusters.get(clusterId);
    if (kept?.record.endedRun !== run - 1 || kept.record.signalSeq !== seen) return false;
    if (kept.waitToken !== undefined && kept.waitToken !== token) return false;
    kept.waitToken = token;
    return true;
  }
  async endRun(clusterId: string, run: number, seen: number | undefined) {
    const kept = this.clusters.get(clusterId);
    if (kept?.record.endedRun !== run - 1) return false;
    if (seen !== undefined && kept.record.signalSeq !== seen) return false;
    kept.record = { ...kept.record, endedRun: run };
    delete kept.waitToken;
    return true;
  }
  async saveFoundation(...[clusterId, foundation]: Parameters<ClusterStore['saveFoundation']>) {
    this.change(clusterId, { foundation });
  }
  async closeLaunch(...[clusterId, token, nodes, unavailable]: Parameters<ClusterStore['closeLaunch']>) {
    const kept = this.kept(clusterId);
    await this.saveNodes(clusterId, nodes);
    this.change(clusterId, {
      launches: kept.record.launches.filter((launch) => launch.token !== token),
      unavailable: { ...kept.record.unavailable, ...unavailable },
    });
  }
  async renewLaunch(...[clusterId, token, emptyFleets]: Parameters<ClusterStore['renewLaunch']>) {
    const { launches } = this.kept(clusterId).record;
    if (!launches.some((launch) => launch.token === token)) throw new Conflict(`launch ${token} is closed`);
    this.change(clusterId, {
      launches: launches.map((launch) => (launch.token === token ? { ...launch, emptyFleets } : launch)),
    });
  }
  async saveNodes(clusterId: string, nodes: readonly NodeRecord[]) {
    for (const node of nodes) this.kept(clusterId).nodes.set(node.instanceId, node);
  }
  async forgetCluster(clusterId: string) {
    this.clusters.delete(clusterId);
  }
  async addActivity(_clusterId: string, entries: readonly ActivityEntry[]) {
    this.activity.push(...entries);
  }
  async findClusterOfInstance(instanceId: string) {
    return [...this.clusters].find(([, { nodes }]) => nodes.has(instanceId))?.[0];
  }
  async listElastic() {
    return [...this.clusters].filter(([, { elastic }]) => elastic).map(([clusterId]) => clusterId);
  }
  async listDueClusters(now: Date) {
    const due = [...this.clusters].filter(([, { nextCheckAt }]) => (nextCheckAt ?? '') < now.toISOString());
    return due.map(([clusterId]) => clusterId);
  }
  async findExisting(clusterIds: readonly string[]) {
    return new Set(clusterIds.filter((clusterId) => this.clusters.has(clusterId)));
  }
}
