/** Data types, and the property types of capabilities, relationships and policies. Required means: in every template. */
import type { PropertyType, Schema } from './schema.ts';

const string: Schema = { type: 'string' };
const port = { type: 'integer', constraints: { greaterOrEqual: 1, lessOrEqual: 65_535 } } as const;

export const dataTypes: Readonly<Record<string, PropertyType>> = {
  'tosca.datatypes.Root': {},
  'tosca.datatypes.Credential': {
    derivedFrom: 'tosca.datatypes.Root',
    properties: {
      protocol: string,
      token_type: { type: 'string', default: 'password' },
      token: { type: 'string', required: true, secret: true },
      keys: { type: 'map', entries: { type: 'string', secret: true } },
      user: string,
    },
  },
  'tosca.datatypes.network.PortSpec': {
    derivedFrom: 'tosca.datatypes.Root',
    properties: {
      protocol: { type: 'string', default: 'tcp', constraints: { validValues: ['udp', 'tcp', 'igmp'] } },
      source: port,
      target: port,
      source_range: { type: 'range' },
      target_range: { type: 'range' },
    },
  },
  'tosca.datatypes.indigo.network.PortSpec': {
    derivedFrom: 'tosca.datatypes.network.PortSpec',
    properties: { remote_cidr: string },
  },
  'tosca.datatypes.indigo.User': {
    derivedFrom: 'tosca.datatypes.Root',
    properties: {
      os_user_name: string,
      os_user_guid: { type: 'integer' },
      os_user_add_to_sudoers: { type: 'boolean' },
      os_user_ssh_public_key: string,
    },
  },
};

const size: Schema = { type: 'scalar-unit.size', constraints: { greaterOrEqual: 0 } };
const atLeastOne = { type: 'integer', constraints: { greaterOrEqual: 1 } } as const;
const count = { type: 'integer', constraints: { greaterOrEqual: 0 } } as const;

