/** The gateway: invoked by functions outside the VPC; answers with a snapshot of the cluster's software. */
import { mesosHttp } from '../adapters/mesos-http.ts';
import { GatewayRequest, type Snapshot } from '../contracts/gateway.ts';
import type { Gateway } from '../ports/gateway.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';

/** Masters answer within milliseconds; one that is gone must not use up the function's time. */
const timeoutMs = 4_000;

export const makeQueryMesos =
  (gateway: Gateway) =>
  (request: GatewayRequest): Promise<Snapshot | undefined> =>
    gateway.snapshot(request);

export const handler = lambdaStack({ name: 'query-mesos', input: GatewayRequest }).handler(
  makeQueryMesos(mesosHttp({ timeoutMs })),
);
