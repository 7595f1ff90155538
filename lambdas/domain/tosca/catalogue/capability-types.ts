/** Capability types. Properties without `required` may be left out, also where the original gives them a default. */
import type { PropertyType, Schema } from './schema.ts';
import { boolean, credential, no, required, string, strings, text, yes } from './shorthand.ts';

const root = 'tosca.capabilities.Root';
const container = 'tosca.capabilities.Container';
const lrms = 'tosca.capabilities.indigo.LRMS';
const size: Schema = { type: 'scalar-unit.size', constraints: [{ greaterOrEqual: 0 }] };
const atLeastOne = { type: 'integer', constraints: [{ greaterOrEqual: 1 }] } as const;
const count = { type: 'integer', constraints: [{ greaterOrEqual: 0 }] } as const;
const port: Schema = { type: 'tosca.datatypes.network.PortDef' };
const portSpec: Schema = { type: 'tosca.datatypes.network.PortSpec' };
const portMap = (entries: Schema): Schema => ({ type: 'map', entries, constraints: [{ minLength: 1 }] });

const normative: Readonly<Record<string, PropertyType>> = {
  [root]: {},
  'tosca.capabilities.Node': { derivedFrom: root },
  'tosca.capabilities.Attachment': { derivedFrom: root },
  'tosca.capabilities.Network.Bindable': { derivedFrom: 'tosca.capabilities.Node' },
  [container]: {
    derivedFrom: root,
    properties: {
      num_cpus: atLeastOne,
      cpu_frequency: { type: 'scalar-unit.frequency', constraints: [{ greaterOrEqual: 100_000_000 }] },
      disk_size: size,
      mem_size: size,
    },
  },
  'tosca.capabilities.Container.Docker': {
    derivedFrom: container,
    properties: {
      version: { type: 'list', entries: { type: 'version' } },
      publish_all: no,
      publish_ports: { type: 'list', entries: portSpec },
      expose_ports: { type: 'list', entries: portSpec },
      volumes: strings,
      host_id: string,
      volume_id: string,
    },
  },
  'tosca.capabilities.OperatingSystem': {
    derivedFrom: root,
    properties: { architecture: string, type: string, distribution: string, version: { type: 'version' } },
  },
  'tosca.capabilities.Scalable': {
    derivedFrom: root,
    properties: {
      min_instances: { ...count, default: 1 },
      max_instances: { ...count, default: 1 },
      default_instances: count,
    },
  },
  'tosca.capabilities.Endpoint': {
    derivedFrom: root,
    properties: {
      protocol: text('tcp'),
      port,
      secure: no,
      url_path: string,
      port_name: string,
      network_name: text('PRIVATE'),
      initiator: { ...text('source'), constraints: [{ validValues: ['source', 'target', 'peer'] }] },
      ports: portMap(portSpec),
    },
    attributes: { ip_address: 'string' },
  },
  'tosca.capabilities.Endpoint.Admin': { derivedFrom: 'tosca.capabilities.Endpoint' },
  'tosca.capabilities.Endpoint.Public': { derivedFrom: 'tosca.capabilities.Endpoint' },
};

const indigo: Readonly<Record<string, PropertyType>> = {
  'tosca.capabilities.indigo.Container': {
    derivedFrom: container,
    properties: {
      preemtible_instance: boolean,
      instance_type: string,
      num_gpus: count,
      gpu_vendor: string,
      gpu_model: string,
      infiniband_support: boolean,
      sgx: boolean,
      sgx_epc_size: size,
    },
  },
  'tosca.capabilities.indigo.Container.Docker': {
    derivedFrom: 'tosca.capabilities.Container.Docker',
    properties: { num_cpus: { type: 'float', constraints: [{ greaterOrEqual: 0 }] }, num_gpus: count },
  },
  'tosca.capabilities.indigo.Container.Application.Docker.Chronos': { derivedFrom: root },
  [lrms]: {
    derivedFrom: container,
    properties: {
      type: {
        ...required(string),
        constraints: [{ validValues: ['local', 'torque', 'slurm', 'sge', 'condor', 'mesos', 'kubernetes'] }],
      },
    },
  },
  'tosca.capabilities.indigo.LRMS.Mesos': {
    derivedFrom: lrms,
    properties: { type: { ...text('mesos'), constraints: [{ equal: 'mesos' }] } },
  },
  'tosca.capabilities.indigo.MesosMaster': { derivedFrom: container },
  'tosca.capabilities.indigo.MesosSlave': { derivedFrom: container },
  'tosca.capabilities.indigo.OperatingSystem': {
    derivedFrom: 'tosca.capabilities.OperatingSystem',
    properties: {
      gpu_driver: boolean,
      cuda_support: boolean,
      cuda_min_version: string,
      cuDNN_version: string,
      image: string,
      credential,
    },
  },
  'tosca.capabilities.indigo.Scalable': {
    derivedFrom: 'tosca.capabilities.Scalable',
    properties: { count: { ...count, default: 1 }, removal_list: strings },
  },
  'tosca.capabilities.indigo.Endpoint': {
    derivedFrom: 'tosca.capabilities.Endpoint',
    properties: {
      dns_name: string,
      additional_dns_names: strings,
      private_ip: yes,
      ports: portMap({ type: 'tosca.datatypes.indigo.network.PortSpec' }),
      additional_ip: string,
    },
    attributes: { credential: 'list' },
  },
};

export const capabilityTypes: Readonly<Record<string, PropertyType>> = { ...normative, ...indigo };
