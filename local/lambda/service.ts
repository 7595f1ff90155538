/** Lambda's API, as far as it is used: Invoke. */
import { type AwsCall, AwsError, type AwsService, type InvokeResult } from '../types.ts';
import { functionNameOf, type LambdaHost } from './host.ts';

interface InvokeInput {
  readonly functionName: string;
  readonly invocationType: string;
  readonly payload: string;
}
interface InvokeAnswer {
  readonly status: number;
  readonly result?: InvokeResult;
}

const INVOKE_PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

export function createLambdaService(host: LambdaHost): AwsService {
  return {
    signingName: 'lambda',
    protocol: 'rest-json',
    route(request, url, body) {
      const [, name] = INVOKE_PATH.exec(url.pathname) ?? [];
      if (!name || request.method !== 'POST') return undefined;
      const invocationType = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse');
      const functionName = decodeURIComponent(name);
      return { action: 'Invoke', input: { functionName, invocationType, payload: body.toString('utf8') } };
    },
    authorization: (call) => {
      const { functionName } = call.input as unknown as InvokeInput;
      return { resources: [host.settingsOf(functionName).arn] };
    },
    handle: (call) => invoke(host, call),
    encode(value) {
      const { status, result } = value as InvokeAnswer;
      const failed: Record<string, string> = result?.functionError
        ? { 'x-amz-function-error': result.functionError }
        : {};
      const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST', ...failed };
      return { status, headers, body: result ? JSON.stringify(result.payload) : '' };
    },
  };
}

async function invoke(host: LambdaHost, { input }: AwsCall): Promise<InvokeAnswer> {
  const { functionName, invocationType, payload } = input as unknown as InvokeInput;
  const event = parsePayload(payload);
  host.settingsOf(functionNameOf(functionName));
  if (invocationType === 'DryRun') return { status: 204 };
  if (invocationType === 'Event') {
    host.invokeAsync(functionName, event);
    return { status: 202 };
  }
  return { status: 200, result: await host.invoke(functionName, event) };
}

function parsePayload(payload: string): unknown {
  try {
    return JSON.parse(payload || '{}') as unknown;
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json');
  }
}
