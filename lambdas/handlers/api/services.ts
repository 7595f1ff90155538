/** What the API's operations need, and the shape of an operation. */
import type { ControlRules } from '../../contracts/functions.ts';
import type { Owner } from '../../domain/deployment/deployment.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type { ClusterStore } from '../../ports/cluster-store.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { DeploymentStore } from '../../ports/deployment-store.ts';
import type { Signals } from '../../ports/signals.ts';
import type { HttpRequest, HttpResponse } from '../../runtime/http.ts';
import type { RouteKey } from '../../runtime/http-router.ts';
import type { Log } from '../../runtime/logger.ts';

export interface ApiSettings {
  readonly region: string;
  /** Zones that a template may place nodes in. */
  readonly zones: readonly string[];
  readonly rules: ControlRules;
  readonly maxTemplateBytes: number;
}

export interface ApiServices {
  readonly deployments: DeploymentStore;
  readonly clusters: Pick<ClusterStore, 'addActivity'>;
  readonly credentials: Credentials;
  readonly signals: Signals;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly settings: ApiSettings;
}

/** A request whose route is known. */
export interface ApiCall extends HttpRequest {
  /** Values of the path's `:name` segments. */
  readonly parameters: Readonly<Record<string, string>>;
}
export interface UserCall extends ApiCall {
  readonly caller: Owner;
}

type Answer = HttpResponse | Promise<HttpResponse>;
export type AnonymousOperation = (call: ApiCall, services: ApiServices) => Answer;
export type Operation = (call: UserCall, services: ApiServices) => Answer;

export type ApiRoute = RouteKey &
  (
    | { readonly access: 'anonymous'; readonly handle: AnonymousOperation }
    | { readonly access: 'user'; readonly handle: Operation }
  );
