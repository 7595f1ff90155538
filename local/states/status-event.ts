import type { EventBus } from '../types.ts';
import type { Execution } from './execution.ts';

/** Input and output are left out of the event when they are larger than this together, in bytes. */
const includedLimit = 248 * 1024;

/** Tells EventBridge that an execution started or ended. */
export function publishStatus(bus: EventBus, execution: Execution): void {
  const { arn, machine, name, status, ending, input } = execution;
  const output = ending?.output ?? null;
  const included = Buffer.byteLength(input) + Buffer.byteLength(output ?? '') <= includedLimit;
  bus.put({
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn: machine.arn,
      name,
      status,
      startDate: execution.startedAt,
      stopDate: execution.stoppedAt ?? null,
      input: included ? input : null,
      output: included ? output : null,
      inputDetails: { included },
      outputDetails: output === null ? null : { included },
      error: ending?.error ?? null,
      cause: ending?.cause ?? null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: status === 'RUNNING' || status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
      redriveStatusReason: null,
    },
  });
}
