import type { FunctionName } from '../lambdas/contracts/functions.ts';

/** `plan-cluster` → `PlanCluster`: logical ids and placeholders. */
export function pascalCase(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** Placeholder of a function in state machine definitions: `PlanClusterFunctionArn`. */
export function functionPlaceholder(name: FunctionName): string {
  return `${pascalCase(name)}FunctionArn`;
}
