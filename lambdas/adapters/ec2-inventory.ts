/** Reading, ending and addressing instances. What launches them is in ec2-launch.ts and ec2-fleet.ts. */
import {
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  type EC2Client,
  type Filter,
  type Instance,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Machines } from '../ports/machines.ts';
import { allPages, inBatches } from './batches.ts';
import { observedInstance } from './ec2-instances.ts';
import { codeOf, isNotFound, translateError, translating } from './errors.ts';
import { tagFilters } from './tags.ts';

/** The service's limits on a page and on one call. */
const pageSize = 1000;
const terminateBatch = 1000;
/** Values that one filter takes. */
const filterValues = 200;

export function describeInstances(client: EC2Client, Filters: Filter[]): Promise<readonly Instance[]> {
  return translating('listing instances', () =>
    allPages(
      (NextToken) =>
        client.send(new DescribeInstancesCommand({ Filters, MaxResults: pageSize, ...(NextToken && { NextToken }) })),
      (page) => ({
        items: (page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []),
        next: page.NextToken,
      }),
    ),
  );
}

/** From the notice until the instance shuts down. */
const noticeCodes = ['marked-for-termination', 'marked-for-stop'];

/**
 * What EC2 says of a spot instance before it ends it is on its request, not on the instance. Whoever the instances belong to: there
 * are few at any time, for a notice is two minutes long.
 */
export function ec2Interruptions(client: EC2Client): Pick<Machines, 'listInterrupted'> {
  const Filters = [{ Name: 'status-code', Values: noticeCodes }];
  return {
    listInterrupted: async () => {
      const requests = await translating('looking for interrupted spot instances', () =>
        allPages(
          (NextToken) =>
            client.send(
              new DescribeSpotInstanceRequestsCommand({
                Filters,
                MaxResults: pageSize,
                ...(NextToken && { NextToken }),
              }),
            ),
          (page) => ({ items: page.SpotInstanceRequests ?? [], next: page.NextToken }),
        ),
      );
      return requests.flatMap(({ InstanceId }) => InstanceId ?? []);
    },
  };
}

export function ec2Inventory(client: EC2Client, stackName: string): Pick<Machines, 'listInstances'> {
  return {
    listInstances: async (clusterId) => {
      const found = await describeInstances(client, tagFilters(stackName, clusterId));
      return found.map(observedInstance);
    },
  };
}

export function ec2Terminator(client: EC2Client): Pick<Machines, 'terminate'> {
  return {
    terminate: async (instanceIds) => {
      for (const batch of inBatches(instanceIds, terminateBatch)) await terminateBatchOf(client, batch);
    },
  };
}

/** One id that does not exist fails the whole call; then those that EC2 shows are terminated. */
async function terminateBatchOf(client: EC2Client, instanceIds: readonly string[]): Promise<void> {
  try {
    await client.send(new TerminateInstancesCommand({ InstanceIds: [...instanceIds] }));
  } catch (error) {
    if (codeOf(error) !== 'InvalidInstanceID.NotFound') throw translateError(error, 'terminating instances');
    const found = await describeInstancesById(client, instanceIds);
    const known = found.flatMap(({ InstanceId }) => InstanceId ?? []);
    if (known.length > 0 && known.length < instanceIds.length) await terminateBatchOf(client, known);
  }
}

/** Those of the instances that EC2 shows; asked by a filter, which does not mind ids of instances that are gone. */
export async function describeInstancesById(
  client: EC2Client,
  instanceIds: readonly string[],
): Promise<readonly Instance[]> {
  const found: Instance[] = [];
  for (const Values of inBatches(instanceIds, filterValues)) {
    found.push(...(await describeInstances(client, [{ Name: 'instance-id', Values: [...Values] }])));
  }
  return found;
}

export function ec2Addresses(client: EC2Client): Pick<Machines, 'findAddressHolder' | 'associateAddress'> {
  return {
    findAddressHolder: async (allocationId) => {
      const command = new DescribeAddressesCommand({ AllocationIds: [allocationId] });
      try {
        const { Addresses } = await client.send(command);
        return Addresses?.[0]?.InstanceId || undefined;
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw translateError(error, 'looking up the virtual address');
      }
    },
    associateAddress: async (AllocationId, InstanceId) => {
      const command = new AssociateAddressCommand({ AllocationId, InstanceId, AllowReassociation: true });
      await translating('moving the virtual address', () => client.send(command));
    },
  };
}
