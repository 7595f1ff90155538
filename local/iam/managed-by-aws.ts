/** The managed policies of AWS that stacks attach, as far as the local cloud has their services. */
import type { PolicyStatement } from '../types.ts';
import type { PolicyDocument } from './types.ts';

const allow = (...actions: string[]): PolicyStatement => ({ Effect: 'Allow', Action: actions, Resource: '*' });
const logs = allow('logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents');
const interfaces = allow(
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
);
const serviceRole = (name: string) => `arn:aws:iam::aws:policy/service-role/${name}`;

/** What API Gateway needs to write the logs of all APIs of an account. */
const apiLogs = allow(
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:DescribeLogGroups',
  'logs:DescribeLogStreams',
  'logs:PutLogEvents',
  'logs:GetLogEvents',
  'logs:FilterLogEvents',
);

export const managedByAws: Readonly<Record<string, PolicyDocument>> = {
  [serviceRole('AmazonAPIGatewayPushToCloudWatchLogs')]: { Statement: [apiLogs] },
  [serviceRole('AWSLambdaBasicExecutionRole')]: { Statement: [logs] },
  [serviceRole('AWSLambdaVPCAccessExecutionRole')]: { Statement: [logs, interfaces] },
  [serviceRole('AWSLambdaSQSQueueExecutionRole')]: {
    Statement: [logs, allow('sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes')],
  },
};
