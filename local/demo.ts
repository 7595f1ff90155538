/**
 * `npm run demo`: deploys a template on the local cloud, shows what happens, deletes it, and makes sure nothing is left.
 * Services and jobs get a small cluster first. A cluster that follows its load gets a burst of work.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { prepareAssembly } from './assembly.ts';
import { startCloud } from './cloud.ts';
import { type DemoArguments, parseDemoArguments, USAGE } from './demo/arguments.ts';
import { type Burst, burstFor, countNodes } from './demo/burst.ts';
import { createDemoClient } from './demo/client.ts';
import { completeParameters, needsCluster } from './demo/parameters.ts';
import { awaitDeployment, type Demo, post, remove, type Template, type Watched, waitFor } from './demo/steps.ts';

const examples = relative(process.cwd(), join(import.meta.dirname, '..', 'examples'));
const ownExample = join(examples, 'mesos-cluster.yaml');
/** What services and jobs run on. */
const hostExample = join(examples, 'small-cluster.yaml');
/** What makes an elastic cluster grow. */
const burstExample = join(examples, 'web-service.yaml');

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
  return { cloud, token, client: createDemoClient(cloud.apiUrl, token), print: console.log };
}

/** Why a deployment is none that the demo goes on with. */
const failureOf = (status: string, { file }: Template): string | undefined =>
  status === 'CREATE_COMPLETE' ? undefined : `the deployment of ${file} ended as ${status}`;

/** One after the other, each put before `made`, until one is not complete. @returns what went wrong */
async function deployAll(demo: Demo, templates: readonly Template[], made: Watched[]): Promise<string | undefined> {
  for (const template of templates) {
    const watched = await post(demo, template, made[0]);
    made.unshift(watched);
    const { status } = await awaitDeployment(demo, watched);
    const failure = failureOf(status, template);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Deploys more services on the cluster than it has slaves for, and watches both. @returns what went wrong */
async function grow(demo: Demo, made: Watched[], burst: Burst): Promise<string | undefined> {
  const [cluster] = made as [Watched];
  const { instances, cpus } = burst;
  const has = countNodes(await demo.client.resources(cluster.uuid), burst.computeNode);
  console.log(`\nA burst of work: ${instances} instances of a service, ${cpus} CPUs each, and ${has} slaves.`);
  const template = readTemplate(burstExample, { cluster: cluster.uuid, instances, cpus });
  const services = await post(demo, template, cluster, true);
  made.unshift(services);
  const { status } = await awaitDeployment(demo, services);
  const got = countNodes(await demo.client.resources(cluster.uuid), burst.computeNode);
  const failure = failureOf(status, template);
  if (failure === undefined)
    console.log(
      `\n${Math.round(cluster.stopwatch.elapsed())} s after the POST all ${instances} run, on ${got} slaves.`,
    );
  return failure;
}

/** Deletes the services and watches until only those slaves are left that always stay. */
async function shrink(demo: Demo, made: Watched[], { computeNode, least }: Burst): Promise<void> {
  const [services, cluster] = made as [Watched, Watched];
  made.shift();
  await remove(demo, services);
  cluster.stopwatch.restart();
  console.log('\nNobody needs the slaves any more. They go when that has been so for a while:\n');
  await waitFor(demo, cluster, async () => {
    const count = countNodes(await demo.client.resources(cluster.uuid), computeNode);
    return count <= least ? count : undefined;
  });
  console.log(`\nBack at ${least} slaves, ${Math.round(cluster.stopwatch.elapsed())} s after the services had ended.`);
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

/** Deploys all, shows how the last one grows and shrinks if it is an elastic cluster, and takes them back in reverse. */
async function show(demo: Demo, templates: readonly Template[], keep: boolean): Promise<void> {
  const made: Watched[] = [];
  let failure = await deployAll(demo, templates, made);
  const [latest] = made;
  const burst = failure === undefined && latest ? burstFor(latest.text, latest.parameters) : undefined;
  if (burst) failure = await grow(demo, made, burst);
  if (keep) await untilInterrupted(demo, made[0] as Watched);
  else await takeBack(demo, made, failure === undefined ? burst : undefined);
  if (failure !== undefined) throw new Error(failure);
}

async function takeBack(demo: Demo, made: Watched[], burst: Burst | undefined): Promise<void> {
  if (burst) await shrink(demo, made, burst);
  for (const watched of made) await remove(demo, watched);
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
