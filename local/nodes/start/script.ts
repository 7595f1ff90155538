/** What the roles' start scripts have in common: progress lines, waits within one budget, one clear line when it fails. */
import type { SimClock } from '../../types.ts';
import type { Node } from '../node.ts';
import type { Software } from '../software/cluster.ts';
import type { Account, Accounts } from '../software/member.ts';

/** All waits of a script together. */
const budgetSeconds = 840;
const pollMs = 3000;

/** Ends a script; its message is the script's last line. */
export class StartFailed extends Error {}

export interface Script {
  readonly node: Node;
  readonly software: Software;
  readonly parameters: Readonly<Record<string, string>>;
  readonly output: string[];
  seconds(): number;
  /** Milliseconds that were spent waiting for other nodes to get as far as this one. */
  waitedMs(): number;
  say(text: string): void;
  /**
   * @param others whether the other nodes that the condition depends on have done their part: what it takes from then on, an
   * election for instance, is the software's own time. @default the condition itself
   * @throws StartFailed
   */
  require(what: string, seconds: number, condition: () => boolean, others?: () => boolean): Promise<void>;
  /** The same for a condition that only a call can tell; all of it counts as waiting for others. @throws StartFailed */
  requireCall(what: string, seconds: number, condition: () => Promise<boolean>): Promise<void>;
}

export function createScript(
  clock: SimClock,
  node: Node,
  software: Software,
  parameters: Readonly<Record<string, string>>,
): Script {
  const startedAt = clock.now();
  const output: string[] = [];
  const seconds = () => Math.round((clock.now() - startedAt) / 1000);
  let waitedMs = 0;
  const waitFor = async (ms: number, condition: () => boolean, others: () => boolean): Promise<boolean> => {
    const since = clock.now();
    let othersAt: number | undefined;
    const look = () => {
      if (othersAt === undefined && others()) othersAt = clock.now();
      return condition();
    };
    const met = await software.waitFor(node, look, ms);
    waitedMs += (othersAt ?? clock.now()) - since;
    return met;
  };
  const limit = (asked: number) => Math.max(0, Math.min(asked, budgetSeconds - seconds()));
  const fail = (what: string) => {
    throw new StartFailed(`still not so after ${seconds()} s: ${what}`);
  };
  const done = (what: string, since: number) => output.push(`${what}: after ${seconds() - since} s`);
  return {
    node,
    software,
    parameters,
    output,
    seconds,
    waitedMs: () => waitedMs,
    say: (text) => output.push(text),
    async require(what, asked, condition, others = condition) {
      const since = seconds();
      if (!(await waitFor(limit(asked) * 1000, condition, others))) fail(what);
      done(what, since);
    },
    async requireCall(what, asked, condition) {
      const since = seconds();
      const deadline = since + limit(asked);
      while (!(await condition())) {
        if (seconds() >= deadline) fail(what);
        await node.life.sleep(pollMs);
        waitedMs += pollMs;
      }
      done(what, since);
    },
  };
}

/** Images that are on the disk already take no time. */
export async function pullImages({ node, parameters }: Script, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const image = parameters[name] ?? name;
    if (node.disk.images.has(image)) continue;
    await node.life.sleep(node.durations.pull());
    node.disk.images.add(image);
  }
}

/** @throws StartFailed if the node may not read it, or if something is missing in it */
export async function readSecret(script: Script): Promise<Accounts> {
  const { node, parameters } = script;
  let text = '';
  await script.requireCall('secret is readable', 120, async () => {
    const answer = await node.aws.getSecret(parameters.SecretId ?? '');
    if (!answer.ok) node.log.push(`GetSecretValue: refused with ${answer.status} ${answer.body}`);
    else text = (JSON.parse(answer.body) as { SecretString: string }).SecretString;
    return answer.ok;
  });
  const secret = JSON.parse(text) as Partial<Record<keyof Accounts, Partial<Account>>>;
  const account = (name: keyof Accounts): Account => {
    const { username, password } = secret[name] ?? {};
    if (username && password) return { username, password };
    throw new StartFailed(`the cluster's secret has no .${name}.${username ? 'password' : 'username'}`);
  };
  return { mesos: account('mesos'), marathon: account('marathon'), chronos: account('chronos') };
}
