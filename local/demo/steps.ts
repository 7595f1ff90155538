/** The steps that every demo is made of: deploy something, watch it, delete it, look for what is left. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCloud } from '../cloud.ts';
import type { DemoClient, Deployment } from './client.ts';
import { leftoversOf, workOn } from './leftovers.ts';
import { createProgress, type Progress } from './progress.ts';

/** Real milliseconds between two looks. */
const LOOK_MS = 250;
/** Looks that what is deleted may take to be gone from everywhere, once the API does not know it any more. */
const LAST_LOOKS = 20;
/** Simulated seconds after which waiting is given up; the control plane's own deadline is shorter. */
const PATIENCE_SECONDS = 2 * 3600;

export interface Template {
  readonly file: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** It is services or jobs, which run on a cluster. */
  readonly onCluster: boolean;
}

export interface Demo {
  readonly cloud: LocalCloud;
  readonly client: DemoClient;
  /** Of the user that deploys. */
  readonly token: string;
  print(text: string): void;
}

/** A deployment that the demo has made. */
export interface Watched extends Template {
  readonly uuid: string;
  /** The cluster that it runs on, which nothing else does. */
  readonly hostId?: string;
  /** Tells what is new of it, and of what is watched together with it. */
  readonly progress: Progress;
  readonly stopwatch: Stopwatch;
}

/** Simulated seconds since it was last set back. */
export interface Stopwatch {
  elapsed(): number;
  restart(): void;
}

function createStopwatch({ clock }: LocalCloud): Stopwatch {
  let since = clock.now();
  return {
    elapsed: () => (clock.now() - since) / 1000,
    restart: () => {
      since = clock.now();
    },
  };
}

/** Tells of `watched` until the question has an answer. */
export async function waitFor<T>(
  { cloud }: Demo,
  { progress }: Watched,
  question: () => Promise<T | undefined>,
): Promise<T> {
  const until = cloud.clock.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    await progress.look();
    const answer = await question();
    if (answer !== undefined) return answer;
    if (cloud.clock.now() > until) throw new Error(`nothing came of it within ${PATIENCE_SECONDS} s`);
    await sleep(LOOK_MS);
  }
}

/** @param host the cluster for it, if the demo has made one. @param together whether the host is to be watched, too */
export async function post(demo: Demo, template: Template, host?: Watched, together = false): Promise<Watched> {
  const { cloud, client } = demo;
  const stopwatch = together && host ? host.stopwatch : createStopwatch(cloud);
  const { uuid } = await client.create(template.text, template.parameters);
  stopwatch.restart();
  demo.print(`\nPOST ${cloud.apiUrl}/deployments with ${template.file}\n→ deployment ${uuid}:\n`);
  const own = createProgress(client, uuid, { elapsed: stopwatch.elapsed, print: demo.print });
  const progress = together && host ? inTurn(host.progress, own) : own;
  return { ...template, uuid, stopwatch, progress, ...(host ? { hostId: host.uuid } : {}) };
}

const inTurn = (...all: readonly Progress[]): Progress => ({
  async look() {
    for (const each of all) await each.look();
  },
});

/** Watches until it is complete, or has failed, and tells what came of it. */
export async function awaitDeployment(demo: Demo, watched: Watched): Promise<Deployment> {
  const deployment = await waitFor(demo, watched, async () => {
    const found = await demo.client.find(watched.uuid);
    return found?.status.endsWith('_IN_PROGRESS') ? undefined : found;
  });
  demo.print(`\n${deployment.status}${deployment.statusReason ? `: ${deployment.statusReason}` : ''}`);
  for (const [name, value] of Object.entries(deployment.outputs)) {
    demo.print(`  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
  if (watched.onCluster) tryEndpoints(demo, deployment);
  return deployment;
}

/** Asks what the outputs call URLs, as somebody on the internet would. */
function tryEndpoints(demo: Demo, { outputs }: Deployment): void {
  const urls = Object.values(outputs).filter((value) => typeof value === 'string' && /^https?:\/\//.test(value));
  for (const url of urls as string[]) {
    demo.print(`\nGET ${url}\n→ ${answerOf(demo.cloud, url)}`);
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

/** @throws Error that names what is left afterwards */
export async function remove(demo: Demo, watched: Watched): Promise<void> {
  demo.print(`\nDELETE ${demo.cloud.apiUrl}/deployments/${watched.uuid}:\n`);
  await demo.client.delete(watched.uuid);
  const isGone = async () => ((await demo.client.find(watched.uuid)) === undefined ? true : undefined);
  await waitFor(demo, watched, isGone);
  const leftovers = await awaitNoLeftovers(demo, watched);
  if (leftovers.length > 0) throw new Error(`left over after the deletion: ${leftovers.join(', ')}`);
  demo.print(
    watched.onCluster
      ? '\nNothing of it is left: no app, job, task, secret or record.'
      : '\nNothing is left: no instance, volume, interface, address, security group, role, secret, alarm or record.',
  );
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
