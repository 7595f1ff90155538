/** Gateway by invoking the one function that sits in the VPC. Requests hold credentials: they are never logged. */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { DependencyUnavailable, Throttled } from '../contracts/error-names.ts';
import { Snapshot } from '../contracts/gateway.ts';
import type { Gateway } from '../ports/gateway.ts';
import { translateError } from './errors.ts';

export function lambdaGateway(client: LambdaClient, functionName: string): Gateway {
  return {
    snapshot: async (request) => {
      const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
      try {
        const { FunctionError, Payload } = await client.send(command);
        return FunctionError === undefined ? parseSnapshot(Payload) : undefined;
      } catch (error) {
        const translated = translateError(error, 'asking the gateway');
        if (translated instanceof DependencyUnavailable || translated instanceof Throttled) return undefined;
        throw translated;
      }
    },
  };
}

function parseSnapshot(payload: Uint8Array | undefined): Snapshot | undefined {
  const parsed = Snapshot.safeParse(JSON.parse(Buffer.from(payload ?? []).toString() || 'null'));
  return parsed.success ? parsed.data : undefined;
}
