/** Lambda's resource types in the template. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { physicalName } from '../cloudformation/without-effect.ts';
import type { ResourceToCreate, ResourceTypes } from '../types.ts';
import type { FunctionSettings } from './function.ts';
import type { LambdaHost } from './host.ts';
import type { InvokePermissions } from './permissions.ts';

interface FunctionProperties {
  readonly FunctionName?: string;
  readonly Handler: string;
  readonly Runtime: string;
  readonly Role: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
  readonly VpcConfig?: { readonly SecurityGroupIds?: readonly string[] };
  readonly ReservedConcurrentExecutions?: number;
  readonly DeadLetterConfig?: { readonly TargetArn?: string };
  readonly LoggingConfig?: { readonly LogGroup?: string };
}

interface EventInvokeProperties {
  readonly FunctionName: string;
  readonly MaximumRetryAttempts?: number;
  readonly DestinationConfig?: { readonly OnFailure?: { readonly Destination?: string } };
}

const RESERVED = [
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
];
const MAX_ENVIRONMENT_BYTES = 4096;

/** @param assetDirectory directory of the synthesized template, where the functions' code lies */
export function lambdaResourceTypes(
  host: LambdaHost,
  permissions: InvokePermissions,
  assetDirectory: string,
): ResourceTypes {
  return {
    'AWS::Lambda::Permission': permissions.resourceType,
    'AWS::Lambda::Function': {
      properties: [
        'Code',
        'DeadLetterConfig',
        'Environment',
        'FunctionName',
        'Handler',
        'LoggingConfig',
        'MemorySize',
        'ReservedConcurrentExecutions',
        'Role',
        'Runtime',
        'Timeout',
        'VpcConfig',
      ],
      withoutEffect: ['Architectures', 'Description', 'KmsKeyArn', 'Tags', 'TracingConfig'],
      create: (resource) => {
        const settings = settingsFrom(resource, assetDirectory);
        host.create(settings);
        return { ref: settings.name, attributes: { Arn: settings.arn } };
      },
    },
    'AWS::Lambda::EventInvokeConfig': {
      properties: ['DestinationConfig', 'FunctionName', 'MaximumRetryAttempts', 'Qualifier'],
      withoutEffect: ['MaximumEventAgeInSeconds'],
      create: ({ logicalId, properties }) => {
        const {
          FunctionName,
          MaximumRetryAttempts = 2,
          DestinationConfig,
        } = properties as unknown as EventInvokeProperties;
        const onFailureArn = DestinationConfig?.OnFailure?.Destination;
        host.configureAsync(FunctionName, {
          maximumRetries: Number(MaximumRetryAttempts),
          ...(onFailureArn && { onFailureArn }),
        });
        return { ref: logicalId, attributes: {} };
      },
    },
  };
}

function settingsFrom(resource: ResourceToCreate, assetDirectory: string): FunctionSettings {
  const properties = resource.properties as unknown as FunctionProperties;
  const name = properties.FunctionName ?? physicalName(resource);
  const [file = '', handler = ''] = properties.Handler.split(/\.(?=[^.]*$)/);
  const securityGroupIds = properties.VpcConfig?.SecurityGroupIds;
  const { ReservedConcurrentExecutions: reserved, DeadLetterConfig: deadLetter } = properties;
  if (!properties.Runtime.startsWith('nodejs')) throw new Error(`the runtime ${properties.Runtime} cannot run here`);
  return {
    name,
    arn: `arn:aws:lambda:${resource.region}:${resource.accountId}:function:${name}`,
    roleName: properties.Role.split('/').at(-1) ?? '',
    file: findFile(resource, assetDirectory, file),
    handler,
    environment: checkEnvironment(properties.Environment?.Variables ?? {}),
    timeoutSeconds: Number(properties.Timeout ?? 3),
    memorySize: Number(properties.MemorySize ?? 128),
    logGroupName: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
    ...(securityGroupIds && { securityGroupIds }),
    ...(reserved !== undefined && { reservedConcurrency: Number(reserved) }),
    ...(deadLetter?.TargetArn && { deadLetterArn: deadLetter.TargetArn }),
  };
}

function findFile({ metadata }: ResourceToCreate, assetDirectory: string, name: string): string {
  const asset = metadata?.['aws:asset:path'];
  if (typeof asset !== 'string') {
    throw new Error('the function has no aws:asset:path metadata; synthesize with asset metadata enabled');
  }
  const candidates = ['mjs', 'js', 'cjs'].map((extension) => join(assetDirectory, asset, `${name}.${extension}`));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found) return found;
  throw new Error(`the function's code is not at ${candidates[0]}; bundle the functions before synthesizing`);
}

/** What Lambda refuses, too. */
function checkEnvironment(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const reserved = Object.keys(variables).filter((name) => RESERVED.includes(name) || name.startsWith('AWS_LAMBDA_'));
  if (reserved.length > 0)
    throw new Error(`the environment sets variables that Lambda reserves: ${reserved.join(', ')}`);
  const size = Object.entries(variables).reduce(
    (sum, [name, value]) => sum + name.length + Buffer.byteLength(value),
    0,
  );
  if (size > MAX_ENVIRONMENT_BYTES)
    throw new Error(`the environment has ${size} bytes; Lambda takes ${MAX_ENVIRONMENT_BYTES}`);
  return variables;
}
