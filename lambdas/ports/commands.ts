/** Commands on nodes, through SSM. */
import type { NodeRole } from '../contracts/cluster.ts';
import type { ObservedCommand } from '../domain/cluster/actual.ts';

export interface Commands {
  /** Which of these instances SSM reaches now. */
  findOnline(instanceIds: readonly string[]): Promise<readonly string[]>;
  /** Sends the role's start document, in batches of the service's limit. @returns command id by instance; instances missing from it are not known to SSM yet */
  start(
    role: NodeRole,
    instanceIds: readonly string[],
    parameters: Readonly<Record<string, string>>,
  ): Promise<ReadonlyMap<string, string>>;
  /** How commands stand, by instance. */
  listInvocations(commandIds: readonly string[]): Promise<readonly ObservedCommand[]>;
}

/** One of the documents that look after nodes that have been started. */
export interface Upkeep {
  /** @returns command id by instance; instances missing from it are not known to SSM (any more) */
  send(
    instanceIds: readonly string[],
    parameters: Readonly<Record<string, string>>,
  ): Promise<ReadonlyMap<string, string>>;
}
