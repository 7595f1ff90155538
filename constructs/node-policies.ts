/** What nodes may do, as data: for the managed policies of the roles and for the boundary around them. */
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { tagKeys } from '../lambdas/contracts/tags.ts';
import { secretArn } from './cluster-secrets.ts';
import type { Permission } from './permissions.ts';

/** The cluster that the calling node's role is tagged with. */
const ownCluster = `\${aws:PrincipalTag/${tagKeys.clusterId}}`;

/**
 * What the SSM agent needs to take commands. The AWS managed policy for it would also let a node read every parameter and
 * document of the account.
 */
const ssmAgent: Permission = {
  actions: [
    'ssm:UpdateInstanceInformation',
    'ssm:ListAssociations',
    'ssm:ListInstanceAssociations',
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
    'ec2messages:AcknowledgeMessage',
    'ec2messages:DeleteMessage',
    'ec2messages:FailMessage',
    'ec2messages:GetEndpoint',
    'ec2messages:GetMessages',
    'ec2messages:SendReply',
  ],
  resources: ['*'],
  because: 'the agent’s channels to SSM know no resources',
};

/** Every node: taking commands, reading its own cluster's secret, saying hello, pulling images. */
export function commonPermissions(scope: Construct, signalsQueueArn: string, images: readonly string[]): Permission[] {
  return [
    ssmAgent,
    { actions: ['secretsmanager:GetSecretValue'], resources: [secretArn(scope, ownCluster)] },
    { actions: ['sqs:SendMessage'], resources: [signalsQueueArn] },
    ...pullPermissions(scope, images),
  ];
}

/** A load balancer: taking its own cluster's elastic IP. */
export function balancerPermissions(scope: Construct): Permission[] {
  const ec2 = (resource: string) => Stack.of(scope).formatArn({ service: 'ec2', resource, resourceName: '*' });
  return [
    {
      actions: ['ec2:AssociateAddress'],
      resources: [ec2('elastic-ip'), ec2('instance'), ec2('network-interface')],
      conditions: { StringEquals: { [`aws:ResourceTag/${tagKeys.clusterId}`]: ownCluster } },
      because: 'the tag condition leaves what belongs to the caller’s own cluster',
    },
    {
      actions: ['ec2:DescribeAddresses', 'ec2:DescribeInstances'],
      resources: ['*'],
      because: 'EC2’s Describe actions know no resources',
    },
  ];
}

const ecrHost = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?(?:\/(.+))?$/;

/** Pulling from private ECR repositories, if any of the registries or images is one. Other registries need no permission. */
function pullPermissions(scope: Construct, images: readonly string[]): Permission[] {
  const matches = images.map((image) => ecrHost.exec(image)).filter((match) => match !== null);
  if (matches.length === 0) return [];
  const repositories = matches.map(([, account = '', region = '', path]) =>
    Stack.of(scope).formatArn({ service: 'ecr', account, region, ...repositoryOf(path) }),
  );
  return [
    {
      actions: ['ecr:GetAuthorizationToken'],
      resources: ['*'],
      because: 'a login to ECR is to a registry, which is no resource',
    },
    {
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      resources: [...new Set(repositories)],
      because: 'each image of a mirror is a repository of its own',
    },
  ];
}

/** All repositories under a mirror's path, or an image's own repository and what lies under it. */
function repositoryOf(path: string | undefined): { resource: string; resourceName: string } {
  const name = path?.replace(/[:@].*$/, '');
  return { resource: 'repository', resourceName: name === undefined ? '*' : `${name}*` };
}
