/** What becomes of the nodes of a type, and of a whole template. */

import type { ResolvedNodeType } from './resolved.ts';
import type { TypeClass } from './schema.ts';

/** The class of a node's type; a template's own types have that of what they derive from. For `refused`, the type's `reason` says why. */
export function classOf(type: ResolvedNodeType): TypeClass {
  return type.class;
}

/** What a template is as a whole, in the orchestrator's words; `TOSCA` are clusters. */
export type DeploymentType = 'TOSCA' | 'MARATHON' | 'CHRONOS' | 'QCG' | 'KUBERNETES_HELM_CHART';

/** Types of the nodes that become jobs of Chronos, and services of Marathon. */
export const workloadNodeTypes = {
  CHRONOS: 'tosca.nodes.indigo.Container.Application.Docker.Chronos',
  MARATHON: 'tosca.nodes.indigo.Container.Application.Docker.Marathon',
} as const;

const workloads: readonly (readonly [type: string, deployment: DeploymentType])[] = [
  [workloadNodeTypes.CHRONOS, 'CHRONOS'],
  [workloadNodeTypes.MARATHON, 'MARATHON'],
  ['tosca.nodes.indigo.Qcg.Job', 'QCG'],
  ['tosca.nodes.indigo.Kubernetes.HelmChart', 'KUBERNETES_HELM_CHART'],
];

/** The first node that is a workload decides for the whole template, as in the orchestrator; without any it is a cluster. */
export function deploymentTypeOf(topology: {
  readonly nodes: ReadonlyMap<string, { readonly type: ResolvedNodeType }>;
}): DeploymentType {
  for (const { type } of topology.nodes.values()) {
    const found = workloads.find(([workload]) => type.ancestors.includes(workload));
    if (found) return found[1];
  }
  return 'TOSCA';
}
