/** EC2 of the local cloud: the actions in use, with the limits, delays and errors of the real one. */
import type { AwsCall, AwsService, Caller, ResourceTypes } from '../types.ts';
import {
  allocateAddress,
  associateAddress,
  describeAddresses,
  disassociateAddress,
  releaseAddress,
} from './addresses.ts';
import { authorizationOf } from './authorization.ts';
import { createRequestLimiter } from './buckets.ts';
import { createFleet } from './create-fleet.ts';
import { describeInstanceStatus, describeInstances } from './describe-instances.ts';
import { describeSpotInstanceRequests } from './describe-spot-requests.ts';
import { createInspect, type Ec2Inspect } from './inspect.ts';
import { createTags, startInstances, stopInstances, terminateInstances } from './instance-actions.ts';
import {
  createLaunchTemplate,
  createLaunchTemplateVersion,
  deleteLaunchTemplate,
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
} from './launch-templates.ts';
import { createNetworkInterface, deleteNetworkInterface, describeNetworkInterfaces } from './network-interfaces.ts';
import { networkResourceTypes } from './network-resources.ts';
import { runInstances } from './run-instances.ts';
import { securityGroupResourceTypes } from './security-group-resources.ts';
import {
  authorize,
  createSecurityGroup,
  deleteSecurityGroup,
  describeSecurityGroups,
  revoke,
} from './security-groups.ts';
import { describeSubnets } from './subnets.ts';
import { fail, type Wire } from './wire.ts';
import { createWorld, type Ec2Options, type World } from './world.ts';

export type { Ec2Inspect, InspectedInstance } from './inspect.ts';
export type { Ec2Options } from './world.ts';

type Action = (world: World, input: Wire, by: Caller) => unknown;

const actions: Readonly<Record<string, Action>> = {
  RunInstances: runInstances,
  CreateFleet: createFleet,
  DescribeInstances: describeInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeSpotInstanceRequests: describeSpotInstanceRequests,
  TerminateInstances: terminateInstances,
  StopInstances: stopInstances,
  StartInstances: startInstances,
  CreateTags: createTags,
  DescribeSubnets: describeSubnets,
  CreateSecurityGroup: createSecurityGroup,
  AuthorizeSecurityGroupIngress: (world, input) => authorize(world, input, 'ingress'),
  AuthorizeSecurityGroupEgress: (world, input) => authorize(world, input, 'egress'),
  RevokeSecurityGroupIngress: (world, input) => revoke(world, input, 'ingress'),
  RevokeSecurityGroupEgress: (world, input) => revoke(world, input, 'egress'),
  DescribeSecurityGroups: describeSecurityGroups,
  DeleteSecurityGroup: deleteSecurityGroup,
  CreateNetworkInterface: createNetworkInterface,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  DeleteNetworkInterface: deleteNetworkInterface,
  AllocateAddress: allocateAddress,
  AssociateAddress: associateAddress,
  DisassociateAddress: disassociateAddress,
  ReleaseAddress: releaseAddress,
  DescribeAddresses: describeAddresses,
  CreateLaunchTemplate: createLaunchTemplate,
  CreateLaunchTemplateVersion: createLaunchTemplateVersion,
  DescribeLaunchTemplates: describeLaunchTemplates,
  DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
  DeleteLaunchTemplate: deleteLaunchTemplate,
};

export interface Ec2 {
  readonly service: AwsService;
  readonly resourceTypes: ResourceTypes;
  readonly inspect: Ec2Inspect;
}

export function createEc2(options: Ec2Options): Ec2 {
  const world = createWorld(options);
  const checkRate = createRequestLimiter(options.clock);
  const service: AwsService = {
    signingName: 'ec2',
    protocol: 'ec2-query',
    authorization: (call) => authorizationOf(world, call),
    handle({ action, input, caller }: AwsCall) {
      const perform =
        actions[action] ?? fail('InvalidAction', `The action ${action} is not valid for this web service.`);
      checkRate(action);
      return perform(world, input, caller);
    },
  };
  const resourceTypes = { ...networkResourceTypes(world), ...securityGroupResourceTypes(world) };
  return { service, resourceTypes, inspect: createInspect(world) };
}
