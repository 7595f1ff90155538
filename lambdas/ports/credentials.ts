/** The one secret of a cluster. Its content never leaves memory except towards Secrets Manager and the gateway. */
export interface ClusterSecrets {
  readonly mesos: { readonly username: string; readonly password: string };
  readonly marathon: { readonly username: string; readonly password: string };
  readonly chronos: { readonly username: string; readonly password: string };
  /** Base64 of 32 random bytes. */
  readonly consulGossipKey: string;
  /** Secret literals of the template by marker, see domain/tosca/redact. */
  readonly templateLiterals: Readonly<Record<string, string>>;
  /** Parameters that are secret, by name. */
  readonly parameters: Readonly<Record<string, string>>;
}
export interface Credentials {
  /** Creates the secret, tagged; one that exists already for this cluster is left as it is. */
  create(clusterId: string, secrets: ClusterSecrets): Promise<void>;
  /** @throws NotFound */
  get(clusterId: string): Promise<ClusterSecrets>;
}
