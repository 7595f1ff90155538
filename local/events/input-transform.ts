/** What a target receives: the event, a part of it, a constant, or a text made of its parts. */
import { AwsError } from '../types.ts';
import type { BusEvent } from './event.ts';

export interface TargetInput {
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
}

/** @returns JSON text, or plain text from a template that is none */
export function inputFor(event: BusEvent, target: TargetInput, ruleArn: string): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(readPath(event, target.InputPath) ?? null);
  if (target.InputTransformer === undefined) return JSON.stringify(event);
  const { InputPathsMap = {}, InputTemplate } = target.InputTransformer;
  const parts = Object.entries(InputPathsMap).map(([name, path]) => [name, readPath(event, path)] as const);
  return fillTemplate(InputTemplate, {
    ...Object.fromEntries(parts),
    'aws.events.rule-arn': ruleArn,
    'aws.events.rule-name': ruleArn.split('/').at(-1),
    'aws.events.event': event,
    'aws.events.event.json': event,
    'aws.events.event.ingestion-time': event.time,
  });
}

const step = /\.([A-Za-z0-9_-]+)|\['([^']+)'\]|\[(\d+)\]/y;

/** Reads `$.a.b['c-d'][0]`. @throws AwsError ValidationException for any other form */
export function readPath(value: unknown, path: string): unknown {
  if (!path.startsWith('$')) throw badPath(path);
  let found = value;
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null) throw badPath(path);
    const key = match[1] ?? match[2] ?? match[3] ?? '';
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined;
  }
  return found;
}

function badPath(path: string): AwsError {
  return new AwsError('ValidationException', `The path ${path} of an event target is not implemented`);
}

/** A placeholder within quotes becomes bare text, one outside of them JSON. */
function fillTemplate(template: string, values: Readonly<Record<string, unknown>>): string {
  let quoted = false;
  return template.replace(/\\.|"|<([A-Za-z0-9_.-]+)>/g, (found, name: string | undefined) => {
    if (found === '"') quoted = !quoted;
    if (name === undefined || !(name in values)) return found;
    const value = values[name];
    if (!quoted) return JSON.stringify(value ?? '');
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
    return JSON.stringify(text).slice(1, -1);
  });
}
