/** A checked request becomes what changes of a deployment and its cluster; or it is refused, and nothing changes. */
import { isDeepStrictEqual } from 'node:util';
import { InvalidInput } from '../../contracts/error-names.ts';
import { describeChange } from '../../domain/cluster/change.ts';
import type { ClusterSpec, GivenCredentials } from '../../domain/cluster/spec.ts';
import type { DeploymentRecord, TopologyNode } from '../../domain/deployment/deployment.ts';
import { listResources, wantedNow } from '../../domain/deployment/resources.ts';
import { deploymentTypeOf, removalsOf, withoutRemovals } from '../../domain/tosca/index.ts';
import type { LoadedCluster } from '../../ports/cluster-store.ts';
import type { ClusterSecrets } from '../../ports/credentials.ts';
import type { BegunUpdate } from '../../ports/deployment-store.ts';
import { type AcceptedTemplate, acceptTemplate, checkSizes, deadlineOf, readTemplate } from './accept-template.ts';
import type { Creation } from './read-creation.ts';
import type { ApiSettings } from './services.ts';

/** What there is before the update. */
export interface Current {
  readonly deployment: DeploymentRecord;
  readonly cluster: LoadedCluster;
  readonly secrets: ClusterSecrets;
}
export interface UpdateContext {
  /** Of the update; also the id of the secret's version, if there is a new one. */
  readonly updateId: string;
  readonly now: Date;
  readonly settings: ApiSettings;
}
export interface AcceptedUpdate {
  readonly begun: BegunUpdate;
  /** To be stored as a version of its own; absent: the secrets stay as they are. */
  readonly secrets?: ClusterSecrets;
  /** For the log: what changes, and what is understood differently from the new template's letter. */
  readonly activity: readonly string[];
}

/** @throws InvalidInput that says what in the template or the parameters is wrong, or what of the cluster cannot be changed */
export function acceptUpdate(request: Creation, current: Current, context: UpdateContext): AcceptedUpdate {
  const { deployment, cluster } = current;
  const { desired } = cluster.record;
  const generation = deployment.generation + 1;
  const parameters = { ...deployment.parameters, ...current.secrets.parameters, ...request.parameters };
  const { accepted, asked } = readUpdate({ ...request, parameters }, { generation, deployment, context });
  const removals = resolveRemovals(asked, current);
  const running = { spec: desired.spec, nodes: cluster.nodes };
  const { refusals, changes } = describeChange(running, { spec: accepted.spec, removals });
  refuse([...refusals, ...changedPasswords(accepted.credentials, current.secrets)]);
  const secrets = newSecrets(accepted, current.secrets);
  const secretVersion = secrets === undefined ? desired.secretVersion : context.updateId;
  const begun = {
    ...accepted.content,
    topology: placesOf(accepted.content.topology, current),
    generation,
    ...(request.callback ? { callback: request.callback } : {}),
    ...(request.timeoutMins ? { timeoutMins: request.timeoutMins } : {}),
    update: {
      updateId: context.updateId,
      spec: accepted.spec,
      deadlineAt: deadlineOf(request, context.now, context.settings.rules),
      removals,
      ...(secretVersion ? { secretVersion } : {}),
    },
  };
  checkSizes({ deployment: { ...deployment, ...begun }, desired: accepted.spec, secrets: secrets ?? current.secrets });
  return { begun, ...(secrets ? { secrets } : {}), activity: tell(changes, accepted.spec, desired.spec) };
}

interface ReadingContext {
  readonly generation: number;
  readonly deployment: DeploymentRecord;
  readonly context: UpdateContext;
}

/** What is asked to be removed is no part of the template that is kept. */
function readUpdate(
  request: Creation,
  { generation, deployment, context: { settings } }: ReadingContext,
): { readonly accepted: AcceptedTemplate; readonly asked: ReturnType<typeof removalsOf> } {
  const accepting = { deploymentId: deployment.deploymentId, generation, settings };
  const whole = readTemplate(request, settings);
  const type = deploymentTypeOf(whole.topology);
  if (type !== 'TOSCA') throw new InvalidInput(`The deployment is a cluster, and the template is of type ${type}`);
  const asked = removalsOf(whole.topology);
  if (asked.size === 0) return { accepted: acceptTemplate(whole, accepting), asked };
  const kept = { ...request, template: withoutRemovals(request.template, [...asked.keys()]) };
  const read = readTemplate(kept, settings);
  const [left] = removalsOf(read.topology).keys();
  if (left === undefined) return { accepted: acceptTemplate(read, accepting), asked };
  throw new InvalidInput(
    `node_templates.${left}: removal_list must stand in its scalable capability itself, not behind an alias or a type`,
  );
}

/** Ids of the instances that serve the named resources; a resource without an instance is gone already. */
function resolveRemovals(
  asked: ReturnType<typeof removalsOf>,
  { deployment, cluster: { record, nodes } }: Current,
): readonly string[] {
  const known = { nodes, launches: record.launches, wanted: wantedNow(record.progress) };
  const resources = new Map(listResources(deployment, known).map((resource) => [resource.resourceId, resource]));
  return [...asked].flatMap(([nodeName, ids]) =>
    ids.flatMap((id) => {
      const resource = resources.get(id);
      if (resource?.nodeName !== nodeName) throw new InvalidInput(`Unknown resource with id <${id}>`);
      return resource.instanceId ?? [];
    }),
  );
}

/** A password is told to every program of the cluster when it is made. The message shows none. */
function changedPasswords(given: GivenCredentials, { mesos, marathon, chronos }: ClusterSecrets): readonly string[] {
  const pairs = [
    ['mesos_password', given.mesosPassword, mesos.password],
    ['marathon_password', given.marathonPassword, marathon.password],
    ['chronos_password', given.chronosPassword, chronos.password],
  ] as const;
  return pairs
    .filter(([, is, was]) => is !== undefined && is !== was)
    .map(([name]) => `${name} cannot be changed to another one`);
}

function refuse(refusals: readonly string[]): void {
  if (refusals.length === 0) return;
  throw new InvalidInput(`The update is not possible without another cluster: ${refusals.join('; ')}`);
}

/** @returns undefined if what is secret stays the same: then the version in use is used on */
function newSecrets({ secrets }: AcceptedTemplate, before: ClusterSecrets): ClusterSecrets | undefined {
  const { templateLiterals, addOns, parameters } = before;
  return isDeepStrictEqual(secrets, { templateLiterals, addOns, parameters }) ? undefined : { ...before, ...secrets };
}

/**
 * Places that the deployment was made with stay those of its first minute; see `TopologyNode`. Compute nodes that the template
 * has no more are kept without places, so that their nodes are shown until they are gone.
 */
function placesOf(topology: readonly TopologyNode[], { deployment, cluster }: Current): readonly TopologyNode[] {
  const first = new Map(deployment.topology.map(({ name, count, countAtFirst }) => [name, countAtFirst ?? count]));
  const names = new Set(topology.map(({ name }) => name));
  const served = new Set(cluster.nodes.map(({ group }) => group));
  const leaving = deployment.topology.filter(({ name, group }) => !names.has(name) && group && served.has(group));
  return [
    ...topology.map((node) => ({ ...node, countAtFirst: first.get(node.name) ?? 0 })),
    ...leaving.map((node) => ({ ...node, count: 0 })),
  ];
}

function tell(changes: readonly string[], spec: ClusterSpec, before: ClusterSpec): readonly string[] {
  const what = changes.length === 0 ? 'nothing of the cluster changes' : changes.join('; ');
  return [`update: ${what}`, ...spec.notes.filter((note) => !before.notes.includes(note))];
}
