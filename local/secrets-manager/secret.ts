export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  /** Epoch milliseconds of simulated time. */
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  value: string;
  versionId: string;
  changedAt: number;
  /** Set while it waits for its recovery window to end. */
  deletedAt?: number;
}

/** The one version that is kept is the current one. */
export const versionStages = ['AWSCURRENT'];

export const secretItem = (secret: Secret) => ({
  ARN: secret.arn,
  Name: secret.name,
  Description: secret.description,
  CreatedDate: secret.createdAt / 1000,
  LastChangedDate: secret.changedAt / 1000,
  Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
  SecretVersionsToStages: { [secret.versionId]: versionStages },
  ...(secret.deletedAt === undefined ? {} : { DeletedDate: secret.deletedAt / 1000 }),
});
