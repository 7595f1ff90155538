/** Secrets are in Secrets Manager, and in the template that their owner gets back; nowhere else. */
import type { LocalCloud } from '../../../local/cloud.ts';
import type { ApiClient } from '../local-cloud.ts';
import { plainItem } from './view.ts';

/** Shorter ones would be found in ordinary words. */
const shortestSecret = 5;

interface Place {
  readonly where: string;
  readonly text: string;
}

/** Looks at each text once, and at all again when there is a secret that it did not know. */
export class SecretWatch {
  private readonly known = new Set<string>();
  private readonly answers: Place[] = [];
  private pattern = /$^/;
  private seen = new Set<unknown>();
  private cursors = new Map<string, number>();

  constructor(given: readonly string[]) {
    this.learn(given);
  }

  /** A client whose answers are looked at too, besides those that give a template back. */
  watch(client: ApiClient): ApiClient {
    const request: ApiClient['request'] = async (method, path, ...rest) => {
      const answer = await client.request(method, path, ...rest);
      const headers = JSON.stringify([...answer.headers]);
      if (!/\/template\/?$/.test(path)) {
        this.answers.push({ where: `the answer to ${method} ${path}`, text: `${headers}\n${answer.text}` });
      }
      return answer;
    };
    return {
      request,
      get: (path) => request('GET', path),
      post: (path, body) => request('POST', path, body),
      delete: (path) => request('DELETE', path),
    };
  }

  async check(cloud: LocalCloud): Promise<readonly string[]> {
    this.learn(storedSecrets(cloud));
    const places = [...this.newPlaces(cloud), ...(await recordPlaces(cloud))];
    return places.flatMap(({ where, text }) => {
      const [found] = this.pattern.exec(text) ?? [];
      return found === undefined ? [] : [`a secret (${found.slice(0, 2)}…, ${found.length} characters) is in ${where}`];
    });
  }

  private learn(secrets: readonly string[]): void {
    const fresh = secrets.filter((secret) => secret.length >= shortestSecret && !this.known.has(secret));
    if (fresh.length === 0) return;
    for (const secret of fresh) this.known.add(secret);
    const forms = [...this.known].flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
    ]);
    const alternatives = [...new Set(forms)].map((form) => form.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    // As a word: a secret `mesos_pass` is no part of the name `mesos_password`.
    this.pattern = new RegExp(`(?<![A-Za-z0-9_])(?:${alternatives.join('|')})(?![A-Za-z0-9_])`);
    this.seen = new Set();
    this.cursors = new Map();
  }

  /** What was written since the last look. */
  private newPlaces({ logs, services }: LocalCloud): Place[] {
    const { ec2, events, nodes, sqs, ssm, states } = services;
    const instances = ec2.inspect.instances();
    return [
      ...this.after('logs', logs.all()).map(({ source, line }) => ({ where: `the log of ${source}`, text: line })),
      ...this.after('answers', this.answers),
      ...this.after('commands', ssm.inspect.commands()).map((command) => text(`command ${command.commandId}`, command)),
      ...this.unseen(instances, ({ instanceId }) => instanceId).flatMap(({ instanceId, tags, userData }) => [
        text(`tags of ${instanceId}`, tags),
        { where: `user data of ${instanceId}`, text: `${userData}\n${Buffer.from(userData, 'base64').toString()}` },
      ]),
      ...instances.flatMap(({ instanceId }) =>
        this.after(instanceId, nodes.inspect.log(instanceId)).map((line) => ({
          where: `the log of ${instanceId}`,
          text: line,
        })),
      ),
      ...states.inspect
        .executions()
        .flatMap(({ arn, name, input, ending, history }) => [
          ...this.after(arn, history.events).map((event) => text(`event ${event.id} of run ${name}`, event)),
          ...this.unseen([`${arn}/${ending?.status}`], String).map(() => text(`run ${name}`, [input, ending])),
        ]),
      ...this.unseen(events.inspect.events(), (event) => event).map((event) => text('an event', event)),
      ...sqs.inspect
        .queues()
        .flatMap((queue) =>
          this.unseen(queue.list(), ({ messageId }) => messageId).map(({ body, attributes }) =>
            text(`a message on ${queue.settings.name}`, [body, attributes]),
          ),
        ),
    ];
  }

  private after<T>(name: string, all: readonly T[]): readonly T[] {
    const from = this.cursors.get(name) ?? 0;
    this.cursors.set(name, all.length);
    return from === 0 ? all : all.slice(from);
  }

  private unseen<T>(all: readonly T[], keyOf: (one: T) => unknown): readonly T[] {
    const fresh = all.filter((one) => !this.seen.has(keyOf(one)));
    for (const one of fresh) this.seen.add(keyOf(one));
    return fresh;
  }
}

const text = (where: string, value: unknown): Place => ({ where, text: JSON.stringify(value) });

async function recordPlaces({ services }: LocalCloud): Promise<Place[]> {
  return (await services.dynamodb.scan()).map((item) => {
    const plain = plainItem(item);
    // Texts within texts are escaped twice; as they are, they are not.
    const texts = Object.values(plain).filter((value) => typeof value === 'string');
    return {
      where: `record ${String(plain.pk)} ${String(plain.sk)}`,
      text: `${texts.join('\n')}\n${JSON.stringify(plain)}`,
    };
  });
}

/** Spelled like the name of a property, which is no secret: published templates say `iam_access_token: iam_access_token`. */
const likeName = /^[a-z]+(?:_[a-z]+)+$/;

/**
 * Every value in the secret of a cluster but the user names. Of a workload's, what is secret by itself: its `values` are all of a map of
 * which one entry is.
 */
function storedSecrets({ services }: LocalCloud): string[] {
  const contents = services.secretsManager.inspect.secrets().flatMap(({ value, staged }) => [value, ...staged]);
  return contents.flatMap((value) => {
    const { mesos, marathon, chronos, consulGossipKey, templateLiterals, parameters } = JSON.parse(value) as Record<
      string,
      Record<string, string>
    >;
    const passwords = [mesos, marathon, chronos].map((account) => account?.password ?? '');
    return [
      ...passwords,
      ...(consulGossipKey === undefined ? [] : [String(consulGossipKey)]),
      ...Object.values(templateLiterals ?? {}).filter((literal) => !likeName.test(literal)),
      ...Object.values(parameters ?? {}).filter((value) => typeof value === 'string'),
    ];
  });
}
