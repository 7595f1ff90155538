/** Frameworks besides Marathon and Chronos, which tests start tasks with. */
import type { Agent } from './agents.ts';
import type { Framework, Task } from './task.ts';
import type { Tasks } from './tasks.ts';

export interface ForeignTask {
  /** @default foreign */
  readonly framework?: string;
  readonly cpus?: number;
  readonly mem?: number;
  /** Ends well after this long. @default never */
  readonly seconds?: number;
}

export interface Foreign {
  frameworks(): readonly Framework[];
  start(agent: Agent, task: ForeignTask): Task;
}

export function createForeign(clusterId: string, tasks: Tasks): Foreign {
  const frameworks = new Map<string, Framework>();
  let count = 0;
  const frameworkOf = (name: string): Framework => {
    const known = frameworks.get(name);
    if (known) return known;
    const created: Framework = {
      name,
      id: () => `${clusterId}-${name}`,
      isActive: () => true,
      host: () => undefined,
      isPartitionAware: () => false,
      updated: () => {},
    };
    frameworks.set(name, created);
    return created;
  };
  return {
    frameworks: () => [...frameworks.values()],
    start(agent, { framework = 'foreign', cpus = 0.1, mem = 32, seconds }) {
      count += 1;
      return tasks.launch(agent, {
        id: `${framework}.${count}`,
        name: framework,
        framework: frameworkOf(framework),
        resources: { cpus, mem, disk: 0, gpus: 0 },
        ports: [],
        kind: 'service',
        ...(seconds === undefined ? {} : { command: `sleep ${seconds}` }),
      });
    },
  };
}
