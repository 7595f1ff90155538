/** Builders of deployment records for tests. */
import {
  type DeploymentRecord,
  type DeploymentSummary,
  summaryAttributes,
  type TopologyNode,
} from '../../lambdas/domain/deployment/deployment.ts';

export const alice = { issuer: 'https://iam.example.org/', subject: 'alice-7f6c' };
export const bob = { issuer: 'https://iam.example.org/', subject: 'bob-12ab' };
export const deploymentId = '0197a000-0000-7000-8000-0000000000aa';
export const apiNow = new Date('2026-03-01T09:30:45.000Z');

export function topologyNode(overrides: Partial<TopologyNode> & Pick<TopologyNode, 'name'>): TopologyNode {
  const ancestors = ['tosca.nodes.indigo.Compute', 'tosca.nodes.Compute', 'tosca.nodes.Root'];
  return { type: 'tosca.nodes.indigo.Compute', ancestors, count: 1, ...overrides };
}

export function deploymentRecord(overrides: Partial<DeploymentRecord> = {}): DeploymentRecord {
  return {
    deploymentId,
    owner: alice,
    generation: 1,
    createdAt: apiNow.toISOString(),
    updatedAt: apiNow.toISOString(),
    status: 'CREATE_IN_PROGRESS',
    template: 'tosca_definitions_version: tosca_simple_yaml_1_0\n',
    parameters: {},
    topology: [],
    outputExpressions: {},
    outputs: {},
    keepLastAttempt: false,
    ...overrides,
  };
}

/** No more of it than a list reads. */
export function summaryOf(record: DeploymentRecord): DeploymentSummary {
  const kept = summaryAttributes.filter((name) => record[name] !== undefined).map((name) => [name, record[name]]);
  return Object.fromEntries(kept) as DeploymentSummary;
}
