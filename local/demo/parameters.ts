/** Values for the inputs of a template: those given, and passwords that the demo makes up, since nobody else will use them. */
import { soundsSecret } from '../../lambdas/domain/tosca/catalogue/schema.ts';
import { deploymentTypeOf, parseTemplate, readTopology } from '../../lambdas/domain/tosca/index.ts';

/** More than any template that the API takes. */
const mostBytes = 1_000_000;

export interface DemoParameters {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Inputs whose values were made up. */
  readonly madeUp: readonly string[];
}

/** @throws Error that names every input without value, and how to give it; InvalidInput if the text is no template */
export function completeParameters(
  template: string,
  given: Readonly<Record<string, unknown>>,
  secret: () => string,
): DemoParameters {
  const { inputs } = parseTemplate(template, mostBytes);
  const open = [...inputs.values()].filter(
    ({ name, required, default: fallback }) => required && fallback === undefined && !Object.hasOwn(given, name),
  );
  const missing = open.filter(({ name }) => !soundsSecret(name)).map(({ name }) => name);
  if (missing.length > 0)
    throw new Error(
      `the template needs values for ${missing.join(', ')}: give each as ${missing.map((name) => `-p ${name}=…`).join(' ')}`,
    );
  const madeUp = open.map(({ name }) => name);
  return { parameters: { ...Object.fromEntries(madeUp.map((name) => [name, secret()])), ...given }, madeUp };
}

/** Whether the template is services or jobs, which run on a cluster. @throws InvalidInput if it makes no sense */
export function needsCluster(template: string, parameters: Readonly<Record<string, unknown>>): boolean {
  return deploymentTypeOf(readTopology(parseTemplate(template, mostBytes), parameters)) !== 'TOSCA';
}
