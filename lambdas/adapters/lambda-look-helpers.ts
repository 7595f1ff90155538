/** More invocations of the very function that looks. */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { CollectLoadInput } from '../contracts/load.ts';
import type { LookHelpers } from '../ports/look-helpers.ts';
import { translating } from './errors.ts';

export function lambdaLookHelpers(client: LambdaClient, functionName: string): LookHelpers {
  return {
    hand: async (clusterIds) => {
      const input: CollectLoadInput = { clusterIds: [...clusterIds] };
      const command = new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'Event',
        Payload: JSON.stringify(input),
      });
      await translating('handing on clusters', () => client.send(command));
    },
  };
}
