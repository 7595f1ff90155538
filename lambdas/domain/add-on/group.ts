/** The Marathon group of an add-on. Pure. */
import type { ReleaseName } from '../../contracts/cluster.ts';
import { InvalidInput, InvariantBroken } from '../../contracts/error-names.ts';
import { fingerprint } from '../cluster/fingerprint.ts';
import { type MarathonGroup, marathonGroup } from '../marathon/app.ts';
import { evaluateExpression } from '../tosca/evaluate-outputs.ts';
import type { NodeAttributes } from '../tosca/outputs.ts';
import { type AddOn, groupIdOf } from './add-on.ts';
import { addOnDefinitions } from './catalogue.ts';
import type { ClusterFact } from './definition.ts';
import { appsOf } from './resolve.ts';

export interface GroupContext {
  readonly clusterId: string;
  readonly release: ReleaseName;
  /** Of the cluster's Compute nodes. */
  readonly attributes: NodeAttributes;
  /** @returns the secret, or what stands in its place */
  readonly secretOf: (name: string) => string;
  readonly facts: Readonly<Record<ClusterFact, string>>;
  /** Of every app, besides its own. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** @throws InvalidInput if an attribute that it reads does not exist */
export function addOnGroup(addOn: AddOn, context: GroupContext): MarathonGroup {
  const definition = addOnDefinitions.get(addOn.type);
  if (!definition) throw new InvariantBroken(`There is no definition of the add-on type ${addOn.type}.`);
  const apps = appsOf(definition, (name) => lookUp(name, addOn, context));
  const labelled = apps.map((app) => ({ ...app, labels: { ...app.labels, ...context.labels } }));
  return marathonGroup(groupIdOf(context.clusterId, addOn.name), labelled, context.release);
}

function lookUp(name: string, { name: node, properties }: AddOn, context: GroupContext): unknown {
  if (name.startsWith('@')) return context.facts[name.slice(1) as ClusterFact];
  const value = properties[name];
  if (value === undefined) return undefined;
  if ('secret' in value) return context.secretOf(value.secret);
  return evaluateExpression(value, context.attributes, ['node_templates', node, 'properties', name]);
}

export type PlannedGroup = Pick<MarathonGroup, 'id'> & {
  /** Changes exactly when something of the group changes, or a secret may have. Holds no secret. */
  readonly fingerprint: string;
  /** How many instances each app is to have, by its absolute path; empty if the group cannot be made. */
  readonly instances: ReadonlyMap<string, number>;
};

/** The group as far as it may be recorded: with names, and the version that they are of, in the place of secrets. */
export function planGroup(
  addOn: AddOn,
  context: Omit<GroupContext, 'secretOf'> & { readonly secretVersion: string | undefined },
): PlannedGroup {
  const id = groupIdOf(context.clusterId, addOn.name);
  try {
    const { apps } = addOnGroup(addOn, { ...context, secretOf: (name) => `<${name} ${context.secretVersion}>` });
    return {
      id,
      fingerprint: fingerprint(apps),
      instances: new Map(apps.map((app) => [`${id}/${app.id}`, Number(app.instances)])),
    };
  } catch (error) {
    // Whoever deploys it fails the same way, and that failure is what the user is told.
    if (error instanceof InvalidInput) return { id, fingerprint: fingerprint(error.message), instances: new Map() };
    throw error;
  }
}
