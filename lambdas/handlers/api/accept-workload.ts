/** A checked request becomes the records and secrets of services or jobs; or it is refused, and nothing is stored. */
import { isDeepStrictEqual } from 'node:util';
import { InvalidInput } from '../../contracts/error-names.ts';
import type { ClusterRecord, Timestamp } from '../../domain/cluster/records.ts';
import { describeTopology } from '../../domain/cluster/specification.ts';
import { addSeconds } from '../../domain/cluster/time.ts';
import type { DeploymentRecord } from '../../domain/deployment/deployment.ts';
import { deploymentTypeOf } from '../../domain/tosca/index.ts';
import { whyUnfit } from '../../domain/workload/candidate.ts';
import { clusterParameter } from '../../domain/workload/choice.ts';
import type { DesiredWorkload } from '../../domain/workload/records.ts';
import { secretsIn, type WorkloadSpec, type WorkloadType } from '../../domain/workload/spec.ts';
import { specifyWorkload } from '../../domain/workload/specify.ts';
import type { WorkloadSecrets } from '../../ports/credentials.ts';
import type { BegunWorkloadUpdate, LoadedWorkload } from '../../ports/workload-store.ts';
import { type CreationContext, type CreationRequest, newRecord } from './accept-creation.ts';
import { checkSizes, type ReadTemplate, readTemplate, storeContent } from './accept-template.ts';
import type { UpdateContext } from './accept-update.ts';
import type { Creation } from './read-creation.ts';
import type { ApiSettings } from './services.ts';

/** What there is of a workload before a cluster is chosen for it. */
export interface NewWorkload {
  readonly deployment: DeploymentRecord & { readonly type: WorkloadType };
  readonly desired: Omit<DesiredWorkload, 'hostClusterId'>;
  readonly secrets: WorkloadSecrets;
  /** For people: what is shown where its cluster's workloads are listed. */
  readonly name: string;
}

/** @returns the type if the template is one of services or jobs */
export function workloadTypeOf({ topology }: ReadTemplate): WorkloadType | undefined {
  const type = deploymentTypeOf(topology);
  return type === 'MARATHON' || type === 'CHRONOS' ? type : undefined;
}

/** @param origin base URL of the API. @throws InvalidInput that says what in the template or the parameters is wrong */
export function acceptWorkload(
  { creation, read }: CreationRequest,
  type: WorkloadType,
  { origin, ...context }: CreationContext & { readonly origin: string },
): NewWorkload {
  const { deploymentId, settings, now, caller } = context;
  const { spec, content, secrets } = specify(read, { type, generation: 1, settings });
  const record = newRecord(creation, context);
  const accepted = {
    deployment: { ...record, ...content, type },
    desired: {
      workloadId: deploymentId,
      presence: 'present' as const,
      forget: false,
      generation: 1,
      spec,
      volumeBase: settings.workloadVolumeBase,
      createdBy: `${caller.subject}@${caller.issuer}`,
      origin,
      createdAt: record.createdAt,
      deadlineAt: workloadDeadlineOf(creation, { type, now, settings }),
    },
    secrets,
    name: nameOf(read, spec),
  };
  checkSizes(accepted);
  return accepted;
}

interface Specifying {
  readonly type: WorkloadType;
  readonly generation: number;
  readonly settings: ApiSettings;
}

function specify(read: ReadTemplate, { type, generation, settings }: Specifying) {
  const { onedata, rules } = settings;
  const { spec, secrets: values } = specifyWorkload(read.topology, {
    type,
    generation,
    ...(onedata ? { onedata } : {}),
  });
  const { content, secrets } = storeContent(read, describeTopology(read.topology, []), rules);
  return { spec, content, secrets: { ...secrets, values } };
}

/** What the original gave every provider: ten days. */
const jobTimeoutSeconds = 14_400 * 60;

