/** Secrets Manager of the local cloud. */
import { tagList, textOf } from '../ec2/wire.ts';
import type { AuthorizationContext, AwsCall, AwsService, ResourceTypes } from '../types.ts';
import {
  createSecret,
  deleteSecret,
  describeSecret,
  getSecretValue,
  putSecretValue,
  tagResource,
  updateSecretVersionStage,
} from './actions.ts';
import { listSecrets } from './list-secrets.ts';
import {
  arnPrefix,
  createState,
  fail,
  findSecret,
  type Input,
  livingSecrets,
  type SecretsManagerOptions,
  type State,
} from './state.ts';

export type { SecretsManagerOptions } from './state.ts';

export interface SecretsManager {
  readonly service: AwsService;
  readonly resourceTypes: ResourceTypes;
  readonly inspect: {
    /** Secrets that exist, with their values, so that tests can look for them where they should not be. */
    secrets(): readonly {
      readonly name: string;
      readonly value: string;
      /** Values of versions beside the current one. */
      readonly staged: readonly string[];
      readonly tags: Readonly<Record<string, string>>;
    }[];
    /** Names of secrets with this value of this tag. */
    leftovers(tagKey: string, tagValue: string): readonly string[];
  };
}

const actions: Readonly<Record<string, (state: State, input: Input) => unknown>> = {
  CreateSecret: createSecret,
  GetSecretValue: getSecretValue,
  PutSecretValue: putSecretValue,
  UpdateSecret: putSecretValue,
  UpdateSecretVersionStage: updateSecretVersionStage,
  DescribeSecret: describeSecret,
  ListSecrets: listSecrets,
  DeleteSecret: deleteSecret,
  TagResource: tagResource,
};

export function createSecretsManager(options: SecretsManagerOptions): SecretsManager {
  const state = createState(options);
  return {
    service: {
      signingName: 'secretsmanager',
      protocol: 'json-1.1',
      targetPrefix: 'secretsmanager',
      authorization: (call) => authorizationOf(state, call),
      handle: ({ action, input }) =>
        (actions[action] ?? fail('UnknownOperationException', `The operation ${action} is not known`))(state, input),
    },
    resourceTypes: {},
    inspect: {
      secrets: () =>
        livingSecrets(state).map(({ name, value, tags, staged }) => ({
          name,
          value,
          staged: [...staged.values()].map((version) => version.value),
          tags: Object.fromEntries(tags),
        })),
      leftovers: (key, value) =>
        livingSecrets(state)
          .filter(({ tags }) => tags.get(key) === value)
          .map(({ name }) => name),
    },
  };
}

function authorizationOf(state: State, { action, input }: AwsCall): AuthorizationContext {
  if (action === 'ListSecrets') return {};
  const id = textOf(input.SecretId) ?? textOf(input.Name) ?? '';
  const known = findSecret(state, id);
  const conditions = (prefix: string, tags: ReadonlyMap<string, string> = new Map()) =>
    Object.fromEntries([...tags].map(([key, value]) => [`${prefix}/${key}`, value]));
  const resource = known?.arn ?? (id.startsWith('arn:') ? id : `${arnPrefix(state)}${id}-??????`);
  return {
    resources: [resource],
    conditions: { ...conditions('aws:ResourceTag', known?.tags), ...conditions('aws:RequestTag', tagList(input.Tags)) },
  };
}
