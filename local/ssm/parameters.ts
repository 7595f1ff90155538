/** Parameter Store: what the template holds, and the public parameters that name images. */
import { textOf, textsOf } from '../ec2/wire.ts';
import { type AwsCall, AwsError, type CreatedResource, type ResourceToCreate } from '../types.ts';
import type { SsmState } from './types.ts';

/** The one image that every public parameter of an image names. */
const imageId = 'ami-0a1b2c3d4e5f60718';

export function makeParameter(
  state: SsmState,
  { properties, stackName, logicalId }: ResourceToCreate,
): CreatedResource {
  const name = textOf(properties.Name) ?? `CFN-${logicalId}-${stackName}-${state.draws.hex(12)}`;
  const parameter = { value: String(properties.Value), type: String(properties.Type) };
  state.parameterStore.set(name, parameter);
  return { ref: name, attributes: { Type: parameter.type, Value: parameter.value } };
}

function find(state: SsmState, name: string): Record<string, unknown> | undefined {
  const isImage = name.startsWith('/aws/service/') && /ami/.test(name);
  const known = state.parameterStore.get(name) ?? (isImage ? { value: imageId, type: 'String' } : undefined);
  return known && { Name: name, Value: known.value, Type: known.type, Version: 1, DataType: 'text' };
}

/** @throws AwsError ParameterNotFound */
export function getParameter(state: SsmState, input: AwsCall['input']): unknown {
  const found = find(state, String(input.Name));
  if (!found) throw new AwsError('ParameterNotFound', `Parameter ${String(input.Name)} not found.`);
  return { Parameter: found };
}

export function getParameters(state: SsmState, input: AwsCall['input']): unknown {
  const names = textsOf(input.Names);
  const found = names.map((name) => find(state, name));
  return {
    Parameters: found.filter((parameter) => parameter !== undefined),
    InvalidParameters: names.filter((_, index) => found[index] === undefined),
  };
}
