/**
 * How simulated tasks behave. A test says so for images and commands; otherwise images of the repository `simulated/task` say it
 * by the words of their tag (`simulated/task:run-30.exit-1`), and commands made of `sleep N`, `exit N`, `true`, `false` and
 * `echo` alone do what they say. What is left runs for ever as a service, and ends well after a while as a job.
 */
import type { Random } from '../../types.ts';

export interface Behaviour {
  /** How long its image takes to arrive; drawn if absent, and nothing if it is on the disk. */
  readonly pullSeconds?: number;
  /** Ends by itself after this long. Absent: never. */
  readonly runSeconds?: number;
  /** @default 0 */
  readonly exitCode?: number;
  /** Health checks fail, and requests are answered with 503. */
  readonly unhealthy?: boolean;
  /** There is no such image. */
  readonly missingImage?: boolean;
}

/** What a rule is matched with: parts of the image's name and of the command. */
export interface BehaviourRule {
  readonly image?: string | RegExp;
  readonly command?: string | RegExp;
  readonly behaviour: Behaviour;
}

export interface TaskProgram {
  readonly image?: string;
  readonly command?: string;
  /** A service is to run for ever, a job to end. */
  readonly kind: 'service' | 'job';
}

export interface Behaviours {
  /** Later rules win. @returns a function that takes the rule back */
  add(rule: BehaviourRule): () => void;
  of(program: TaskProgram, random: Random): Behaviour;
}

export function createBehaviours(): Behaviours {
  const rules = new Set<BehaviourRule>();
  return {
    add(rule) {
      rules.add(rule);
      return () => rules.delete(rule);
    },
    of(program, random) {
      const rule = [...rules].findLast(
        ({ image, command }) => fits(image, program.image) && fits(command, program.command),
      );
      const said = rule?.behaviour ?? { ...ofCommand(program.command), ...ofImage(program.image) };
      const ends = said.runSeconds !== undefined || program.kind === 'service';
      return ends ? said : { ...said, runSeconds: 20 * Math.exp(random.normal(0, 0.6, -2)) };
    },
  };
}

function fits(pattern: string | RegExp | undefined, text: string | undefined): boolean {
  if (pattern === undefined) return true;
  return typeof pattern === 'string' ? (text ?? '').includes(pattern) : pattern.test(text ?? '');
}

const words: readonly { readonly pattern: RegExp; read(number: number): Behaviour }[] = [
  { pattern: /^run-(\d+)$/, read: (runSeconds) => ({ runSeconds }) },
  { pattern: /^exit-(\d+)$/, read: (exitCode) => ({ exitCode }) },
  { pattern: /^pull-(\d+)$/, read: (pullSeconds) => ({ pullSeconds }) },
  { pattern: /^unhealthy$/, read: () => ({ unhealthy: true }) },
  { pattern: /^missing$/, read: () => ({ missingImage: true }) },
];

/** `exit-1` alone ends after a second: a service that crashes whenever it is started. */
export function ofImage(image: string | undefined): Behaviour {
  const tag = /(?:^|\/)simulated\/task:([\w.-]+)$/.exec(image ?? '')?.[1];
  if (tag === undefined) return {};
  const said = tag.split('.').map((word) => {
    const found = words.find(({ pattern }) => pattern.test(word));
    return found?.read(Number(found.pattern.exec(word)?.[1] ?? 0)) ?? {};
  });
  const behaviour: Behaviour = Object.assign({}, ...said);
  return behaviour.exitCode === undefined ? behaviour : { runSeconds: 1, ...behaviour };
}

/** Only a command of which every part is understood. */
export function ofCommand(command: string | undefined): Behaviour {
  let runSeconds = 0;
  for (const part of (command ?? '').split(/;|&&|\n/).map((text) => text.trim())) {
    const [, seconds] = /^sleep (\d+(?:\.\d+)?)s?$/.exec(part) ?? [];
    const [, code] = /^exit (\d{1,3})$/.exec(part) ?? [];
    if (seconds !== undefined) runSeconds += Number(seconds);
    else if (code !== undefined) return { runSeconds, exitCode: Number(code) };
    else if (part === 'false') return { runSeconds, exitCode: 1 };
    else if (part !== 'true' && !/^echo( [^|<>$`&]*)?$/.test(part)) return {};
  }
  return { runSeconds };
}
