/** What EC2 and SSM of the local cloud and the simulated nodes know of one another. */

/** A machine that EC2 has powered on, as the software on it sees it. */
export interface Machine {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly market: 'on-demand' | 'spot';
  readonly privateIp: string;
  /** Decoded user data; empty if there is none. */
  readonly userData: string;
  readonly rootDiskGiB: number;
  /** Tags as instance metadata shows them. */
  readonly tags: Readonly<Record<string, string>>;
  /** Role of the instance profile; absent if there is no profile or it has no role. */
  roleName(): string | undefined;
  /** Public address at this moment. */
  publicIp(): string | undefined;
  /** Whether its subnet's routes, its addresses and its security groups let it reach public endpoints. */
  reachesInternet(): boolean;
  readonly securityGroupIds: readonly string[];
  /** Whether its security groups let in `tcp/port` from a sender at `ip` with these security groups. */
  accepts(port: number, from: { readonly securityGroupIds: readonly string[]; readonly ip?: string }): boolean;
}

/** An SSM agent that has registered. */
export interface ManagedAgent {
  readonly instanceId: string;
  readonly privateIp: string;
  readonly roleName: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly registeredAt: number;
  /** Epoch milliseconds of the last heartbeat; the agent sends one every five minutes while it lives. */
  lastPingAt(): number;
  /** What SSM does not know at once: it notices missing heartbeats only after minutes. */
  machine(): 'on' | 'off' | 'discarded';
}

/** A command as the SSM agent gets it: the document's name and checked parameters. */
export interface NodeCommand {
  readonly commandId: string;
  readonly documentName: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** After this many seconds the agent kills the script. */
  readonly timeoutSeconds: number;
}
export interface NodeCommandResult {
  readonly status: 'Success' | 'Failed' | 'TimedOut';
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface NodeSimulator {
  /** The machine is running: it boots. */
  powerOn(machine: Machine): void;
  /** The machine's processes end. `discard`: its disks go, too. */
  powerOff(instanceId: string, options: { readonly discard: boolean }): void;
  /** SSM agents that ever registered and whose machines are not long gone. */
  agents(): readonly ManagedAgent[];
  findAgent(instanceId: string): ManagedAgent | undefined;
  /** Runs a command; `done` is never called if the machine goes off. @returns a function that cancels it */
  run(instanceId: string, command: NodeCommand, done: (result: NodeCommandResult) => void): () => void;
}
