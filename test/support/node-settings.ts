import type { NodeSettings } from '../../lambdas/adapters/node-settings.ts';
import { subnets } from './clusters.ts';

export const settings: NodeSettings = {
  stackName: 'mesoscale',
  region: 'eu-west-1',
  vpcId: 'vpc-1',
  subnets,
  gatewaySecurityGroupId: 'sg-gateway',
  signalsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/signals',
  rolePath: '/mesoscale/mesoscale/',
  boundaryArn: 'arn:aws:iam::123456789012:policy/boundary',
  policyArns: {
    master: 'arn:aws:iam::123456789012:policy/master',
    slave: 'arn:aws:iam::123456789012:policy/slave',
    'load-balancer': 'arn:aws:iam::123456789012:policy/load-balancer',
  },
  image: 'resolve:ssm:/images/node',
  encryptionKeyId: '',
};
