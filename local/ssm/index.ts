/** SSM of the local cloud: documents of the stack, commands on nodes, and the few parameters that are asked for. */
import { textsOf, type Wire } from '../ec2/wire.ts';
import { type AuthorizationContext, type AwsCall, AwsError, type AwsService, type ResourceTypes } from '../types.ts';
import { cancelCommand, getCommandInvocation, listCommandInvocations, listCommands } from './answers.ts';
import { makeDocument } from './documents.ts';
import { describeInstanceInformation } from './instances.ts';
import { getParameter, getParameters, makeParameter } from './parameters.ts';
import { sendCommand } from './send-command.ts';
import type { SsmOptions, SsmState } from './types.ts';

export type { SsmOptions } from './types.ts';

const actions: Readonly<Record<string, (state: SsmState, input: Wire) => unknown>> = {
  SendCommand: sendCommand,
  ListCommandInvocations: listCommandInvocations,
  ListCommands: listCommands,
  GetCommandInvocation: getCommandInvocation,
  CancelCommand: cancelCommand,
  DescribeInstanceInformation: describeInstanceInformation,
  GetParameter: getParameter,
  GetParameters: getParameters,
};

export interface InspectedCommand {
  readonly commandId: string;
  readonly documentName: string;
  readonly instanceIds: readonly string[];
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly requestedAt: number;
  readonly status: string;
}

export interface Ssm {
  readonly service: AwsService;
  readonly resourceTypes: ResourceTypes;
  readonly inspect: {
    /** Every command that was ever sent, in order. */
    commands(): readonly InspectedCommand[];
    documentNames(): readonly string[];
  };
}

export function createSsm(options: SsmOptions): Ssm {
  const state: SsmState = {
    ...options,
    documents: new Map(),
    parameterStore: new Map(),
    commands: new Map(),
    draws: options.random.fork('ssm'),
  };
  return {
    service: {
      signingName: 'ssm',
      protocol: 'json-1.1',
      targetPrefix: 'AmazonSSM',
      authorization: (call) => authorizationOf(state, call),
      handle({ action, input }) {
        const perform = actions[action];
        if (!perform) throw new AwsError('UnknownOperationException', `The operation ${action} is not known`);
        return perform(state, input);
      },
    },
    resourceTypes: {
      'AWS::SSM::Document': {
        properties: ['Content', 'DocumentFormat', 'DocumentType', 'Name'],
        withoutEffect: ['Tags', 'TargetType', 'UpdateMethod'],
        create: (resource) => makeDocument(state, resource),
      },
      'AWS::SSM::Parameter': {
        properties: ['Name', 'Type', 'Value'],
        withoutEffect: ['Description', 'Tags', 'Tier', 'AllowedPattern'],
        create: (resource) => makeParameter(state, resource),
      },
    },
    inspect: {
      commands: () =>
        [...state.commands.values()].map((command) => ({
          commandId: command.id,
          documentName: command.document.name,
          instanceIds: command.invocations.map((one) => one.instanceId),
          parameters: command.parameters,
          requestedAt: command.requestedAt,
          status: command.status,
        })),
      documentNames: () => [...state.documents.keys()],
    },
  };
}

/** SendCommand needs to be allowed on the document and on each instance. */
function authorizationOf(state: SsmState, { action, input }: AwsCall): AuthorizationContext {
  if (action !== 'SendCommand') return {};
  const ids = textsOf(input.InstanceIds);
  const { region, accountId } = state;
  const tags = ids.flatMap((id) => Object.entries(state.nodes().findAgent(id)?.tags ?? {}));
  return {
    resources: [
      `arn:aws:ssm:${region}:${accountId}:document/${String(input.DocumentName)}`,
      ...ids.map((id) => `arn:aws:ec2:${region}:${accountId}:instance/${id}`),
    ],
    conditions: Object.fromEntries(tags.map(([key, value]) => [`ssm:resourceTag/${key}`, value])),
  };
}
