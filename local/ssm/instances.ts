/** Which nodes SSM reaches, as far as it knows. */
import { numberOf, objectsOf, pageOf, textOf, textsOf, type Wire } from '../ec2/wire.ts';
import type { ManagedAgent } from '../nodes/types.ts';
import { AwsError } from '../types.ts';
import type { SsmState } from './types.ts';

/** A node counts as online for this long after its last heartbeat, which comes every five minutes. */
const patienceMs = 330_000;
const maxFilterValues = 100;

function pingStatus(state: SsmState, agent: ManagedAgent): 'Online' | 'ConnectionLost' {
  return state.clock.now() - agent.lastPingAt() <= patienceMs ? 'Online' : 'ConnectionLost';
}

export function describeInstanceInformation(state: SsmState, input: Wire): unknown {
  const size = numberOf(input.MaxResults) ?? 10;
  if (size < 5 || size > 50)
    throw new AwsError('ValidationException', `MaxResults must be between 5 and 50, not ${size}`);
  const filters = [
    ...objectsOf(input.Filters).map((filter) => matches(state, String(filter.Key), textsOf(filter.Values))),
    ...objectsOf(input.InstanceInformationFilterList).map((filter) =>
      matches(state, String(filter.key), textsOf(filter.valueSet)),
    ),
  ];
  const found = state
    .nodes()
    .agents()
    .filter((agent) => filters.every((filter) => filter(agent)));
  const { page, next } = pageOf(found, size, textOf(input.NextToken));
  return {
    InstanceInformationList: page.map((agent) => information(state, agent)),
    ...(next === undefined ? {} : { NextToken: next }),
  };
}

function matches(state: SsmState, key: string, values: readonly string[]): (agent: ManagedAgent) => boolean {
  if (values.length > maxFilterValues) {
    throw new AwsError('ValidationException', `A filter takes at most ${maxFilterValues} values, not ${values.length}`);
  }
  if (key.startsWith('tag:')) return (agent) => values.includes(agent.tags[key.slice('tag:'.length)] ?? '\u0000');
  switch (key) {
    case 'InstanceIds':
      return (agent) => values.includes(agent.instanceId);
    case 'PingStatus':
      return (agent) => values.includes(pingStatus(state, agent));
    case 'IamRole':
      return (agent) => values.includes(agent.roleName);
    case 'PlatformTypes':
      return () => values.includes('Linux');
    case 'ResourceType':
      return () => values.includes('EC2Instance');
    default:
      throw new AwsError('InvalidInstanceInformationFilterValue', `The filter ${key} is not valid.`);
  }
}

const information = (state: SsmState, agent: ManagedAgent) => ({
  InstanceId: agent.instanceId,
  PingStatus: pingStatus(state, agent),
  LastPingDateTime: agent.lastPingAt() / 1000,
  AgentVersion: '3.3.1611.0',
  IsLatestVersion: true,
  PlatformType: 'Linux',
  PlatformName: 'Ubuntu',
  PlatformVersion: '22.04',
  ResourceType: 'EC2Instance',
  IPAddress: agent.privateIp,
  ComputerName: `ip-${agent.privateIp.replaceAll('.', '-')}.ec2.internal`,
  RegistrationDate: agent.registeredAt / 1000,
});
