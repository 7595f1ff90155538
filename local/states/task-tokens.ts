/** Task tokens: how `SendTaskSuccess`, `SendTaskFailure` and `SendTaskHeartbeat` find the task that waits. */
import { AwsError, type Random } from '../types.ts';
import { payloadLimit, StateError } from './errors.ts';

export interface WaitingTask {
  succeed(output: unknown): void;
  fail(error: StateError): void;
  heartbeat(): void;
}

const form = /^AQCEAAAAKgAAAAMAAAAAAAAAA[0-9a-f]{96}$/;

export class TaskTokens {
  private readonly random: Random;
  private readonly waiting = new Map<string, WaitingTask>();
  private readonly closed = new Set<string>();

  constructor(random: Random) {
    this.random = random;
  }

  draw(): string {
    return `AQCEAAAAKgAAAAMAAAAAAAAAA${this.random.hex(96)}`;
  }

  /** @returns a function that closes the token */
  open(token: string, task: WaitingTask): () => void {
    this.waiting.set(token, task);
    return () => {
      this.waiting.delete(token);
      this.closed.add(token);
    };
  }

  /** @throws AwsError InvalidToken, TaskTimedOut, TaskDoesNotExist, InvalidOutput */
  succeed(token: string, output: string): void {
    const task = this.find(token);
    task.succeed(parseOutput(output));
  }

  /** @throws AwsError InvalidToken, TaskTimedOut, TaskDoesNotExist */
  fail(token: string, error: string, cause: string): void {
    this.find(token).fail(new StateError(error, cause));
  }

  /** @throws AwsError InvalidToken, TaskTimedOut, TaskDoesNotExist */
  heartbeat(token: string): void {
    this.find(token).heartbeat();
  }

  private find(token: string): WaitingTask {
    if (!form.test(token)) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    const task = this.waiting.get(token);
    if (task !== undefined) return task;
    if (this.closed.has(token)) {
      throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    }
    throw new AwsError('TaskDoesNotExist', "Task does not exist: 'Provided task does not exist'");
  }
}

function parseOutput(output: string): unknown {
  if (Buffer.byteLength(output) > payloadLimit) {
    throw new AwsError('InvalidOutput', `Invalid Output: 'The output is larger than ${payloadLimit} bytes'`);
  }
  try {
    return JSON.parse(output) as unknown;
  } catch {
    throw new AwsError('InvalidOutput', "Invalid Output: 'The output is not JSON'");
  }
}
