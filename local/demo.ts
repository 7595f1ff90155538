/** `npm run demo`: deploys a template on the local cloud, shows what happens, deletes it, and makes sure nothing is left. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keys, table } from '../lambdas/contracts/table.ts';
import { tagKeys } from '../lambdas/contracts/tags.ts';
import { prepareAssembly } from './assembly.ts';
import { type LocalCloud, startCloud } from './cloud.ts';
import { type DemoArguments, parseDemoArguments, USAGE } from './demo/arguments.ts';
import { createDemoClient, type DemoClient, type Deployment } from './demo/client.ts';
import { createProgress, type Progress } from './demo/progress.ts';

const ownExample = join(import.meta.dirname, '..', 'examples', 'mesos-cluster.yaml');
/** Real milliseconds between two looks. */
const LOOK_MS = 250;
/** Simulated seconds after which waiting is given up; the control plane's own deadline is shorter. */
const PATIENCE_SECONDS = 2 * 3600;

interface Demo {
  readonly cloud: LocalCloud;
  readonly client: DemoClient;
  readonly uuid: string;
  readonly progress: Progress;
}

async function waitFor<T>(demo: Demo, question: () => Promise<T | undefined>): Promise<T> {
  const until = demo.cloud.clock.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    await demo.progress.look();
    const answer = await question();
    if (answer !== undefined) return answer;
    if (demo.cloud.clock.now() > until) throw new Error(`nothing came of it within ${PATIENCE_SECONDS} s`);
    await sleep(LOOK_MS);
  }
}

async function deploy({ cloud, client, uuid, progress }: Demo): Promise<Deployment> {
  return waitFor({ cloud, client, uuid, progress }, async () => {
    const deployment = await client.find(uuid);
    return deployment?.status.endsWith('_IN_PROGRESS') ? undefined : deployment;
  });
}

/** Everything on the local cloud that still belongs to the cluster. */
async function findLeftovers({ cloud, uuid }: Demo): Promise<readonly string[]> {
  const { ec2, iam, secretsManager, dynamodb } = cloud.services;
  const tagged = [ec2.inspect, iam.inspect, secretsManager.inspect].flatMap((service) =>
    service.leftovers(tagKeys.clusterId, uuid),
  );
  const items = await dynamodb.scan();
  const records = items.filter((item) => JSON.stringify(item[table.partitionKey]).includes(keys.deployment(uuid)));
  return [...tagged, ...records.map((item) => `record ${JSON.stringify(item[table.sortKey])}`)];
}

async function removeAll(demo: Demo): Promise<void> {
  console.log('\nDeleting it:');
  await demo.client.delete(demo.uuid);
  await waitFor(demo, async () => ((await demo.client.find(demo.uuid)) === undefined ? true : undefined));
  const leftovers = await findLeftovers(demo);
  if (leftovers.length > 0) throw new Error(`left over after the deletion: ${leftovers.join(', ')}`);
  console.log('\nNothing is left: no instance, volume, interface, address, security group, role, secret or record.');
}

async function show(demo: Demo, keep: boolean): Promise<void> {
  const deployment = await deploy(demo);
  console.log(`\n${deployment.status}${deployment.statusReason ? `: ${deployment.statusReason}` : ''}`);
  for (const [name, value] of Object.entries(deployment.outputs)) {
    console.log(`  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
  if (keep) return;
  await removeAll(demo);
  if (deployment.status !== 'CREATE_COMPLETE') throw new Error(`the deployment ended as ${deployment.status}`);
}

function describeKept({ cloud, uuid }: Demo, token: string): string {
  return `
It is kept. The API is at ${cloud.apiUrl}, the AWS endpoint at ${cloud.awsEndpoint}:

  curl -H 'Authorization: Bearer ${token}' ${cloud.apiUrl}/deployments/${uuid}

Ctrl-C ends it.`;
}

function parametersFor({ file, parameters }: DemoArguments): Readonly<Record<string, unknown>> {
  return file === undefined ? { admin_password: randomBytes(12).toString('base64url'), ...parameters } : parameters;
}

async function run(given: DemoArguments): Promise<void> {
  const file = given.file ?? ownExample;
  const template = readFileSync(file, 'utf8');
  console.log('Synthesizing the stack and bringing it up on the local cloud …');
  const cloud = await startCloud({ template: await prepareAssembly(), speed: given.speed, seed: given.seed });
  try {
    const token = await cloud.issueToken({ subject: 'dev', name: 'Developer', lifetimeSeconds: 365 * 24 * 3600 });
    const client = createDemoClient(cloud.apiUrl, token);
    const { uuid } = await client.create(template, parametersFor(given));
    console.log(
      `\nPOST ${cloud.apiUrl}/deployments with ${file}\n→ deployment ${uuid}; times are simulated, ${given.speed} to 1:\n`,
    );
    const postedAt = cloud.clock.now();
    const elapsed = (): number => (cloud.clock.now() - postedAt) / 1000;
    const demo: Demo = { cloud, client, uuid, progress: createProgress(client, uuid, { elapsed, print: console.log }) };
    await show(demo, given.keep);
    if (!given.keep) return;
    console.log(describeKept(demo, token));
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
  } finally {
    await cloud.close();
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
