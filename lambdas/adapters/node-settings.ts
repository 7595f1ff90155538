import type * as z from 'zod';
import type { NodeRole } from '../contracts/cluster.ts';
import type { NodeEnv } from '../contracts/functions.ts';
import type { Subnets } from '../domain/cluster/offerings.ts';

/** Where and as what nodes are launched: the environment in words of the adapters. */
export interface NodeSettings {
  readonly stackName: string;
  readonly region: string;
  readonly vpcId: string;
  readonly subnets: Subnets;
  readonly gatewaySecurityGroupId: string;
  readonly signalsQueueUrl: string;
  readonly rolePath: string;
  readonly boundaryArn: string;
  readonly policyArns: Readonly<Record<NodeRole, string>>;
  /** AMI id or `resolve:ssm:<parameter>`. */
  readonly image: string;
  /** KMS key of the disks; empty: the account's own EBS key. */
  readonly encryptionKeyId: string;
}

export function nodeSettings(env: z.output<typeof NodeEnv>): NodeSettings {
  return {
    stackName: env.STACK_NAME,
    region: env.AWS_REGION,
    vpcId: env.VPC_ID,
    subnets: { public: env.PUBLIC_SUBNETS, private: env.PRIVATE_SUBNETS },
    gatewaySecurityGroupId: env.GATEWAY_SECURITY_GROUP_ID,
    signalsQueueUrl: env.SIGNALS_QUEUE_URL,
    rolePath: env.NODE_ROLE_PATH,
    boundaryArn: env.NODE_BOUNDARY_ARN,
    policyArns: {
      master: env.MASTER_POLICY_ARN,
      slave: env.SLAVE_POLICY_ARN,
      'load-balancer': env.LOAD_BALANCER_POLICY_ARN,
    },
    image: env.NODE_IMAGE,
    encryptionKeyId: env.NODE_ENCRYPTION_KEY_ID,
  };
}
