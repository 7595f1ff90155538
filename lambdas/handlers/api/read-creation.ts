/** The body of POST /deployments as a checked request: JSON, or a template alone as YAML. */
import { CreateDeploymentRequest } from '../../contracts/api.ts';
import { InvalidInput } from '../../contracts/error-names.ts';
import { type HttpRequest, textOf } from '../../runtime/http.ts';
import { HttpError } from '../../runtime/http-errors.ts';

/** JSON text, UTF-8 bytes. Secret ones must fit into one secret (64 KiB). */
const maxParametersBytes = 32_768;
/** DynamoDB and the outputs' functions bear no endless nesting. */
const maxParametersDepth = 32;

const yamlTypes = new Set(['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml']);

export interface Creation extends CreateDeploymentRequest {
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** @throws InvalidInput, HttpError 413 and 415 */
export function readCreation(request: HttpRequest, maxTemplateBytes: number): Creation {
  // Escaped in JSON a template may be longer, but no honest one is four times as long.
  const maxBodyBytes = 4 * maxTemplateBytes + maxParametersBytes;
  if (request.body.byteLength > maxBodyBytes) throw tooLarge('The request body', request.body.byteLength, maxBodyBytes);
  const creation = checkCreation(parseBody(request));
  const templateBytes = Buffer.byteLength(creation.template);
  if (templateBytes > maxTemplateBytes) throw tooLarge('The template', templateBytes, maxTemplateBytes);
  checkParameters(creation.parameters);
  return creation;
}

function parseBody({ contentType, body }: HttpRequest): unknown {
  if (yamlTypes.has(contentType)) return { template: textOf(body) };
  if (contentType === 'application/json') return parseJson(textOf(body));
  const accepted = 'application/json, application/yaml';
  throw new HttpError(415, `Content type '${contentType}' not supported; supported: ${accepted}`, { Accept: accepted });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The parser's own message quotes the body, which may hold passwords.
    throw new InvalidInput('The request body is not valid JSON');
  }
}

function checkCreation(body: unknown): Creation {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidInput('The request body must be a JSON object with a TOSCA template in the member template');
  }
  const parsed = CreateDeploymentRequest.safeParse(body);
  if (!parsed.success)
    throw new InvalidInput([...new Set(parsed.error.issues.map(({ message }) => message))].join('; '));
  return { ...parsed.data, parameters: parsed.data.parameters ?? {} };
}

function checkParameters(parameters: Readonly<Record<string, unknown>>): void {
  if (isDeeperThan(parameters, maxParametersDepth)) {
    throw new InvalidInput(`parameters are nested deeper than ${maxParametersDepth} levels`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(parameters));
  if (bytes > maxParametersBytes) throw tooLarge('The parameters', bytes, maxParametersBytes);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}

function tooLarge(what: string, bytes: number, limit: number): HttpError {
  return new HttpError(413, `${what} would take ${bytes} bytes; at most ${limit} are accepted`);
}
