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
import type { Router } from './nodes/index.ts';
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
  /** Asks a simulated node at its public address, as somebody on the internet would. @throws Error if nothing answers */
  readonly fetchFromInternet: Router['fetchFromInternet'];
  /** Ends all threads, servers and timers. */
  close(): Promise<void>;
}

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '123456789012';
export const ZONES = ['a', 'b', 'c'].map((letter) => `${REGION}${letter}`);
/** Compiled code of the functions, beside their bundles: it is worth nothing without them. */
const COMPILE_CACHE = '.compile-cache';

/**
 * @throws TemplateError listing all that the template asks of the local cloud and that it does not know
 * @throws Error if a port is taken
 */
export async function startCloud(options: CloudOptions): Promise<LocalCloud> {
  const templateFile = findTemplate(options.template);
  const parts = assemble(options, dirname(templateFile));
  try {
    const [aws, api] = await listen(options, parts);
    await parts.services.nodes.router.listen();
    const oidc = await createOidcIssuer(`${aws.url}${OIDC_PATH}`, parts.clock.now);
    parts.oidc = oidc;
    const stack = await createStack({
      template: JSON.parse(readFileSync(templateFile, 'utf8')) as Template,
      stackName: 'mesoscale',
      ...{ region: REGION, accountId: ACCOUNT_ID, zones: ZONES },
      parameters: {
        OidcIssuers: JSON.stringify([{ issuer: oidc.issuer, organization: 'local' }]),
        ...options.parameters,
      },
      types: parts.services.resourceTypes,
    });
    for (const fault of options.faults ?? []) parts.faults.add(fault);
    const { clock, calls, faults, logs, credentials, services } = parts;
    return {
      ...{ clock, calls, faults, logs, credentials, services, stack },
      ...{ apiUrl: api.url, awsEndpoint: aws.url, region: REGION, accountId: ACCOUNT_ID },
      issueToken: (user) => oidc.issueToken(user),
      fetchFromInternet: services.nodes.router.fetchFromInternet,
      close: () => close(parts),
    };
  } catch (error) {
    await close(parts);
    throw error;
  }
}

interface Parts {
  readonly clock: LocalClock;
  readonly calls: CallLog;
  readonly faults: FaultSwitches;
  readonly logs: Logs;
  readonly credentials: Credentials;
  readonly services: Services;
  readonly servers: LocalServer[];
  oidc?: OidcIssuer;
}

/** Everything before anything listens. */
function assemble({ seed = 1, speed }: CloudOptions, assetDirectory: string): Parts {
  const random = createRandom(seed);
  const clock = createClock({ speed });
  const faults = createFaults(random.fork('faults'));
  const credentials = createCredentials({ accountId: ACCOUNT_ID, seed });
  const logs = createLogs(clock.now);
  const servers: LocalServer[] = [];
  const urlOf = (index: number) => servers[index]?.url ?? missing('the server');
  const services = createServices({
    ...{ clock, random, faults, credentials, logs, assetDirectory },
    ...{ accountId: ACCOUNT_ID, region: REGION, zones: ZONES },
    endpoint: () => urlOf(0),
    apiUrl: () => urlOf(1),
    compileCache: join(assetDirectory, COMPILE_CACHE),
  });
  return { clock, calls: createCallLog(), faults, logs, credentials, services, servers };
}

/** @returns the servers of the AWS endpoint and of the API */
async function listen(options: CloudOptions, parts: Parts): Promise<[LocalServer, LocalServer]> {
  const { clock, faults, credentials, calls, logs, services, servers } = parts;
  const pages = createPages({
    ...{ faults, now: clock.now, oidc: () => parts.oidc ?? missing('the issuer') },
    fetchFromInternet: (url) => services.nodes.router.fetchFromInternet(url),
  });
  const endpoint = createEndpoint({
    ...{ clock, faults, credentials, calls, logs },
    services: () => services.all,
    policiesOf: services.policiesOf,
  });
  const aws = await startServer(options.awsPort ?? 0, async (request, response) => {
    if (!(await pages(request, response))) await endpoint(request, response);
  });
  servers.push(aws);
  const api = await startServer(options.port ?? 0, (request, response) => services.restApi.respond(request, response));
  servers.push(api);
  return [aws, api];
}

async function close({ clock, services, servers }: Parts): Promise<void> {
  clock.stop();
  await services.functions.close();
  await Promise.all([...servers.map((server) => server.close()), services.nodes.close()]);
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
