/** What the API's operations need, and the shape of an operation. */
import type { ApiAccess, ApiLimits, BuildInfo, ControlRules, OnedataProvider } from '../../contracts/functions.ts';
import type { Caller } from '../../domain/deployment/access.ts';
import type { Owner } from '../../domain/deployment/deployment.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type { ClusterStore } from '../../ports/cluster-store.ts';
import type { IdempotencyKeys, Quotas } from '../../ports/creation-guards.ts';
import type { Credentials, WorkloadCredentials } from '../../ports/credentials.ts';
import type { DeploymentStore } from '../../ports/deployment-store.ts';
import type { Gateway } from '../../ports/gateway.ts';
import type { Signals } from '../../ports/signals.ts';
import type { WorkloadStore } from '../../ports/workload-store.ts';
import type { HttpRequest, HttpResponse } from '../../runtime/http.ts';
import type { RouteKey } from '../../runtime/http-router.ts';
import type { Log } from '../../runtime/logger.ts';

export interface ApiSettings {
  readonly region: string;
  /** Zones that a template may place nodes in. */
  readonly zones: readonly string[];
  readonly rules: ControlRules;
  readonly maxTemplateBytes: number;
  readonly limits: ApiLimits;
  /** CIDRs of callbacks' receivers that are allowed although they are not public. */
  readonly callbackNetworks: readonly string[];
  readonly access: ApiAccess;
  readonly build: BuildInfo;
  /** On slaves, in front of a deployment's or a job's id: directories of local volumes. */
  readonly workloadVolumeBase: string;
  /** How long all clusters together have to show what room they have. */
  readonly lookMilliseconds: number;
  /** Absent: services and jobs cannot read what only an Onedata could tell. */
  readonly onedata?: OnedataProvider;
}

export interface ApiServices {
  readonly deployments: DeploymentStore;
  readonly clusters: Pick<ClusterStore, 'addActivity' | 'findExisting' | 'loadCluster'>;
  readonly workloads: Pick<
    WorkloadStore,
    | 'create'
    | 'load'
    | 'requestDelete'
    | 'requestUpdate'
    | 'listClaims'
    | 'claim'
    | 'renewClaim'
    | 'releaseClaim'
    | 'findExisting'
  >;
  readonly idempotencyKeys: IdempotencyKeys;
  readonly quotas: Quotas;
  readonly credentials: Credentials;
  readonly workloadCredentials: Omit<WorkloadCredentials, 'remove'>;
  /** To see what clusters have room for. */
  readonly gateway: Pick<Gateway, 'snapshot'>;
  readonly signals: Signals;
  /** Called for every request of a known caller. @throws HttpError 429 */
  readonly checkPace: (caller: Owner, now: Date) => void;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  /** Text of a file of the documentation's page, see `documentationFiles`. */
  readonly readPageFile: (name: string) => Promise<string>;
  readonly settings: ApiSettings;
}

/** A request whose route is known. */
export interface ApiCall extends HttpRequest {
  /** Values of the path's `:name` segments. */
  readonly parameters: Readonly<Record<string, string>>;
}
export interface UserCall extends ApiCall {
  readonly caller: Caller;
}

type Answer = HttpResponse | Promise<HttpResponse>;
export type AnonymousOperation = (call: ApiCall, services: ApiServices) => Answer;
export type Operation = (call: UserCall, services: ApiServices) => Answer;

/** What a caller's token must allow, where the stack is configured to ask for scopes: see `ApiAccess`. */
export type ScopeNeed = keyof ApiAccess['requiredScopes'];

export type ApiRoute = RouteKey &
  (
    | { readonly access: 'anonymous'; readonly handle: AnonymousOperation }
    | { readonly access: 'user'; readonly needs?: ScopeNeed; readonly handle: Operation }
  );
