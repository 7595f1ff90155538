/**
 * Resource types that are known and do nothing here: the local cloud has no traffic to permit, no key to encrypt with, and
 * nobody who looks at a dashboard. The template's own alarms are about metrics that the local cloud's services do not publish,
 * so they could never change; alarms that are made by the API work. Everything that is on neither this list nor in a service's
 * own is an error.
 */
import { createHash } from 'node:crypto';
import type { ResourceToCreate, ResourceType, ResourceTypes } from '../types.ts';

interface Inert {
  /** ARN after `arn:aws:<service>:<region>:<account>:`, with `{name}`. */
  readonly arn: string;
  readonly refIsArn?: true;
}

const inert: Readonly<Record<string, Inert>> = {
  'AWS::CDK::Metadata': { arn: 'cdk:metadata/{name}' },
  'AWS::CloudWatch::Alarm': { arn: 'cloudwatch:alarm:{name}' },
  'AWS::CloudWatch::CompositeAlarm': { arn: 'cloudwatch:alarm:{name}' },
  'AWS::CloudWatch::Dashboard': { arn: 'cloudwatch:dashboard/{name}' },
  'AWS::EC2::FlowLog': { arn: 'ec2:vpc-flow-log/{name}' },
  'AWS::KMS::Alias': { arn: 'kms:alias/{name}' },
  'AWS::KMS::Key': { arn: 'kms:key/{name}' },
  'AWS::Logs::LogGroup': { arn: 'logs:log-group:{name}:*' },
  'AWS::Logs::MetricFilter': { arn: 'logs:metric-filter/{name}' },
  'AWS::Logs::QueryDefinition': { arn: 'logs:query-definition/{name}' },
  'AWS::Logs::ResourcePolicy': { arn: 'logs:resource-policy/{name}' },
  'AWS::SNS::Subscription': { arn: 'sns:{name}', refIsArn: true },
  'AWS::SNS::Topic': { arn: 'sns:{name}', refIsArn: true },
  'AWS::SNS::TopicPolicy': { arn: 'sns:{name}' },
};

/** Stands for any property: nothing of these resources is put into effect, so nothing can be missed. */
export const ANY_PROPERTY = '*';

/** Properties that give a resource its name. */
const NAME_PROPERTIES = ['LogGroupName', 'TopicName', 'AlarmName', 'DashboardName', 'AliasName'];

export const withoutEffect: ResourceTypes = Object.fromEntries(
  Object.entries(inert).map(([type, kind]) => [type, inertType(kind)]),
);

function inertType(kind: Inert): ResourceType {
  return {
    properties: [],
    withoutEffect: [ANY_PROPERTY],
    create: (resource) => {
      const given = NAME_PROPERTIES.map((property) => resource.properties[property]).find((name) => name !== undefined);
      const name = typeof given === 'string' ? given : physicalName(resource);
      const [service, ...path] = kind.arn.replace('{name}', name).split(':');
      const arn = `arn:aws:${service}:${resource.region}:${resource.accountId}:${path.join(':')}`;
      return {
        ref: kind.refIsArn ? arn : name,
        attributes: { Arn: arn, TopicArn: arn, TopicName: name, KeyId: name, Id: name },
      };
    },
  };
}

/** A name as CloudFormation makes one up: stack, logical id, and a hash that keeps cut names apart. */
export function physicalName({ stackName, logicalId }: ResourceToCreate, maxLength = 64): string {
  const suffix = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex').slice(0, 12).toUpperCase();
  return `${`${stackName}-${logicalId}`.slice(0, maxLength - suffix.length - 1)}-${suffix}`;
}
