/**
 * How add-ons are written down: apps whose values name properties of the node.
 *
 * `${name}` in a text stands for the property; a value that is nothing but one such reference takes the property's own type.
 * `${name|filter}` converts it: `list` joins a list by commas, `zookeeper` joins addresses with ZooKeeper's port,
 * `megabytes` writes bytes as Java programs take them (`2048m`). `${@name}` is a fact of the cluster, see `ClusterFact`. An
 * environment variable that is nothing but one reference is left out when the property is empty, -1 or no bytes, which is how
 * these types say that something is not set.
 */
import type { AppDefinition, AppHealthCheck } from '../marathon/app.ts';

export type ClusterFact = 'marathon_username' | 'marathon_password';

/** A number, or the property that holds it. */
type NumberRule = number | string;

export interface PortRule {
  readonly containerPort?: NumberRule;
  readonly servicePort?: NumberRule;
}

/** What is not said is 1 instance, no GPU, no ports, nothing mounted, no privileges, and so on. */
export interface AppRule
  extends Partial<
    Pick<AppDefinition, 'command' | 'args' | 'env' | 'constraints' | 'volumes' | 'privileged' | 'forcePull' | 'after'>
  > {
  readonly id: string;
  readonly image: string;
  readonly instances?: number;
  readonly cpus: NumberRule;
  readonly mem: NumberRule;
  readonly gpus?: NumberRule;
  readonly network: 'host' | 'bridge';
  readonly ports?: readonly PortRule[];
  readonly dockerParameters?: AppDefinition['dockerParameters'];
  readonly healthCheck?: AppHealthCheck['check'];
}

/** A value that cannot be had, and why. */
export interface PropertyRefusal {
  readonly property: string;
  /** The only value that can be had. */
  readonly only: string;
  readonly because: string;
}

export interface AddOnDefinition {
  readonly type: string;
  readonly apps: readonly AppRule[];
  readonly refusals?: readonly PropertyRefusal[];
  /** Properties that a template must give although the type has a default for them. */
  readonly needs?: readonly string[];
  /** In place of properties that the template leaves out, where the type has no default. */
  readonly fallbacks?: Readonly<Record<string, string>>;
  /** For the activity log: what the author of a template should know. */
  readonly note?: string;
}

/** Properties of the node that the definition makes something of. */
export function propertiesOf({ apps }: AddOnDefinition): readonly string[] {
  const names = [...JSON.stringify(apps).matchAll(/\$\{([a-z0-9_]+)/g)].map(([, name = '']) => name);
  return [...new Set(names)].sort();
}

/** As the original roles check their apps' health, all alike. */
export const healthTimes = { graceSeconds: 300, intervalSeconds: 60, timeoutSeconds: 20, maxFailures: 3 } as const;
