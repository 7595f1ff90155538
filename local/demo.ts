/**
 * `npm run demo`: deploys a template on the local cloud, shows what happens, deletes it, and makes sure nothing is left.
 * Services and jobs get a small cluster first.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareAssembly } from './assembly.ts';
import { type LocalCloud, startCloud } from './cloud.ts';
import { type DemoArguments, parseDemoArguments, USAGE } from './demo/arguments.ts';
import { createDemoClient, type DemoClient, type Deployment } from './demo/client.ts';
import { leftoversOf, workOn } from './demo/leftovers.ts';
import { completeParameters, needsCluster } from './demo/parameters.ts';
import { createProgress, type Progress } from './demo/progress.ts';

const examples = relative(process.cwd(), join(import.meta.dirname, '..', 'examples'));
const ownExample = join(examples, 'mesos-cluster.yaml');
/** What services and jobs run on. */
const hostExample = join(examples, 'small-cluster.yaml');
/** Real milliseconds between two looks. */
const LOOK_MS = 250;
/** Looks that what is deleted may take to be gone from everywhere, once the API does not know it any more. */
const LAST_LOOKS = 20;
/** Simulated seconds after which waiting is given up; the control plane's own deadline is shorter. */
const PATIENCE_SECONDS = 2 * 3600;

interface Template {
  readonly file: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** It is services or jobs, which run on a cluster. */
  readonly onCluster: boolean;
}

interface Demo {
  readonly cloud: LocalCloud;
  readonly client: DemoClient;
  /** Of the user that deploys. */
  readonly token: string;
}

/** A deployment that the demo has made. */
interface Watched extends Template {
  readonly uuid: string;
  /** The cluster that it runs on, which nothing else does. */
  readonly hostId?: string;
  readonly progress: Progress;
}

function readTemplate(file: string, given: Readonly<Record<string, unknown>>): Template {
  const text = readFileSync(file, 'utf8');
  const { parameters, madeUp } = completeParameters(text, given, () => randomBytes(12).toString('base64url'));
  if (madeUp.length > 0) console.log(`Making up values for ${madeUp.join(', ')} of ${file}.`);
  return { file, text, parameters, onCluster: needsCluster(text, parameters) };
}

async function openDemo({ speed, seed }: DemoArguments): Promise<Demo> {
  console.log('Synthesizing the stack and bringing it up on the local cloud …');
  const cloud = await startCloud({ template: await prepareAssembly(), speed, seed });
  console.log(`Times are simulated, ${speed} to 1.`);
  const token = await cloud.issueToken({ subject: 'dev', name: 'Developer', lifetimeSeconds: 365 * 24 * 3600 });
  return { cloud, token, client: createDemoClient(cloud.apiUrl, token) };
}

async function waitFor<T>({ cloud }: Demo, { progress }: Watched, question: () => Promise<T | undefined>): Promise<T> {
  const until = cloud.clock.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    await progress.look();
    const answer = await question();
    if (answer !== undefined) return answer;
    if (cloud.clock.now() > until) throw new Error(`nothing came of it within ${PATIENCE_SECONDS} s`);
    await sleep(LOOK_MS);
  }
}

async function post({ cloud, client }: Demo, template: Template, host: Watched | undefined): Promise<Watched> {
  const { uuid } = await client.create(template.text, template.parameters);
  console.log(`\nPOST ${cloud.apiUrl}/deployments with ${template.file}\n→ deployment ${uuid}:\n`);
  const postedAt = cloud.clock.now();
  const elapsed = (): number => (cloud.clock.now() - postedAt) / 1000;
  const progress = createProgress(client, uuid, { elapsed, print: console.log });
  return { ...template, uuid, progress, ...(host ? { hostId: host.uuid } : {}) };
}

