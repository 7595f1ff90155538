/** Commands through SSM: documents of the stack, in batches of the service's limit. */
import {
  DescribeInstanceInformationCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { NodeRole } from '../contracts/cluster.ts';
import type { Commands, Upkeep } from '../ports/commands.ts';
import { allPages, inBatches, mapLimited } from './batches.ts';
import { codeOf, translating } from './errors.ts';
import { observedCommand } from './ssm-invocations.ts';

/** Instances of one SendCommand, and entries of one page. */
const batchSize = 50;
const callsAtOnce = 4;
/** How long SSM tries to hand the command to the node; the document's own timeout comes on top. */
const deliverySeconds = 120;

/** What SSM tells about nodes and commands. */
export function ssmObserver(client: SSMClient): Pick<Commands, 'findOnline' | 'listInvocations'> {
  return {
    findOnline: async (instanceIds) => {
      const batches = inBatches(instanceIds, batchSize);
      return (await mapLimited(batches, callsAtOnce, (batch) => onlineOf(client, batch))).flat();
    },
    listInvocations: async (commandIds) => {
      const found = await mapLimited(commandIds, callsAtOnce, (commandId) => invocationsOf(client, commandId));
      return found.flat();
    },
  };
}

/** `documents`: names of the start documents by role. */
export function ssmCommands(client: SSMClient, documents: Readonly<Record<NodeRole, string>>): Commands {
  const observer = ssmObserver(client);
  return {
    ...observer,
    start: (role, instanceIds, parameters) => ssmUpkeep(client, documents[role]).send(instanceIds, parameters),
  };
}

/** `document`: name of the document that is sent. */
export function ssmUpkeep(client: SSMClient, document: string): Upkeep {
  const { findOnline } = ssmObserver(client);
  return {
    send: async (instanceIds, parameters) => {
      const send = { client, document, parameters, findOnline };
      const sent = await mapLimited(inBatches(instanceIds, batchSize), callsAtOnce, (batch) => sendOrSkip(send, batch));
      return new Map(sent.flat());
    },
  };
}

function onlineOf(client: SSMClient, instanceIds: readonly string[]): Promise<readonly string[]> {
  const Filters = [
    { Key: 'InstanceIds', Values: [...instanceIds] },
    { Key: 'PingStatus', Values: ['Online'] },
  ];
  return translating('asking SSM for its nodes', () =>
    allPages(
      (NextToken) =>
        client.send(
          new DescribeInstanceInformationCommand({ Filters, MaxResults: batchSize, ...(NextToken && { NextToken }) }),
        ),
      (page) => ({
        items: (page.InstanceInformationList ?? []).flatMap((node) => node.InstanceId ?? []),
        next: page.NextToken,
      }),
    ),
  );
}

interface Send {
  readonly client: SSMClient;
  readonly document: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly findOnline: (instanceIds: readonly string[]) => Promise<readonly string[]>;
}
type Sent = readonly (readonly [instanceId: string, commandId: string])[];

/** One instance that SSM does not know fails the whole call; then only those that are online get the command. */
async function sendOrSkip(send: Send, instanceIds: readonly string[]): Promise<Sent> {
  try {
    return await sendCommand(send, instanceIds);
  } catch (error) {
    if (codeOf(error) !== 'InvalidInstanceId') return translating('sending a command', () => Promise.reject(error));
    const online = await send.findOnline(instanceIds);
    const known = online.length < instanceIds.length ? online : [];
    return known.length === 0 ? [] : translating('sending a command', () => sendCommand(send, known));
  }
}

async function sendCommand({ client, document, parameters }: Send, instanceIds: readonly string[]): Promise<Sent> {
  const { Command } = await client.send(
    new SendCommandCommand({
      DocumentName: document,
      InstanceIds: [...instanceIds],
      Parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]])),
      TimeoutSeconds: deliverySeconds,
      // The defaults would go on in waves and stop at the first node that fails.
      MaxConcurrency: '100%',
      MaxErrors: '100%',
    }),
  );
  const commandId = Command?.CommandId;
  return commandId === undefined ? [] : instanceIds.map((instanceId) => [instanceId, commandId] as const);
}

function invocationsOf(client: SSMClient, CommandId: string) {
  return translating('reading the results of a command', () =>
    allPages(
      (NextToken) =>
        client.send(
          new ListCommandInvocationsCommand({
            CommandId,
            Details: true,
            MaxResults: batchSize,
            ...(NextToken && { NextToken }),
          }),
        ),
      (page) => ({ items: (page.CommandInvocations ?? []).flatMap(observedCommand), next: page.NextToken }),
    ),
  );
}
