/** What a deployment used of AWS. */
import type { LocalCloud } from '../local/cloud.ts';
import { costOf, type Invoked } from './cost.ts';

export interface Figures {
  /** The control plane's own use, by what is counted. */
  readonly totals: Readonly<Record<string, number>>;
  /** Calls of the control plane's functions that went through or were refused, by `service:Action`. */
  readonly calls: Readonly<Record<string, number>>;
  /** Calls of the nodes. */
  readonly nodeCalls: Readonly<Record<string, number>>;
  /** US dollars at list prices, by service, without the nodes. */
  readonly cost: Readonly<Record<string, number>>;
}

const serviceNames: Readonly<Record<string, string>> = { secretsmanager: 'secrets', states: 'step functions' };

export function countFigures(cloud: LocalCloud): Figures {
  const { states, dynamodb, sqs, functions } = cloud.services;
  const runs = states.inspect.executions();
  const { transitions, events } = states.inspect.counts();
  const invoked: Invoked[] = [...functions.invocations].map(([name, count]) => ({
    count,
    memoryMiB: functions.settingsOf(name).memorySize,
  }));
  const queues = sqs.inspect.eventSources().map(({ counts }) => counts);
  const { itemsWritten, writeUnits, readUnits } = dynamodb.usage();
  const totals = {
    'Runs of the loop': runs.length,
    'State transitions': transitions,
    'History events': events,
    'History events of the longest run': Math.max(...runs.map(({ history }) => history.events.length)),
    'Lambda invocations': sum(invoked.map(({ count }) => count)),
    'SQS messages': sum(queues.map(({ messages }) => messages)),
    'SQS batches handled': sum(queues.map(({ invocations }) => invocations)),
    'DynamoDB items written': itemsWritten,
    'DynamoDB write units': Math.ceil(writeUnits),
    'DynamoDB read units': Math.ceil(readUnits),
  };
  return {
    totals,
    calls: countCalls(cloud, 'function'),
    nodeCalls: countCalls(cloud, 'node'),
    cost: costOf({ transitions, invoked, messages: totals['SQS messages'], writeUnits, readUnits }),
  };
}

/** Sorted by name. */
function countCalls({ calls }: LocalCloud, kind: 'function' | 'node'): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { service, action, caller } of calls.all()) {
    if (caller?.kind !== kind) continue;
    const name = `${serviceNames[service] ?? service} ${action}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
