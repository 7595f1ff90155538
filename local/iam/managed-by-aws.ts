/** The managed policies of AWS that stacks attach to functions, as far as the local cloud has their services. */
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

export const managedByAws: Readonly<Record<string, PolicyDocument>> = {
  [serviceRole('AWSLambdaBasicExecutionRole')]: { Statement: [logs] },
  [serviceRole('AWSLambdaVPCAccessExecutionRole')]: { Statement: [logs, interfaces] },
  [serviceRole('AWSLambdaSQSQueueExecutionRole')]: {
    Statement: [logs, allow('sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes')],
  },
};
