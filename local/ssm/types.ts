import type { NodeSimulator } from '../nodes/types.ts';
import type { EventBus, Random, SimClock } from '../types.ts';

export interface SsmOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly bus: EventBus;
  readonly nodes: () => NodeSimulator;
  readonly accountId: string;
  readonly region: string;
}

/** A parameter that a document declares. */
export interface DocumentParameter {
  readonly type: string;
  readonly allowedPattern?: string;
  readonly allowedValues?: readonly string[];
  readonly default?: string | readonly string[];
}
export interface Document {
  readonly name: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, DocumentParameter>>;
  /** Of its one script step. */
  readonly timeoutSeconds: number;
}

export type InvocationStatus = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';
export interface Invocation {
  readonly instanceId: string;
  readonly requestedAt: number;
  status: InvocationStatus;
  statusDetails: string;
  startedAt?: number;
  endedAt?: number;
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Stops what is under way for it. */
  cancel?: () => void;
}
export interface Command {
  readonly id: string;
  readonly document: Document;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly comment: string;
  readonly requestedAt: number;
  /** After this the command is not handed to instances any more. */
  readonly deliveryTimeoutSeconds: number;
  readonly maxConcurrency: string;
  readonly maxErrors: string;
  readonly invocations: Invocation[];
  status: InvocationStatus;
}

export interface SsmState extends SsmOptions {
  readonly documents: Map<string, Document>;
  readonly parameterStore: Map<string, { readonly value: string; readonly type: string }>;
  readonly commands: Map<string, Command>;
  readonly draws: Random;
}
