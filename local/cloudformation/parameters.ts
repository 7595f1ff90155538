import type { Template, TemplateParameter } from './template.ts';

export interface ResolvedParameters {
  readonly values: ReadonlyMap<string, unknown>;
  readonly faults: readonly string[];
}

/**
 * Values of the template's parameters, from what is given or from their defaults.
 *
 * @param publicParameter value of an SSM parameter that a parameter of type `AWS::SSM::Parameter::Value<…>` names
 */
export function resolveParameters(
  template: Template,
  given: Readonly<Record<string, string>>,
  publicParameter: (name: string) => string | undefined,
): ResolvedParameters {
  const declared = template.Parameters ?? {};
  const values = new Map<string, unknown>();
  const faults = Object.keys(given)
    .filter((name) => !(name in declared))
    .map((name) => `the parameter ${name} is given but not declared`);
  for (const [name, parameter] of Object.entries(declared)) {
    const value = given[name] ?? parameter.Default;
    const fault = checkParameter(name, value, parameter);
    if (fault) faults.push(fault);
    else values.set(name, convert(value, parameter, publicParameter));
  }
  return { values, faults };
}

function checkParameter(name: string, value: unknown, parameter: TemplateParameter): string | undefined {
  if (value === undefined) return `the parameter ${name} has neither a value nor a default`;
  if (parameter.AllowedValues && !parameter.AllowedValues.map(String).includes(String(value))) {
    return `the parameter ${name} must be one of ${parameter.AllowedValues.join(', ')}`;
  }
  if (parameter.AllowedPattern && !new RegExp(`^(?:${parameter.AllowedPattern})$`, 's').test(String(value))) {
    return `the parameter ${name} does not match its pattern ${parameter.AllowedPattern}`;
  }
  return undefined;
}

function convert(
  value: unknown,
  { Type }: TemplateParameter,
  publicParameter: (name: string) => string | undefined,
): unknown {
  if (Type === 'CommaDelimitedList' || Type.startsWith('List<')) return String(value).split(',');
  if (Type.startsWith('AWS::SSM::Parameter::Value<')) return publicParameter(String(value)) ?? value;
  return value;
}
