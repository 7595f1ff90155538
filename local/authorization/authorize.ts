/** Whether a role's policies allow a call, evaluated as IAM does: an explicit Deny wins, then an Allow is needed. */
import type { AuthorizationContext, AwsCall, PolicyStatement, RolePolicies } from '../types.ts';
import { type ConditionValues, conditionsHold, resolveVariables } from './conditions.ts';
import { asList, matchesPattern } from './patterns.ts';

/** IAM's prefix of a service's actions, where it is not the signing name. */
const actionPrefixes: Readonly<Record<string, string>> = { monitoring: 'cloudwatch', email: 'ses' };
/** IAM's name of an action, where it is not the API's. */
const actionNames: Readonly<Record<string, string>> = {
  'lambda:Invoke': 'lambda:InvokeFunction',
  'sqs:SendMessageBatch': 'sqs:SendMessage',
  'sqs:DeleteMessageBatch': 'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibilityBatch': 'sqs:ChangeMessageVisibility',
};

export function iamAction(service: string, action: string): string {
  const name = `${actionPrefixes[service] ?? service}:${action}`;
  return actionNames[name] ?? name;
}

/**
 * @param policies of the caller's role; undefined if there is no such role (any more)
 * @returns undefined if allowed, else why not, in AWS's words
 */
export function denialOf(
  call: AwsCall,
  policies: RolePolicies | undefined,
  context: AuthorizationContext,
): string | undefined {
  return checkAction(call, iamAction(call.service, call.action), { policies, context });
}

interface Asked {
  readonly policies: RolePolicies | undefined;
  readonly context: AuthorizationContext;
}

function checkAction(call: AwsCall, action: string, { policies, context }: Asked): string | undefined {
  const refused = (resource: string | undefined, because: string) =>
    `User: ${call.caller.arn} is not authorized to perform: ${action}${resource ? ` on resource: ${resource}` : ''} because ${because}`;
  if (!policies) return refused(undefined, `the role ${call.caller.roleName} does not exist`);
  for (const resource of context.resources ?? [undefined]) {
    const own = context.ofResource?.[resource ?? ''];
    const values = { ...conditionValues(call, policies, context), ...own };
    const applies = (statement: PolicyStatement) =>
      actionMatches(statement, action) &&
      resourceMatches(statement, resource, values) &&
      conditionsHold(statement, values, context.told);
    const because = refusalOf(policies, applies, action);
    if (because !== undefined) return refused(resource, because);
  }
  for (const other of context.also ?? []) {
    const denial = checkAction(call, other.action, { policies, context: other.context });
    if (denial !== undefined) return denial;
  }
  return undefined;
}

function refusalOf(
  policies: RolePolicies,
  applies: (statement: PolicyStatement) => boolean,
  action: string,
): string | undefined {
  const has = (statements: readonly PolicyStatement[], effect: 'Allow' | 'Deny') =>
    statements.some((statement) => statement.Effect === effect && applies(statement));
  if (has([...policies.identity, ...(policies.boundary ?? [])], 'Deny')) return 'of an explicit deny in a policy';
  if (!has(policies.identity, 'Allow')) return `no identity-based policy allows the ${action} action`;
  if (policies.boundary && !has(policies.boundary, 'Allow'))
    return `no permissions boundary allows the ${action} action`;
  return undefined;
}

function conditionValues(call: AwsCall, policies: RolePolicies, context: AuthorizationContext): ConditionValues {
  const tags = Object.entries(policies.tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value] as const);
  return {
    ...context.conditions,
    ...Object.fromEntries(tags),
    'aws:PrincipalArn': call.caller.arn,
    'aws:SecureTransport': 'true',
    ...(call.caller.instanceId && { 'ec2:SourceInstanceArn': call.caller.instanceId }),
  };
}

function actionMatches(statement: PolicyStatement, action: string): boolean {
  const isOneOf = (patterns: readonly string[]) => patterns.some((pattern) => matchesPattern(pattern, action, true));
  return statement.NotAction ? !isOneOf(asList(statement.NotAction)) : isOneOf(asList(statement.Action));
}

function resourceMatches(statement: PolicyStatement, resource: string | undefined, values: ConditionValues): boolean {
  // A Deny must be known to be about the resource; without one to compare it is left out.
  if (resource === undefined) return statement.Effect === 'Allow' || asList(statement.Resource).includes('*');
  const isOneOf = (patterns: readonly string[]) =>
    patterns.some((pattern) => matchesPattern(resolveVariables(pattern, values), resource));
  return statement.NotResource ? !isOneOf(asList(statement.NotResource)) : isOneOf(asList(statement.Resource));
}
