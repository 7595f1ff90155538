/** The local cloud: a synthesized stack, brought up on this computer's loopback address. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as z from 'zod';
import { type CallLog, createCallLog } from './calls.ts';
import { createClock, type LocalClock } from './clock.ts';
import { createStack, type Stack } from './cloudformation/stack.ts';
import type { Template } from './cloudformation/template.ts';
import { type Credentials, createCredentials } from './credentials.ts';
import { createFaults, type Fault, type FaultSwitches } from './faults.ts';
import { createEndpoint } from './http/endpoint.ts';
import { type LocalServer, startServer } from './http/server.ts';
import { createLogs, type Logs } from './logs.ts';
import { createOidcIssuer, type OidcIssuer, type OidcUser } from './oidc.ts';
import { createPages, OIDC_PATH } from './pages.ts';
import { createRandom } from './random.ts';
import { createServices, type Services } from './services.ts';

export interface CloudOptions {
  /** Directory of the synthesized cloud assembly, or its template's file. */
  readonly template: string;
  /** Port of the API. @default a free one */
  readonly port?: number;
  /** Port of the AWS endpoint. @default a free one */
  readonly awsPort?: number;
  /** Simulated seconds per real second, or `virtual`: time moves only when the clock is told to. */
  readonly speed: number | 'virtual';
  /** Equal seeds draw equal delays. @default 1 */
  readonly seed?: number | string;
  /** Faults from the beginning. */
  readonly faults?: ReadonlyArray<z.input<typeof Fault>>;
  /** CloudFormation parameters besides the issuer. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface LocalCloud {
  /** Without a trailing slash. */
  readonly apiUrl: string;
  readonly awsEndpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly clock: LocalClock;
  readonly calls: CallLog;
  readonly faults: FaultSwitches;
  readonly logs: Logs;
  readonly credentials: Credentials;
  readonly stack: Stack;
  /** The emulated services, for looking into them: `services.ec2.inspect` and the like. */
  readonly services: Services;
  issueToken(user: OidcUser): Promise<string>;
  /** Ends all threads, servers and timers. */
  close(): Promise<void>;
}

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '123456789012';
const ZONES = ['a', 'b', 'c'].map((letter) => `${REGION}${letter}`);
const COMPILE_CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'local-cloud');

/**
 * @throws TemplateError listing all that the template asks of the local cloud and that it does not know
 * @throws Error if a port is taken
 */
export async function startCloud(options: CloudOptions): Promise<LocalCloud> {
  const templateFile = findTemplate(options.template);
  const seed = options.seed ?? 1;
  const random = createRandom(seed);
  const clock = createClock({ speed: options.speed });
  const faults = createFaults(random.fork('faults'));
  const credentials = createCredentials({ accountId: ACCOUNT_ID, seed });
  const calls = createCallLog();
  const logs = createLogs(clock.now);
  const servers: LocalServer[] = [];
  const close = async () => {
    clock.stop();
    await services.functions.close();
    await Promise.all([...servers.map((server) => server.close()), services.nodes.close()]);
  };

  let oidc: OidcIssuer | undefined;
  const services = createServices({
    ...{ clock, random, faults, credentials, logs },
    ...{ accountId: ACCOUNT_ID, region: REGION, zones: ZONES },
    endpoint: () => aws.url,
    apiUrl: () => api.url,
    assetDirectory: dirname(templateFile),
    compileCache: COMPILE_CACHE,
  });
  const pages = createPages({ faults, now: clock.now, oidc: () => oidc ?? missing('the issuer') });
  const endpoint = createEndpoint({
    ...{ clock, faults, credentials, calls, logs },
    services: () => services.all,
    policiesOf: services.policiesOf,
  });
  const listen = async (port: number | undefined, respond: Parameters<typeof startServer>[1]) => {
    const server = await startServer(port ?? 0, respond);
    servers.push(server);
    return server;
  };
  let aws: LocalServer;
  let api: LocalServer;
  try {
    aws = await listen(options.awsPort, async (request, response) => {
      if (!(await pages(request, response))) await endpoint(request, response);
    });
    api = await listen(options.port, (request, response) => services.httpApi.respond(request, response));
    await services.nodes.router.listen();
    oidc = await createOidcIssuer(`${aws.url}${OIDC_PATH}`, clock.now);
    const stack = await createStack({
      template: JSON.parse(readFileSync(templateFile, 'utf8')) as Template,
      stackName: 'mesoscale',
      ...{ region: REGION, accountId: ACCOUNT_ID, zones: ZONES },
      parameters: { OidcIssuers: JSON.stringify([{ issuer: oidc.issuer }]), ...options.parameters },
      types: services.resourceTypes,
    });
    for (const fault of options.faults ?? []) faults.add(fault);
    const { issueToken } = oidc;
    return {
      ...{ clock, calls, faults, logs, credentials, stack, services, issueToken, close },
      ...{ apiUrl: api.url, awsEndpoint: aws.url, region: REGION, accountId: ACCOUNT_ID },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function findTemplate(path: string): string {
  if (path.endsWith('.json')) return path;
  const templates = readdirSync(path).filter((name) => name.endsWith('.template.json'));
  const [only] = templates;
  if (templates.length === 1 && only) return join(path, only);
  throw new Error(`${path} must hold exactly one *.template.json, but holds ${templates.length}`);
}

function missing(what: string): never {
  throw new Error(`${what} is not there yet`);
}
