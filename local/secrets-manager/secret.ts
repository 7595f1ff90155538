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
  /** By version id. */
  readonly staged: Map<string, StagedVersion>;
  /** Set while it waits for its recovery window to end. */
  deletedAt?: number;
}

/** A version that is kept beside the current one by stages of its own. */
export interface StagedVersion {
  readonly value: string;
  readonly stages: Set<string>;
  readonly createdAt: number;
}

/** The stages of the current version; earlier ones without a stage are not kept. */
export const versionStages = ['AWSCURRENT'];

export const secretItem = (secret: Secret) => ({
  ARN: secret.arn,
  Name: secret.name,
  Description: secret.description,
  CreatedDate: secret.createdAt / 1000,
  LastChangedDate: secret.changedAt / 1000,
  Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
  SecretVersionsToStages: {
    ...Object.fromEntries([...secret.staged].map(([id, { stages }]) => [id, [...stages]])),
    [secret.versionId]: versionStages,
  },
  ...(secret.deletedAt === undefined ? {} : { DeletedDate: secret.deletedAt / 1000 }),
});
