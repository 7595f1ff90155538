/** What the contract's tests share: users of one organization, and a deployment of everything that the API shows. */
import type { AuthorizerContext } from '../../lambdas/contracts/api.ts';
import { type Answer, type CallOptions, call, FakeWorld } from './api.ts';
import { node } from './clusters.ts';
import { alice, bob, deploymentId, topologyNode } from './deployments.ts';
import { clusterTemplate } from './templates.ts';

export const organization = 'indigo-dc';
export const asUser = (user: typeof alice, more: Partial<AuthorizerContext> = {}): AuthorizerContext => ({
  authenticated: 'true',
  ...user,
  organization,
  ...more,
});
export const owner = asUser(alice);
export const colleague = asUser(bob);
/** Same issuer, another organization. */
export const stranger = asUser(bob, { organization: 'elsewhere' });

export const one = `/deployments/${deploymentId}`;
export const unknownId = '0197a000-0000-7000-8000-0000000000ff';

/** alice's deployment: two slaves with instances, and the software on them. */
export function deployedWorld(overrides: Parameters<FakeWorld['add']>[0] = {}): FakeWorld {
  const world = new FakeWorld();
  const software = ['tosca.nodes.SoftwareComponent', 'tosca.nodes.Root'];
  world.add({
    organization,
    status: 'CREATE_COMPLETE',
    template: clusterTemplate,
    topology: [
      topologyNode({ name: 'slave_server', count: 2, group: 'slaves' }),
      topologyNode({ name: 'mesos_slave', type: 'tosca.nodes.indigo.MesosSlave', ancestors: software }),
    ],
    ...overrides,
  });
  world.nodes = [1, 2].map((ordinal) =>
    node({ group: 'slaves', role: 'slave', ordinal, instanceId: `i-${ordinal}`, privateIp: `10.0.9.${ordinal}` }),
  );
  return world;
}

/** As alice, unless told otherwise. */
export function ask(world: FakeWorld, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  return call(world, method, path, { auth: owner, ...options });
}

export function askJson(
  world: FakeWorld,
  method: string,
  path: string,
  body: unknown,
  options: CallOptions = {},
): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(world, method, path, { body: text, headers: { 'content-type': 'application/json' }, ...options });
}

/** A body that POST /deployments takes. */
export const creation = { template: clusterTemplate, parameters: { mesos_password: 'parameter-secret' } };

export const errorBody = (code: number, title: string, message: unknown) => ({ code, title, message });
export const rels = (answer: Answer): string[] => answer.json.links.map(({ rel }: { rel: string }) => rel);
