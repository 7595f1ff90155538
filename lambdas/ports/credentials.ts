/** The one secret of a cluster. Its content never leaves memory except towards Secrets Manager and the gateway. */
export interface ClusterSecrets {
  readonly mesos: { readonly username: string; readonly password: string };
  readonly marathon: { readonly username: string; readonly password: string };
  readonly chronos: { readonly username: string; readonly password: string };
  /** Base64 of 32 random bytes. */
  readonly consulGossipKey: string;
  /** Secret literals of the template by marker, see domain/tosca/redact. */
  readonly templateLiterals: Readonly<Record<string, string>>;
  /** Secret properties of add-ons, by the names that the specification uses for them. @default none */
  readonly addOns?: Readonly<Record<string, string>>;
  /** Parameters that are secret, by name, as they were sent. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The one secret of a workload. */
export interface WorkloadSecrets {
  /** What its services or jobs are given, by the names that their specification uses. */
  readonly values: Readonly<Record<string, string>>;
  /** Secret literals of the template by marker, see domain/tosca/redact. */
  readonly templateLiterals: Readonly<Record<string, string>>;
  /** Parameters that are secret, by name, as they were sent. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The first version is what nodes read; those of updates lie beside it, so that an update that is refused disturbs nothing. */
export interface Secrets<S> {
  /** Creates the secret, tagged; one that exists already under this id is left as it is. */
  create(id: string, secrets: S): Promise<void>;
  /** @param version absent: the first @throws NotFound */
  get(id: string, version?: string): Promise<S>;
  /** Stores a version under an id of its own, a uuid. Repeatable with the same content. @throws NotFound */
  addVersion(id: string, version: string, secrets: S): Promise<void>;
  /** Lets go of a version that nobody uses; one that is gone is no error. */
  dropVersion(id: string, version: string): Promise<void>;
}
export type Credentials = Secrets<ClusterSecrets>;

export interface WorkloadCredentials extends Secrets<WorkloadSecrets> {
  /** For good, with all versions; one that is gone is no error. */
  remove(workloadId: string): Promise<void>;
}
