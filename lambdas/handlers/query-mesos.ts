/** The gateway: invoked by functions outside the VPC; asks and changes the software of one cluster and answers what it found. */
import { chronosHttp } from '../adapters/chronos-http.ts';
import { marathonHttp } from '../adapters/marathon-http.ts';
import { marathonTasks } from '../adapters/marathon-tasks.ts';
import { mesosHttp } from '../adapters/mesos-http.ts';
import { GatewayRequest } from '../contracts/gateway.ts';
import type { Gateway } from '../ports/gateway.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';

/**
 * Masters answer within milliseconds; one that is gone must not use up the function's time. A change is asked of three masters
 * at most (the majority of five), which stays within it.
 */
const timeouts = { timeoutMs: 4_000, changeTimeoutMs: 8_000 };

/** What a request is answered with. Null stands for a cluster that could not tell, because JSON knows no undefined. */
export const makeQueryMesos =
  (gateway: Gateway) =>
  async (request: GatewayRequest): Promise<unknown> =>
    (await answer(gateway, request)) ?? null;

function answer(gateway: Gateway, request: GatewayRequest): Promise<unknown> {
  switch (request.operation) {
    case 'snapshot':
      return gateway.snapshot(request);
    case 'put-group':
      return gateway.putGroup(request);
    case 'delete-group':
      return gateway.deleteGroup(request);
    case 'view-groups':
      return gateway.viewGroups(request);
    case 'put-job':
      return gateway.putJob(request);
    case 'delete-job':
      return gateway.deleteJob(request);
    case 'view-jobs':
      return gateway.viewJobs(request);
    case 'move-services':
      return gateway.moveServices(request);
  }
}

export const handler = lambdaStack({ name: 'query-mesos', input: GatewayRequest }).handler(
  makeQueryMesos({
    ...mesosHttp(timeouts),
    ...marathonHttp(timeouts),
    ...chronosHttp(timeouts),
    ...marathonTasks(timeouts),
  }),
);
