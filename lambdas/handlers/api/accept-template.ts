/** What a template and its parameters make of a deployment's records, whether it is new or updated; or why they are refused. */
import { InvalidInput } from '../../contracts/error-names.ts';
import type { ControlRules } from '../../contracts/functions.ts';
import type { Timestamp } from '../../domain/cluster/records.ts';
import { type ClusterSpec, type GivenCredentials, groupsOf } from '../../domain/cluster/spec.ts';
import { describeTopology, specifyCluster } from '../../domain/cluster/specification.ts';
import { addSeconds } from '../../domain/cluster/time.ts';
import type { DeploymentRecord, TopologyNode } from '../../domain/deployment/deployment.ts';
import {
  parseTemplate,
  readTopology,
  redactTemplate,
  splitParameters,
  type Topology,
} from '../../domain/tosca/index.ts';
import type { ClusterSecrets, WorkloadSecrets } from '../../ports/credentials.ts';
import type { Creation } from './read-creation.ts';
import type { ApiSettings } from './services.ts';

/** DynamoDB takes items of 400 KiB. A deployment's record has to take the outputs as well, see `maxOutputsBytes`. */
const maxRecordBytes = 300_000;
/** A workload's record holds up to three specifications: what is wanted, what ran last, and what is to be what ran last. */
const maxSpecificationBytes = 110_000;
/** Secrets Manager takes secrets of 64 KiB. */
const maxSecretBytes = 65_000;

/** A template with the parameters that it was read with. */
export interface ReadTemplate {
  readonly document: ReturnType<typeof parseTemplate>;
  readonly topology: Topology;
  readonly parameters: Creation['parameters'];
}

/** Of the deployment's record; without any secret. */
type Content = Pick<DeploymentRecord, 'template' | 'parameters' | 'topology' | 'outputExpressions'>;
/** What of any template belongs into the deployment's secret. */
type ContentSecrets = Pick<ClusterSecrets & WorkloadSecrets, 'templateLiterals' | 'parameters'>;

export interface AcceptedTemplate {
  readonly spec: ClusterSpec;
  /** Passwords that the template gives. */
  readonly credentials: GivenCredentials;
  readonly content: Content;
  /** Of the cluster's secret. */
  readonly secrets: ContentSecrets & Pick<ClusterSecrets, 'addOns'>;
}

export interface TemplateContext {
  readonly deploymentId: string;
  readonly generation: number;
  readonly settings: ApiSettings;
}

/** @throws InvalidInput */
export function readTemplate(
  { template, parameters }: Pick<Creation, 'template' | 'parameters'>,
  { maxTemplateBytes }: Pick<ApiSettings, 'maxTemplateBytes'>,
): ReadTemplate {
  const document = parseTemplate(template, maxTemplateBytes);
  return { document, topology: readTopology(document, parameters), parameters };
}

/** @throws InvalidInput that says what in the template or the parameters is wrong */
export function acceptTemplate(
  read: ReadTemplate,
  { deploymentId, generation, settings }: TemplateContext,
): AcceptedTemplate {
  const { region, zones, rules } = settings;
  const { topology } = read;
  const context = { deploymentId, generation, region, zones, maxSlaves: rules.maxSlavesPerCluster };
  const { spec, credentials, addOnSecrets } = specifyCluster(topology, context);
  const { content, secrets } = storeContent(read, describeTopology(topology, groupsOf(spec)), rules);
  return { spec, credentials, content, secrets: { ...secrets, addOns: addOnSecrets } };
}

/**
 * What is kept of any template, its secrets apart.
 * @param resources the topology as the API shows it
 * @throws InvalidInput if there are too many
 */
export function storeContent(
  { document, topology, parameters }: ReadTemplate,
  resources: readonly TopologyNode[],
  rules: ControlRules,
): { readonly content: Content; readonly secrets: ContentSecrets } {
  refuseTooMany(resources, rules);
  const { text, literals: templateLiterals } = redactTemplate(document, topology);
  const { open, secret } = splitParameters(parameters, topology);
  return {
    content: { template: text, parameters: open, topology: resources, outputExpressions: topology.outputs },
    secrets: { templateLiterals, parameters: secret },
  };
}

/** There is one provider, so its timeout and that of the whole deployment are about the same thing: the smaller holds. */
export function deadlineOf(
  { timeoutMins, providerTimeoutMins }: Pick<Creation, 'timeoutMins' | 'providerTimeoutMins'>,
  now: Date,
  rules: ControlRules,
): Timestamp {
  const limits = [timeoutMins, providerTimeoutMins].flatMap((mins) => (mins ? [mins * 60] : []));
  return addSeconds(now, Math.min(rules.deploymentTimeoutSeconds, ...limits));
}

/** The API shows a resource per node, also where elasticity has cut the template's own count down. */
const otherResources = 1_000;

function refuseTooMany(topology: DeploymentRecord['topology'], { maxSlavesPerCluster }: ControlRules): void {
  const resources = topology.reduce((sum, { count }) => sum + count, 0);
  const maxResources = maxSlavesPerCluster + otherResources;
  if (resources <= maxResources) return;
  throw new InvalidInput(`The template asks for ${resources} resources; at most ${maxResources} are allowed here`);
}

/** @throws InvalidInput if something is too large to be stored */
export function checkSizes(stored: { deployment: object; desired: unknown; secrets: unknown }): void {
  refuseLarger('a deployment record', { ...stored.deployment, outputs: {} }, maxRecordBytes);
  refuseLarger('a specification', stored.desired, maxSpecificationBytes);
  refuseLarger('a set of secrets', stored.secrets, maxSecretBytes);
}

function refuseLarger(what: string, value: unknown, limit: number): void {
  if (Buffer.byteLength(JSON.stringify(value)) <= limit) return;
  throw new InvalidInput(`The template makes ${what} larger than the ${limit} bytes that can be stored; shorten it`);
}
