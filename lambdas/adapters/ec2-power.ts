/** Powering instances off and on; their disks and private addresses stay. */
import {
  type EC2Client,
  type InstanceStateName,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Machines } from '../ports/machines.ts';
import { inBatches } from './batches.ts';
import { describeInstancesById } from './ec2-inventory.ts';
import { codeOf, translateError } from './errors.ts';

/** The service's limit on one call. */
const batchSize = 1000;
/** One instance that is like this fails the whole call. */
const unfitCodes: ReadonlySet<string> = new Set(['IncorrectInstanceState', 'InvalidInstanceID.NotFound']);

interface Power {
  readonly what: string;
  /** State of an instance that can be told to. */
  readonly from: InstanceStateName;
  readonly tell: (client: EC2Client, InstanceIds: string[]) => Promise<unknown>;
}
const stopping: Power = {
  what: 'stopping instances',
  from: 'running',
  tell: (client, InstanceIds) => client.send(new StopInstancesCommand({ InstanceIds })),
};
const starting: Power = {
  what: 'starting instances',
  from: 'stopped',
  tell: (client, InstanceIds) => client.send(new StartInstancesCommand({ InstanceIds })),
};

export function ec2Power(client: EC2Client): Pick<Machines, 'stop' | 'start'> {
  const all = async (power: Power, instanceIds: readonly string[]): Promise<void> => {
    for (const batch of inBatches(instanceIds, batchSize)) await tellBatch(client, power, batch);
  };
  return { stop: (instanceIds) => all(stopping, instanceIds), start: (instanceIds) => all(starting, instanceIds) };
}

async function tellBatch(client: EC2Client, power: Power, instanceIds: readonly string[]): Promise<void> {
  try {
    await power.tell(client, [...instanceIds]);
  } catch (error) {
    if (!unfitCodes.has(codeOf(error))) throw translateError(error, power.what);
    const known = await describeInstancesById(client, instanceIds);
    const fit = known.filter(({ State }) => State?.Name === power.from).flatMap(({ InstanceId }) => InstanceId ?? []);
    if (fit.length > 0 && fit.length < instanceIds.length) await tellBatch(client, power, fit);
  }
}
