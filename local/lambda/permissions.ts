/** Functions' resource policies: which service may invoke which function, on behalf of what. */
import { matchesPattern } from '../authorization/patterns.ts';
import type { ResourceType } from '../types.ts';
import { functionNameOf } from './host.ts';

export interface InvokePermissions {
  readonly resourceType: ResourceType;
  /** @param principal such as `events.amazonaws.com` @param sourceArn what the service invokes the function for */
  allows(functionName: string, principal: string, sourceArn: string): boolean;
}

interface Permission {
  readonly functionName: string;
  readonly principal: string;
  readonly sourceArn: string;
}

export function createInvokePermissions(): InvokePermissions {
  const permissions: Permission[] = [];
  return {
    resourceType: {
      properties: ['Action', 'FunctionName', 'Principal', 'SourceArn'],
      withoutEffect: ['SourceAccount'],
      create: ({ logicalId, properties }) => {
        const { Action, FunctionName, Principal, SourceArn = '*' } = properties;
        if (Action === 'lambda:InvokeFunction') {
          const functionName = functionNameOf(String(FunctionName));
          permissions.push({ functionName, principal: String(Principal), sourceArn: String(SourceArn) });
        }
        return { ref: logicalId, attributes: { Id: logicalId } };
      },
    },
    allows: (functionName, principal, sourceArn) =>
      permissions.some(
        (one) =>
          one.functionName === functionNameOf(functionName) &&
          one.principal === principal &&
          matchesPattern(one.sourceArn, sourceArn),
      ),
  };
}
