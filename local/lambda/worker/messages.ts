/** What passes between a function's worker thread and its host. */
export interface WorkerSetup {
  /** The bundle's file. */
  readonly file: string;
  /** Name of the exported handler. */
  readonly handler: string;
  /** `SimClock.shared`. */
  readonly clock: SharedArrayBuffer;
  readonly network: WorkerNetwork;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memorySize: number;
  readonly logGroupName: string;
  /** Directory for compiled code: a second start of the same bundle is twice as fast. */
  readonly compileCache: string;
}

/** In a VPC a function reaches private addresses only, through the router; outside of one, everything but these. */
export type WorkerNetwork =
  | { readonly kind: 'vpc'; readonly routerPort: number; readonly securityGroupIds: readonly string[] }
  | { readonly kind: 'public' };

export type HostMessage = InvokeMessage | FireMessage;

/** A timer of the function is due. */
export interface FireMessage {
  readonly kind: 'fire';
  readonly id: number;
}

export interface InvokeMessage {
  readonly kind: 'invoke';
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  /** Milliseconds that it may take, of simulated and of real time alike. */
  readonly timeoutMs: number;
}

/** An error as Lambda reports it. */
export interface ReportedError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type WorkerMessage =
  | { readonly kind: 'set-timer'; readonly id: number; readonly delayMs: number }
  | { readonly kind: 'cancel-timer'; readonly id: number }
  /** Only timers are waited for. `fired`: how many the function had been told of, for a newer one makes this outdated. */
  | { readonly kind: 'waiting'; readonly fired: number }
  | { readonly kind: 'busy' }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-error'; readonly error: ReportedError }
  | { readonly kind: 'answer'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'error'; readonly requestId: string; readonly error: ReportedError };