/** Deploys it and tells what came of it. */
async function deploy(demo: Demo, watched: Watched): Promise<Deployment> {
  const deployment = await waitFor(demo, watched, async () => {
    const found = await demo.client.find(watched.uuid);
    return found?.status.endsWith('_IN_PROGRESS') ? undefined : found;
  });
  console.log(`\n${deployment.status}${deployment.statusReason ? `: ${deployment.statusReason}` : ''}`);
  for (const [name, value] of Object.entries(deployment.outputs)) {
    console.log(`  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
  if (watched.onCluster) tryEndpoints(demo, deployment);
  return deployment;
}

/** Asks what the outputs call URLs, as somebody on the internet would. */
function tryEndpoints({ cloud }: Demo, { outputs }: Deployment): void {
  const urls = Object.values(outputs).filter((value) => typeof value === 'string' && /^https?:\/\//.test(value));
  for (const url of urls as string[]) {
    console.log(`\nGET ${url}\n→ ${answerOf(cloud, url)}`);
  }
}

function answerOf(cloud: LocalCloud, url: string): string {
  try {
    const { status, body } = cloud.fetchFromInternet(url);
    return `${status} ${typeof body === 'string' ? body : JSON.stringify(body)}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @returns what is left after all */
async function awaitNoLeftovers({ cloud }: Demo, { uuid, hostId }: Watched): Promise<readonly string[]> {
  for (let look = 1; ; look += 1) {
    const work = hostId === undefined ? [] : workOn(cloud, hostId);
    const leftovers = [...work, ...(await leftoversOf(cloud, uuid))];
    if (leftovers.length === 0 || look === LAST_LOOKS) return leftovers;
    await sleep(LOOK_MS);
  }
}

async function remove(demo: Demo, watched: Watched): Promise<void> {
  console.log(`\nDELETE ${demo.cloud.apiUrl}/deployments/${watched.uuid}:\n`);
  await demo.client.delete(watched.uuid);
  const isGone = async () => ((await demo.client.find(watched.uuid)) === undefined ? true : undefined);
  await waitFor(demo, watched, isGone);
  const leftovers = await awaitNoLeftovers(demo, watched);
  if (leftovers.length > 0) throw new Error(`left over after the deletion: ${leftovers.join(', ')}`);
  console.log(
    watched.onCluster
      ? '\nNothing of it is left: no app, job, task, secret or record.'
      : '\nNothing is left: no instance, volume, interface, address, security group, role, secret or record.',
  );
}

async function untilInterrupted({ cloud, token }: Demo, { uuid }: Watched): Promise<void> {
  console.log(`
It is kept. The API is at ${cloud.apiUrl}, the AWS endpoint at ${cloud.awsEndpoint}:

  curl -H 'Authorization: Bearer ${token}' ${cloud.apiUrl}/deployments/${uuid}

Ctrl-C ends it.`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

/** Deploys all, one after the other, and takes them back in reverse. Stops at the first one that is not complete. */
async function show(demo: Demo, templates: readonly Template[], keep: boolean): Promise<void> {
  const made: Watched[] = [];
  let failure: string | undefined;
  for (const template of templates) {
    const watched = await post(demo, template, made[0]);
    made.unshift(watched);
    const { status } = await deploy(demo, watched);
    if (status === 'CREATE_COMPLETE') continue;
    failure = `the deployment of ${template.file} ended as ${status}`;
    break;
  }
  const [latest] = made;
  if (keep && latest) await untilInterrupted(demo, latest);
  else for (const watched of made) await remove(demo, watched);
  if (failure !== undefined) throw new Error(failure);
}

async function run(given: DemoArguments): Promise<void> {
  const template = readTemplate(given.file ?? ownExample, given.parameters);
  const templates = template.onCluster ? [readTemplate(hostExample, {}), template] : [template];
  const demo = await openDemo(given);
  try {
    await show(demo, templates, given.keep);
  } finally {
    await demo.cloud.close();
  }
}

async function main(): Promise<void> {
  const given = parseDemoArguments(process.argv.slice(2));
  if (given === 'help') console.log(USAGE);
  else await run(given);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(`\n${error.message}`);
    process.exit(1);
  },
);
