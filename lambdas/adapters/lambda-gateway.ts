/** Gateway by invoking the one function that sits in the VPC. Requests hold credentials: they are never logged. */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { DependencyUnavailable, Throttled } from '../contracts/error-names.ts';
import { ChangeAnswer, type GatewayRequest, GroupView, JobView, MoveAnswer, Snapshot } from '../contracts/gateway.ts';
import type { Gateway } from '../ports/gateway.ts';
import { translateError } from './errors.ts';

export function lambdaGateway(client: LambdaClient, functionName: string): Gateway {
  /** @returns undefined if the function failed, ran out of time, or answered something else */
  const ask = async <T>(request: GatewayRequest, answer: z.ZodType<T>): Promise<T | undefined> => {
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
    try {
      const { FunctionError, Payload } = await client.send(command);
      return FunctionError === undefined ? parseAnswer(answer, Payload) : undefined;
    } catch (error) {
      const translated = translateError(error, 'asking the gateway');
      if (translated instanceof DependencyUnavailable || translated instanceof Throttled) return undefined;
      throw translated;
    }
  };
  const change = async (request: GatewayRequest): Promise<ChangeAnswer> =>
    (await ask(request, ChangeAnswer)) ?? { outcome: 'unanswered', status: 0 };
  return {
    snapshot: (request) => ask({ ...request, operation: 'snapshot' }, Snapshot),
    putGroup: (request) => change({ ...request, operation: 'put-group' }),
    deleteGroup: (request) => change({ ...request, operation: 'delete-group' }),
    viewGroups: (request) => ask({ ...request, operation: 'view-groups' }, z.array(GroupView)),
    putJob: (request) => change({ ...request, operation: 'put-job' }),
    deleteJob: (request) => change({ ...request, operation: 'delete-job' }),
    moveServices: (request) => ask({ ...request, operation: 'move-services' }, MoveAnswer),
    viewJobs: (request) => ask({ ...request, operation: 'view-jobs' }, z.array(JobView)),
  };
}

function parseAnswer<T>(answer: z.ZodType<T>, payload: Uint8Array | undefined): T | undefined {
  const parsed = answer.safeParse(JSON.parse(Buffer.from(payload ?? []).toString() || 'null'));
  return parsed.success ? parsed.data : undefined;
}
