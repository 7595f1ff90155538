/** Telling a deployment's receiver what became of it: through a queue, so that a slow receiver keeps nobody waiting. */
import type { CallbackMessage } from '../contracts/callback.ts';
import type { PostOutcome } from '../domain/deployment/callback.ts';

export interface Callbacks {
  /** @throws Throttled, DependencyUnavailable */
  send(message: CallbackMessage): Promise<void>;
}

/** The queue from its consumer's side. */
export interface Deliveries {
  /** Keeps a message that is being handled out of sight for so long; then it is received again. */
  postpone(receiptHandle: string, seconds: number): Promise<void>;
}

export interface Receiver {
  /** One POST of JSON. Never throws: whatever goes wrong is an outcome. */
  post(url: string, body: string): Promise<PostOutcome>;
}
