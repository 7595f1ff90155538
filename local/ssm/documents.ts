import { textsOf } from '../ec2/wire.ts';
import { AwsError, type CreatedResource, type ResourceToCreate } from '../types.ts';
import type { Document, DocumentParameter, SsmState } from './types.ts';

/** SSM's limit for the content of a document. */
const maxContentBytes = 65_536;

export function makeDocument(state: SsmState, resource: ResourceToCreate): CreatedResource {
  const { properties, stackName, logicalId } = resource;
  const content = typeof properties.Content === 'string' ? JSON.parse(properties.Content) : properties.Content;
  const bytes = Buffer.byteLength(JSON.stringify(content));
  if (bytes > maxContentBytes) {
    throw new Error(`${logicalId}: the document has ${bytes} bytes, SSM takes at most ${maxContentBytes}`);
  }
  const name =
    properties.Name === undefined ? `${stackName}-${logicalId}-${state.draws.hex(12)}` : String(properties.Name);
  state.documents.set(name, parseDocument(name, content as Record<string, unknown>));
  return { ref: name, attributes: {} };
}

/** @throws Error for content that the local cloud cannot run */
export function parseDocument(name: string, content: Readonly<Record<string, unknown>>): Document {
  const [step, ...more] = (content.mainSteps ?? []) as readonly { action: string; inputs: Record<string, unknown> }[];
  if (content.schemaVersion !== '2.2' || step?.action !== 'aws:runShellScript' || more.length > 0) {
    throw new Error(`document ${name}: the local cloud runs documents of schema 2.2 with one aws:runShellScript step`);
  }
  const parameters = (content.parameters ?? {}) as Record<string, DocumentParameter>;
  checkPlaceholders(name, textsOf(step.inputs.runCommand).join('\n'), parameters);
  return { name, content, parameters, timeoutSeconds: Number(step.inputs.timeoutSeconds ?? 3600) };
}

/** CreateDocument refuses a document that uses a parameter which it does not declare. */
function checkPlaceholders(name: string, script: string, parameters: Readonly<Record<string, unknown>>): void {
  for (const [, parameter = ''] of script.matchAll(/\{\{\s*([A-Za-z0-9]+)\s*\}\}/g)) {
    if (!(parameter in parameters))
      throw new Error(`document ${name}: parameter ${parameter} is used but not declared`);
  }
}

/** @throws AwsError InvalidDocument */
export function needDocument(state: SsmState, name: string): Document {
  const document = state.documents.get(name.split('/').at(-1) ?? '');
  if (!document) throw new AwsError('InvalidDocument', `Document with name ${name} does not exist.`);
  return document;
}

/** The values that the script gets. @throws AwsError InvalidParameters */
export function checkParameters(
  document: Document,
  given: Readonly<Record<string, readonly string[]>>,
): Record<string, string> {
  const unknown = Object.keys(given).filter((name) => !(name in document.parameters));
  if (unknown.length > 0) throw invalid(`Document ${document.name} does not support parameters ${unknown.join(', ')}.`);
  return Object.fromEntries(
    Object.entries(document.parameters).map(([name, parameter]) => [name, checkedValue(name, parameter, given[name])]),
  );
}

const invalid = (message: string) => new AwsError('InvalidParameters', message);

function checkedValue(name: string, parameter: DocumentParameter, given: readonly string[] | undefined): string {
  const values = given ?? (parameter.default === undefined ? undefined : textsOf(parameter.default));
  if (values === undefined) throw invalid(`Parameter "${name}" requires a value.`);
  const pattern = parameter.allowedPattern === undefined ? undefined : new RegExp(parameter.allowedPattern);
  for (const value of values) {
    if (pattern && !pattern.test(value)) {
      throw invalid(`Parameter "${name}" has value "${value}" not matching "${parameter.allowedPattern}".`);
    }
    if (parameter.allowedValues && !parameter.allowedValues.includes(value)) {
      throw invalid(`Parameter "${name}" has value "${value}" not in allowed values.`);
    }
  }
  return values.join(',');
}
