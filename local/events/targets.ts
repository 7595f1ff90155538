/** Where events and schedules go: queues, functions and state machines. */
import { AwsError } from '../types.ts';

/** Delivers to a target, or throws why it cannot. `sourceArn` is the rule or schedule. */
export interface EventTargets {
  /** @throws AwsError QueueDoesNotExist, AccessDenied */
  sendToQueue(queueArn: string, body: string, sourceArn: string): void;
  /** Hands the event to Lambda for asynchronous invocation. */
  invokeFunction(functionArn: string, payload: unknown, sourceArn: string): void;
  /** @throws AwsError */
  startExecution(machineArn: string, input: string): void;
}

/** Delivers by the service that the ARN names. @throws AwsError */
export function deliver(targets: EventTargets, targetArn: string, input: string, sourceArn: string): void {
  const service = targetArn.split(':')[2];
  if (service === 'sqs') targets.sendToQueue(targetArn, input, sourceArn);
  else if (service === 'lambda') targets.invokeFunction(targetArn, parseInput(input), sourceArn);
  else if (service === 'states') targets.startExecution(targetArn, input);
  else throw unknownTarget(targetArn);
}

function parseInput(input: string): unknown {
  try {
    return JSON.parse(input) as unknown;
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse the input of the target as JSON');
  }
}

/** @throws AwsError for a service that is not implemented as a target */
export function checkTarget(targetArn: string): void {
  if (!['sqs', 'lambda', 'states'].includes(targetArn.split(':')[2] ?? '')) throw unknownTarget(targetArn);
}

function unknownTarget(targetArn: string): AwsError {
  return new AwsError('ValidationException', `Events cannot be sent to ${targetArn} in the local cloud`);
}
