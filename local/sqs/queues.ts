import { AwsError } from '../types.ts';
import type { Queue } from './queue.ts';

/** All queues, by name. */
export class Queues {
  private readonly byName = new Map<string, Queue>();

  /** @throws AwsError QueueNameExists */
  add(queue: Queue): void {
    const { name } = queue.settings;
    if (this.byName.has(name)) throw new AwsError('QueueNameExists', `A queue already exists with the name ${name}.`);
    this.byName.set(name, queue);
  }

  find(name: string): Queue | undefined {
    return this.byName.get(name);
  }

  findByArn(arn: string): Queue | undefined {
    return this.list().find((queue) => queue.settings.arn === arn);
  }

  /** By name, or by a URL that ends in it. @throws AwsError QueueDoesNotExist */
  get(nameOrUrl: unknown): Queue {
    const queue = typeof nameOrUrl === 'string' ? this.byName.get(nameOrUrl.split('/').at(-1) ?? '') : undefined;
    if (queue !== undefined) return queue;
    throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
  }

  list(): readonly Queue[] {
    return [...this.byName.values()];
  }
}
