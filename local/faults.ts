/** Faults that are switched on while the local cloud runs, by a test or by `POST /_local/faults` on the AWS endpoint. */
import * as z from 'zod';
import { type AwsCall, AwsError, type Faults, type NodeFault, type Random } from './types.ts';

const times = z.number().int().positive().optional();
const probability = z.number().min(0).max(1).default(1);
/** This many are left alone first. */
const skip = z.number().int().min(0).default(0);
const any = z.string().min(1).default('*');

export const Fault = z.discriminatedUnion('kind', [
  /** API calls are answered with an error, before or after they have taken effect. */
  z.strictObject({
    kind: z.literal('api-error'),
    service: any,
    action: any,
    /** Who calls. */
    caller: z.enum(['*', 'user', 'function', 'node', 'service']).default('*'),
    when: z.enum(['before', 'after']).default('before'),
    skip,
    code: z.string().min(1),
    message: z.string().default('An injected fault.'),
    status: z.number().int().min(400).max(599).default(400),
    /** Of each call. */
    probability,
    /** Ends after this many errors. */
    times,
  }),
  /** Invocations of a function fail: it never runs, or it does all its work and its answer is lost. */
  z.strictObject({
    kind: z.literal('function'),
    /** Part of the function's name. */
    function: any,
    effect: z.enum(['not-run', 'answer-lost']),
    skip,
    probability,
    times,
  }),
  /** Events or nodes' messages are lost, or delivered twice. */
  z.strictObject({
    kind: z.literal('delivery'),
    of: z.enum(['event', 'node-message']),
    /** Of events: their source, such as `aws.cloudwatch` for alarms. */
    source: any,
    effect: z.enum(['lost', 'doubled']),
    probability,
    times,
  }),
  /** EC2 has no capacity for these offerings. */
  z.strictObject({ kind: z.literal('no-capacity'), instanceType: any, zone: any, market: any }),
  /** SSM commands besides start commands fail on the nodes. */
  z.strictObject({
    kind: z.literal('command'),
    /** Of the document, as this project calls it: `cordon-nodes`. */
    document: any,
    role: any,
    probability,
    times,
  }),
  /** Nodes that boot slowly or fail to start; `times` counts nodes. */
  z.strictObject({
    kind: z.literal('node'),
    role: any,
    group: any,
    bootDelaySeconds: z.union([z.number().min(0), z.literal('never')]).optional(),
    failStarts: z.number().int().positive().optional(),
    hangStarts: z.boolean().optional(),
    probability,
    times,
  }),
]);
export type Fault = z.infer<typeof Fault>;
type FaultOf<K extends Fault['kind']> = Extract<Fault, { kind: K }>;

export interface FaultSwitches extends Faults {
  /** @returns the id to remove it by. @throws ZodError if it is no fault this cloud knows */
  add(fault: z.input<typeof Fault>): string;
  list(): ReadonlyArray<{ readonly id: string; readonly fault: Fault; readonly used: number }>;
  remove(id: string): void;
  clear(): void;
}

interface Active {
  readonly id: string;
  readonly fault: Fault;
  used: number;
  /** How many it could have struck. */
  seen: number;
  /** Nodes it has been drawn for already: a node keeps its fault, and its luck. */
  readonly nodes: Map<string, boolean>;
}

export function createFaults(random: Random): FaultSwitches {
  const active: Active[] = [];
  let lastId = 0;
  const strikes = (entry: Active): boolean => {
    const limits = entry.fault as { times?: number; probability?: number; skip?: number };
    entry.seen += 1;
    if (entry.seen <= (limits.skip ?? 0)) return false;
    if (limits.times !== undefined && entry.used >= limits.times) return false;
    if (random.next() >= (limits.probability ?? 1)) return false;
    entry.used += 1;
    return true;
  };
  const first = <K extends Fault['kind']>(kind: K, isMeant: (fault: FaultOf<K>, entry: Active) => boolean) =>
    active.find((entry) => entry.fault.kind === kind && isMeant(entry.fault as FaultOf<K>, entry))?.fault as
      | FaultOf<K>
      | undefined;
  const strikesNode = (entry: Active, instanceId: string): boolean => {
    const known = entry.nodes.get(instanceId);
    if (known !== undefined) return known;
    const struck = strikes(entry);
    entry.nodes.set(instanceId, struck);
    return struck;
  };
  const callError = ({ service, action, caller }: AwsCall, when: 'before' | 'after') => {
    const isMeant = (one: FaultOf<'api-error'>) =>
      one.when === when &&
      matches(one.service, service) &&
      matches(one.action, action) &&
      matches(one.caller, caller.kind);
    const fault = first('api-error', (one, entry) => isMeant(one) && strikes(entry));
    return fault && new AwsError(fault.code, fault.message, fault.status);
  };
  return {
    add(fault) {
      lastId += 1;
      const id = `fault-${lastId}`;
      active.push({ id, fault: Fault.parse(fault), used: 0, seen: 0, nodes: new Map() });
      return id;
    },
    list: () => active.map(({ id, fault, used }) => ({ id, fault, used })),
    remove(id) {
      const index = active.findIndex((entry) => entry.id === id);
      if (index >= 0) active.splice(index, 1);
    },
    clear() {
      active.length = 0;
    },
    beforeCall: (call) => callError(call, 'before'),
    afterCall: (call) => callError(call, 'after'),
    invocation: (functionName) =>
      first('function', (one, entry) => (one.function === '*' || functionName.includes(one.function)) && strikes(entry))
        ?.effect,
    deliveries(kind, source = '*') {
      const isMeant = (one: FaultOf<'delivery'>) => one.of === kind && matches(one.source, source);
      const fault = first('delivery', (one, entry) => isMeant(one) && strikes(entry));
      if (!fault) return 1;
      return fault.effect === 'lost' ? 0 : 2;
    },
    commandFails: (document, role) =>
      first('command', (one, entry) => matches(one.document, document) && matches(one.role, role) && strikes(entry)) !==
      undefined,
    lacksCapacity: (instanceType, zone, market) =>
      first(
        'no-capacity',
        (one) => matches(one.instanceType, instanceType) && matches(one.zone, zone) && matches(one.market, market),
      ) !== undefined,
    nodeFault({ instanceId, role, group }) {
      const fault = first(
        'node',
        (one, entry) => matches(one.role, role) && matches(one.group, group) && strikesNode(entry, instanceId),
      );
      return fault && nodeFaultOf(fault);
    },
  };
}

function matches(pattern: string, value: string): boolean {
  return pattern === '*' || pattern === value;
}

function nodeFaultOf({ bootDelaySeconds, failStarts, hangStarts }: FaultOf<'node'>): NodeFault {
  return {
    ...(bootDelaySeconds !== undefined && { bootDelaySeconds }),
    ...(failStarts !== undefined && { failStarts }),
    ...(hangStarts !== undefined && { hangStarts }),
  };
}
