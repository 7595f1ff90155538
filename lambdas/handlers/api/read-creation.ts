/** The body of POST /deployments as a checked request: JSON, or a template alone as YAML. */
import { CreateDeploymentRequest } from '../../contracts/api.ts';
import { InvalidInput } from '../../contracts/error-names.ts';
import { refuseReceiver } from '../../domain/deployment/callback-address.ts';
import { type HttpRequest, textOf } from '../../runtime/http.ts';
import { HttpError } from '../../runtime/http-errors.ts';
import { checkBody, parseJson, unsupportedType } from './read-json.ts';
import type { ApiSettings } from './services.ts';

/** JSON text, UTF-8 bytes. Secret ones must fit into one secret (64 KiB). */
const maxParametersBytes = 32_768;
/** DynamoDB and the outputs' functions bear no endless nesting. */
const maxParametersDepth = 32;

const yamlTypes = new Set(['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml']);

export interface Creation extends CreateDeploymentRequest {
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** @throws InvalidInput, HttpError 413 and 415 */
export function readCreation(
  request: HttpRequest,
  { maxTemplateBytes, callbackNetworks }: Pick<ApiSettings, 'maxTemplateBytes' | 'callbackNetworks'>,
): Creation {
  // Escaped in JSON a template may be longer, but no honest one is four times as long.
  const maxBodyBytes = 4 * maxTemplateBytes + maxParametersBytes;
  if (request.body.byteLength > maxBodyBytes) throw tooLarge('The request body', request.body.byteLength, maxBodyBytes);
  const expected = 'a JSON object with a TOSCA template in the member template';
  const body = checkBody(parseBody(request), CreateDeploymentRequest, expected);
  const creation = { ...body, parameters: body.parameters ?? {} };
  const templateBytes = Buffer.byteLength(creation.template);
  if (templateBytes > maxTemplateBytes) throw tooLarge('The template', templateBytes, maxTemplateBytes);
  checkParameters(creation.parameters);
  checkCallback(creation.callback, callbackNetworks);
  return creation;
}

function parseBody({ contentType, body }: HttpRequest): unknown {
  if (yamlTypes.has(contentType)) return { template: textOf(body) };
  if (contentType === 'application/json') return parseJson(textOf(body));
  throw unsupportedType(contentType, ['application/json', 'application/yaml']);
}

function checkParameters(parameters: Readonly<Record<string, unknown>>): void {
  if (isDeeperThan(parameters, maxParametersDepth)) {
    throw new InvalidInput(`parameters are nested deeper than ${maxParametersDepth} levels`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(parameters));
  if (bytes > maxParametersBytes) throw tooLarge('The parameters', bytes, maxParametersBytes);
}

/** As far as the URL tells; where a name leads is found out, and checked, when the callback is made. */
function checkCallback(callback: string | null | undefined, allowed: readonly string[]): void {
  const fault = callback ? refuseReceiver(callback, allowed) : undefined;
  if (fault)
    throw new InvalidInput(`The callback's host cannot be used: ${fault}; callbacks go to public addresses only`);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}

function tooLarge(what: string, bytes: number, limit: number): HttpError {
  return new HttpError(413, `${what} would take ${bytes} bytes; at most ${limit} are accepted`);
}