/** Services run soon or never; jobs take as long as they take. A request may say otherwise, for shorter or longer. */
function workloadDeadlineOf(
  { timeoutMins, providerTimeoutMins }: Pick<Creation, 'timeoutMins' | 'providerTimeoutMins'>,
  { type, now, settings: { rules } }: Pick<Specifying, 'type' | 'settings'> & { readonly now: Date },
): Timestamp {
  const asked = [timeoutMins, providerTimeoutMins].flatMap((mins) => (mins ? [mins * 60] : []));
  const usual = type === 'MARATHON' ? rules.deploymentTimeoutSeconds : jobTimeoutSeconds;
  return addSeconds(now, asked.length > 0 ? Math.min(...asked) : usual);
}

/** What the template calls itself, or else what is in it. */
function nameOf({ topology: { metadata } }: ReadTemplate, spec: WorkloadSpec): string {
  const containers = spec.type === 'MARATHON' ? spec.services : spec.jobs;
  const given = metadata.get('display_name') ?? metadata.get('template_name');
  return (given ?? containers.map(({ node }) => node).join(', ')).slice(0, 100);
}

/** What there is before the update. */
export interface CurrentWorkload {
  readonly deployment: DeploymentRecord;
  readonly workload: LoadedWorkload;
  readonly secrets: WorkloadSecrets;
  /** Its cluster; absent: that is gone. */
  readonly host?: ClusterRecord;
}
export interface AcceptedWorkloadUpdate {
  readonly begun: BegunWorkloadUpdate;
  /** To be stored as a version of its own; absent: the secrets stay as they are. */
  readonly secrets?: WorkloadSecrets;
  /** For the log. */
  readonly activity: readonly string[];
}

/** Parameters are merged over those given before, as for clusters. @throws InvalidInput */
export function acceptWorkloadUpdate(
  request: Creation,
  { deployment, workload, secrets: before, host }: CurrentWorkload,
  { updateId, now, settings }: UpdateContext,
): AcceptedWorkloadUpdate {
  const { desired, progress } = workload.record;
  const { type } = desired.spec;
  refuseMove(request, deployment);
  const parameters = { ...deployment.parameters, ...before.parameters, ...request.parameters };
  const read = readTemplate({ ...request, parameters }, settings);
  if (deploymentTypeOf(read.topology) !== type)
    throw new InvalidInput(
      `The deployment is of type ${type}, and the template is of type ${deploymentTypeOf(read.topology)}`,
    );
  const generation = deployment.generation + 1;
  const { spec, content, secrets: fresh } = specify(read, { type, generation, settings });
  const because = host && whyUnfit(host, spec);
  if (because !== undefined) throw new InvalidInput(`The deployment's cluster cannot run this: ${because}`);
  // What the loop may go back to must still find its secrets.
  const goneBackTo = [progress.stable, progress.candidate].flatMap((each) => (each ? [each.spec] : []));
  const used = new Set([desired.spec, ...goneBackTo].flatMap(secretsIn));
  const kept = Object.fromEntries(Object.entries(before.values).filter(([name]) => used.has(name)));
  const secrets = { ...fresh, values: { ...kept, ...fresh.values } };
  const isSame = isDeepStrictEqual(secrets, before);
  const secretVersion = isSame ? desired.secretVersion : updateId;
  const begun: BegunWorkloadUpdate = {
    ...content,
    generation,
    ...(request.callback ? { callback: request.callback } : {}),
    ...(request.timeoutMins ? { timeoutMins: request.timeoutMins } : {}),
    workloadUpdate: {
      updateId,
      spec,
      deadlineAt: workloadDeadlineOf(request, { type, now, settings }),
      ...(secretVersion ? { secretVersion } : {}),
    },
  };
  checkSizes({ deployment: { ...deployment, ...begun }, desired: spec, secrets });
  const notes = spec.notes.filter((note) => !desired.spec.notes.includes(note));
  return {
    begun,
    ...(isSame ? {} : { secrets }),
    activity: ['update: another template, or other parameters', ...notes],
  };
}

/** A workload stays on its cluster. */
function refuseMove({ parameters }: Creation, { hostClusterId, hostClusterName }: DeploymentRecord): void {
  const asked = clusterParameter(parameters);
  if (asked === undefined || asked === hostClusterId || asked === hostClusterName) return;
  throw new InvalidInput(
    `The parameter cluster names another cluster than ${hostClusterId}: a deployment cannot be moved; make a new one there`,
  );
}