export const capabilityTypes: Readonly<Record<string, PropertyType>> = {
  'tosca.capabilities.Root': {},
  'tosca.capabilities.Node': { derivedFrom: 'tosca.capabilities.Root' },
  'tosca.capabilities.Attachment': { derivedFrom: 'tosca.capabilities.Root' },
  'tosca.capabilities.Network.Bindable': { derivedFrom: 'tosca.capabilities.Node' },
  'tosca.capabilities.Container': {
    derivedFrom: 'tosca.capabilities.Root',
    properties: {
      num_cpus: atLeastOne,
      cpu_frequency: { type: 'scalar-unit.frequency', constraints: { greaterOrEqual: 100_000_000 } },
      disk_size: size,
      mem_size: size,
    },
  },
  'tosca.capabilities.indigo.Container': {
    derivedFrom: 'tosca.capabilities.Container',
    properties: {
      preemtible_instance: { type: 'boolean' },
      instance_type: string,
      num_gpus: count,
      gpu_vendor: string,
      gpu_model: string,
      infiniband_support: { type: 'boolean' },
      sgx: { type: 'boolean' },
      sgx_epc_size: size,
    },
  },
  'tosca.capabilities.indigo.LRMS': {
    derivedFrom: 'tosca.capabilities.Container',
    properties: { type: { type: 'string', required: true } },
  },
  'tosca.capabilities.indigo.LRMS.Mesos': {
    derivedFrom: 'tosca.capabilities.indigo.LRMS',
    properties: { type: { type: 'string', default: 'mesos', constraints: { equal: 'mesos' } } },
  },
  'tosca.capabilities.indigo.MesosMaster': { derivedFrom: 'tosca.capabilities.Container' },
  'tosca.capabilities.indigo.MesosSlave': { derivedFrom: 'tosca.capabilities.Container' },
  'tosca.capabilities.OperatingSystem': {
    derivedFrom: 'tosca.capabilities.Root',
    properties: { architecture: string, type: string, distribution: string, version: { type: 'version' } },
  },
  'tosca.capabilities.indigo.OperatingSystem': {
    derivedFrom: 'tosca.capabilities.OperatingSystem',
    properties: {
      gpu_driver: { type: 'boolean' },
      cuda_support: { type: 'boolean' },
      cuda_min_version: string,
      cuDNN_version: string,
      image: string,
      credential: { type: 'tosca.datatypes.Credential' },
    },
  },
  'tosca.capabilities.Scalable': {
    derivedFrom: 'tosca.capabilities.Root',
    properties: {
      min_instances: { ...count, default: 1 },
      max_instances: { ...count, default: 1 },
      default_instances: count,
    },
  },
  'tosca.capabilities.indigo.Scalable': {
    derivedFrom: 'tosca.capabilities.Scalable',
    properties: { count: { ...count, default: 1 }, removal_list: { type: 'list', entries: string } },
  },
  'tosca.capabilities.Endpoint': {
    derivedFrom: 'tosca.capabilities.Root',
    properties: {
      protocol: { type: 'string', default: 'tcp' },
      port,
      secure: { type: 'boolean', default: false },
      url_path: string,
      port_name: string,
      network_name: { type: 'string', default: 'PRIVATE' },
      initiator: { type: 'string', default: 'source', constraints: { validValues: ['source', 'target', 'peer'] } },
      ports: {
        type: 'map',
        entries: { type: 'tosca.datatypes.network.PortSpec' },
        constraints: { minLength: 1 },
      },
    },
  },
  'tosca.capabilities.Endpoint.Admin': { derivedFrom: 'tosca.capabilities.Endpoint' },
  'tosca.capabilities.indigo.Endpoint': {
    derivedFrom: 'tosca.capabilities.Endpoint',
    properties: {
      dns_name: string,
      additional_dns_names: { type: 'list', entries: string },
      private_ip: { type: 'boolean', default: true },
      ports: {
        type: 'map',
        entries: { type: 'tosca.datatypes.indigo.network.PortSpec' },
        constraints: { minLength: 1 },
      },
      additional_ip: string,
    },
  },
};

export const relationshipTypes: Readonly<Record<string, PropertyType>> = {
  'tosca.relationships.Root': {},
  'tosca.relationships.DependsOn': { derivedFrom: 'tosca.relationships.Root' },
  'tosca.relationships.HostedOn': { derivedFrom: 'tosca.relationships.Root' },
  'tosca.relationships.ConnectsTo': {
    derivedFrom: 'tosca.relationships.Root',
    properties: { credential: { type: 'tosca.datatypes.Credential' } },
  },
  'tosca.relationships.AttachesTo': {
    derivedFrom: 'tosca.relationships.Root',
    properties: { location: string, device: string },
  },
  'tosca.relationships.indigo.AttachesTo': {
    derivedFrom: 'tosca.relationships.AttachesTo',
    properties: { fs_type: string },
  },
  'tosca.relationships.indigo.Manages': { derivedFrom: 'tosca.relationships.Root' },
};

export const policyTypes: Readonly<Record<string, PropertyType>> = {
  'tosca.policies.Root': {},
  'tosca.policies.Placement': {
    derivedFrom: 'tosca.policies.Root',
    // Not in the normative type, but templates for AWS use it so.
    properties: { availability_zone: string },
  },
  'tosca.policies.indigo.Placement': {
    derivedFrom: 'tosca.policies.Placement',
    properties: { cloud_id: { type: 'string', required: true } },
  },
  'tosca.policies.indigo.SlaPlacement': {
    derivedFrom: 'tosca.policies.Placement',
    properties: { sla_id: { type: 'string', required: true } },
  },
  'tosca.policies.indigo.CredentialsAwareSlaPlacement': {
    derivedFrom: 'tosca.policies.indigo.SlaPlacement',
    properties: {
      username: { type: 'string', required: true, secret: true },
      password: { type: 'string', required: true, secret: true },
      subscription_id: string,
    },
  },
};
