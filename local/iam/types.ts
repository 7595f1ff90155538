/** IAM's objects, and what other services of the local cloud ask of it. */
import type { PolicyStatement, RolePolicies } from '../types.ts';

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: PolicyStatement | readonly PolicyStatement[];
}

export interface Role {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** `AROA…` */
  readonly id: string;
  readonly assumeRolePolicy: PolicyDocument;
  readonly description?: string;
  readonly boundaryArn?: string;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  readonly inline: Map<string, PolicyDocument>;
  /** ARNs of attached managed policies. */
  readonly attached: Set<string>;
}

export interface ManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly document: PolicyDocument;
}

export interface InstanceProfile {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  roleName?: string;
  /** From when on EC2 knows it with its role. */
  usableAt: number;
}

export interface IamDirectory {
  /** What authorization evaluates; the boundary, if there is one, apart. */
  policiesOf(roleName: string): RolePolicies | undefined;
  roleByName(roleName: string): Role | undefined;
  /** By name or ARN, if EC2 knows it by now. */
  findUsableProfile(nameOrArn: string): InstanceProfile | undefined;
  /** By name, whether EC2 knows it or not. */
  profileByName(name: string): InstanceProfile | undefined;
}
