/** How this stack gives permissions: statement by statement, each wildcard explained where it stands. */
import { Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** By operator and condition key. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** One statement of an identity's policy. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** @default none */
  readonly conditions?: Conditions;
  /**
   * Why a resource of this statement must be a wildcard. It is recorded beside the resource for cdk-nag, which refuses any
   * wildcard that nobody explained.
   * @default no resource is a wildcard
   */
  readonly because?: string;
}

/** Allows `grantee` what the permissions say. @returns the last grant, as CDK's own grants do */
export function allow(grantee: iam.IGrantable, ...permissions: readonly Permission[]): iam.Grant {
  const grants = permissions.map((permission) => allowOne(grantee, permission));
  return grants.reduce((all, next) => all.combine(next));
}

function allowOne(grantee: iam.IGrantable, permission: Permission): iam.Grant {
  const principal = grantee.grantPrincipal;
  if (iam.Role.isRole(principal)) explainWildcards(principal, permission);
  return iam.Grant.addToPrincipal({
    grantee,
    actions: [...permission.actions],
    resourceArns: [...permission.resources],
    ...(permission.conditions ? { conditions: { ...permission.conditions } } : {}),
  });
}

/** The same as a statement, for a managed policy. */
export function statementOf(permission: Permission): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: [...permission.actions],
    resources: [...permission.resources],
    ...(permission.conditions ? { conditions: { ...permission.conditions } } : {}),
  });
}

/** Records the reasons of wildcard resources on the construct that holds them. */
export function explainWildcards(holder: IConstruct, ...permissions: readonly Permission[]): void {
  const stack = Stack.of(holder);
  for (const { resources, because } of permissions)
    for (const resource of resources.map((arn) => flatten(stack.resolve(arn))).filter((arn) => arn.includes('*'))) {
      if (because === undefined) throw new Error(`the wildcard ${resource} has no explanation`);
      Validations.of(holder).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason: because });
    }
}

/** Text of a resolved value as cdk-nag writes it in a finding: `<AWS::Region>` for a Ref, `<Queue.Arn>` for an attribute. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  const [name, argument] = Object.entries(value as Record<string, unknown>)[0] ?? [];
  if (name === 'Ref') return `<${String(argument)}>`;
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(flatten).join(separator);
  }
  throw new Error(`a resource may not be given by ${String(name)}`);
}
