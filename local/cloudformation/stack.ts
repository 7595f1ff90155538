/** Brings a template up: checks all of it first, then creates its resources one after the other. */
import type { CreatedResource, ResourceTypes } from '../types.ts';
import { checkTemplate } from './check.ts';
import { NO_VALUE, resolve, type Scope } from './intrinsics.ts';
import { creationOrder } from './order.ts';
import { resolveParameters } from './parameters.ts';
import { type Template, TemplateError } from './template.ts';

export interface StackOptions {
  readonly template: Template;
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
  readonly zones: readonly string[];
  readonly parameters?: Readonly<Record<string, string>>;
  readonly types: ResourceTypes;
  /** Value of one of AWS's public SSM parameters. */
  readonly publicParameter?: (name: string) => string | undefined;
}

export interface Stack {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Every created resource by logical id, with its type. */
  readonly resources: ReadonlyMap<string, CreatedResource & { readonly type: string }>;
}

/** @throws TemplateError listing every fault of the template at once */
export async function createStack(options: StackOptions): Promise<Stack> {
  const { template, types, stackName, region, accountId } = options;
  const parameters = resolveParameters(
    template,
    options.parameters ?? {},
    options.publicParameter ?? (() => undefined),
  );
  const faults = [...parameters.faults, ...checkTemplate(template, types)];
  if (faults.length > 0) throw new TemplateError(faults);

  const resources = new Map<string, CreatedResource & { type: string }>();
  const scope = scopeOf(options, parameters.values, resources);
  const wanted = Object.entries(template.Resources)
    .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
    .map(([id]) => id);
  for (const logicalId of creationOrder(template, wanted)) {
    const { Type = '', Properties = {}, Metadata } = template.Resources[logicalId] ?? {};
    const created = await inPlace(logicalId, async () => {
      const properties = resolve(Properties, scope) as Record<string, unknown>;
      return await types[Type]?.create({
        logicalId,
        properties,
        stackName,
        region,
        accountId,
        ...(Metadata && { metadata: Metadata }),
      });
    });
    if (created) resources.set(logicalId, { ...created, type: Type });
  }
  return { name: stackName, resources, outputs: await outputsOf(template, scope) };
}

async function outputsOf(template: Template, scope: Scope): Promise<Record<string, string>> {
  const outputs: Record<string, string> = {};
  for (const [name, { Value, Condition }] of Object.entries(template.Outputs ?? {})) {
    if (Condition !== undefined && !scope.condition(Condition)) continue;
    outputs[name] = await inPlace(`output ${name}`, async () => String(resolve(Value, scope)));
  }
  return outputs;
}

/** Says where in the template an error arose. */
async function inPlace<T>(where: string, create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    throw Object.assign(new TemplateError([`${where}: ${(error as Error).message}`]), { cause: error });
  }
}

function scopeOf(
  { template, stackName, region, accountId, zones }: StackOptions,
  parameters: ReadonlyMap<string, unknown>,
  resources: ReadonlyMap<string, CreatedResource>,
): Scope {
  const pseudo: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': accountId,
    'AWS::NoValue': NO_VALUE,
    'AWS::NotificationARNs': [],
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const conditions = new Map<string, boolean>();
  const scope: Scope = {
    zones,
    ref(name) {
      const value = parameters.get(name) ?? pseudo[name] ?? resources.get(name)?.ref;
      if (value === undefined) throw new Error(`Ref: ${name} was not created`);
      return value;
    },
    attribute(logicalId, name) {
      const value = resources.get(logicalId)?.attributes[name];
      if (value === undefined) throw new Error(`Fn::GetAtt: ${logicalId} has no attribute ${name}`);
      return value;
    },
    mapping(map, first, second) {
      const value = template.Mappings?.[map]?.[first]?.[second];
      if (value === undefined) throw new Error(`Fn::FindInMap: there is no ${map}.${first}.${second}`);
      return value;
    },
    condition(name) {
      const known = conditions.get(name);
      if (known !== undefined) return known;
      const expression = template.Conditions?.[name];
      if (expression === undefined) throw new Error(`there is no condition ${name}`);
      const value = resolve(nameConditions(expression), scope) === true;
      conditions.set(name, value);
      return value;
    },
  };
  return scope;
}

/** Inside conditions, `{ Condition: name }` means that condition's value; elsewhere it is an ordinary property. */
function nameConditions(expression: unknown): unknown {
  if (Array.isArray(expression)) return expression.map(nameConditions);
  if (typeof expression !== 'object' || expression === null) return expression;
  const entries = Object.entries(expression);
  if (entries.length === 1 && entries[0]?.[0] === 'Condition') return { 'Fn::If': [entries[0][1], true, false] };
  return Object.fromEntries(entries.map(([key, value]) => [key, nameConditions(value)]));
}
