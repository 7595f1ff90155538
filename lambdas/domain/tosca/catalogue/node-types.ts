/** Node types of TOSCA itself and of INDIGO's clusters. */
import type { NodeType, RequirementDefinition, Schema } from './schema.ts';

const string: Schema = { type: 'string' };
const strings = { type: 'list', entries: string } as const;
const yes = { type: 'boolean', default: true } as const;
const no = { type: 'boolean', default: false } as const;
const password = { type: 'string', secret: true } as const;
const credential = { type: 'tosca.datatypes.Credential' } as const;
const unbounded = Number.POSITIVE_INFINITY;

const hostedOnCompute: RequirementDefinition = {
  node: 'tosca.nodes.Compute',
  capability: 'host',
  relationship: 'tosca.relationships.HostedOn',
  occurrences: [1, 1],
};

const normative: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.Root': {
    attributes: { tosca_id: 'string', tosca_name: 'string', state: 'string' },
    capabilities: { feature: { type: 'tosca.capabilities.Node' } },
    requirements: {
      dependency: {
        capability: 'feature',
        relationship: 'tosca.relationships.DependsOn',
        occurrences: [0, unbounded],
      },
    },
  },
  'tosca.nodes.Compute': {
    derivedFrom: 'tosca.nodes.Root',
    attributes: { private_address: 'string', public_address: 'string' },
    capabilities: {
      host: { type: 'tosca.capabilities.Container' },
      endpoint: { type: 'tosca.capabilities.Endpoint.Admin' },
      os: { type: 'tosca.capabilities.OperatingSystem' },
      scalable: { type: 'tosca.capabilities.Scalable' },
      binding: { type: 'tosca.capabilities.Network.Bindable' },
    },
    requirements: {
      local_storage: {
        node: 'tosca.nodes.BlockStorage',
        capability: 'attachment',
        relationship: 'tosca.relationships.AttachesTo',
        occurrences: [0, unbounded],
      },
    },
  },
  'tosca.nodes.SoftwareComponent': {
    derivedFrom: 'tosca.nodes.Root',
    properties: { component_version: { type: 'version' }, admin_credential: credential },
    requirements: { host: hostedOnCompute },
  },
  'tosca.nodes.BlockStorage': {
    derivedFrom: 'tosca.nodes.Root',
    properties: {
      size: { type: 'scalar-unit.size', constraints: { greaterOrEqual: 1_000_000 } },
      volume_id: string,
      snapshot_id: string,
    },
    capabilities: { attachment: { type: 'tosca.capabilities.Attachment' } },
  },
};

const machines: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.indigo.Compute': {
    derivedFrom: 'tosca.nodes.Compute',
    properties: {
      os_users: { type: 'list', entries: { type: 'tosca.datatypes.indigo.User' }, default: [] },
      tags: { type: 'map', entries: string, default: {} },
      instance_name: { type: 'string', default: '' },
    },
    attributes: { private_address: 'list', public_address: 'list', ctxt_log: 'string', ansible_output: 'map' },
    capabilities: {
      host: { type: 'tosca.capabilities.indigo.Container' },
      endpoint: { type: 'tosca.capabilities.indigo.Endpoint' },
      os: { type: 'tosca.capabilities.indigo.OperatingSystem' },
      scalable: { type: 'tosca.capabilities.indigo.Scalable' },
    },
  },
  'tosca.nodes.indigo.BlockStorage': { derivedFrom: 'tosca.nodes.BlockStorage', properties: { type: string } },
};

const masters: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.indigo.LRMS.FrontEnd': {
    derivedFrom: 'tosca.nodes.SoftwareComponent',
    properties: { wn_ips: { ...strings, default: [] }, hybrid: no },
    capabilities: { lrms: { type: 'tosca.capabilities.indigo.LRMS' } },
  },
  'tosca.nodes.indigo.LRMS.FrontEnd.Mesos': {
    derivedFrom: 'tosca.nodes.indigo.LRMS.FrontEnd',
    properties: {
      mesos_masters_list: { ...strings, default: ['127.0.0.1'] },
      mesos_authenticate_http: yes,
      mesos_username: { type: 'string', default: 'admin' },
      // The original gives these two passwords the default `admin`; here a password that is not given is generated.
      mesos_password: password,
      marathon_enable_ssl: yes,
      marathon_username: { type: 'string', default: 'admin' },
      marathon_password: { ...password, required: true },
      enable_chronos: yes,
      chronos_enable_ssl: yes,
      chronos_username: { type: 'string', default: 'admin' },
      chronos_password: password,
      enable_consul_sd: yes,
      enable_nfs_share: no,
      enable_gpu_support: no,
      // Ours: which set of software versions runs on the cluster.
      release: string,
    },
    capabilities: {
      lrms: { type: 'tosca.capabilities.indigo.LRMS.Mesos' },
      host: { type: 'tosca.capabilities.indigo.MesosMaster' },
    },
  },
  'tosca.nodes.indigo.MesosMaster': { derivedFrom: 'tosca.nodes.indigo.LRMS.FrontEnd.Mesos' },
};

const slaves: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.indigo.LRMS.WorkerNode': {
    derivedFrom: 'tosca.nodes.SoftwareComponent',
    properties: {
      front_end_ip: { type: 'string', required: true },
      hybrid: no,
      public_front_end_ip: { type: 'string', default: '' },
    },
    capabilities: { wn: { type: 'tosca.capabilities.Scalable' } },
  },
  'tosca.nodes.indigo.LRMS.WorkerNode.Mesos': {
    derivedFrom: 'tosca.nodes.indigo.LRMS.WorkerNode',
    properties: {
      master_ips: { ...strings, required: true },
      enable_nfs_share: no,
      enable_consul_sd: yes,
      enable_gpu_support: no,
    },
    capabilities: { host: { type: 'tosca.capabilities.indigo.MesosSlave' } },
  },
  'tosca.nodes.indigo.MesosSlave': { derivedFrom: 'tosca.nodes.indigo.LRMS.WorkerNode.Mesos' },
};

const others: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.indigo.MesosLoadBalancer': {
    derivedFrom: 'tosca.nodes.SoftwareComponent',
    properties: {
      master_ips: { ...strings, required: true },
      marathon_username: { type: 'string', default: 'admin' },
      marathon_password: { ...password, required: true },
      enable_consul_sd: yes,
      hybrid: no,
    },
  },
  'tosca.nodes.indigo.ElasticCluster': {
    derivedFrom: 'tosca.nodes.SoftwareComponent',
    properties: {
      secret_token: password,
      deployment_id: { type: 'string', default: '' },
      orchestrator_url: string,
      iam_access_token: password,
      iam_clues_client_id: string,
      iam_clues_client_secret: password,
      marathon_credentials: credential,
      chronos_credentials: credential,
      mesos_credentials: credential,
      hybrid: no,
      powermanager_plugin: { type: 'string', default: 'indigo_orchestrator' },
      im_auth: { ...password, default: '' },
    },
    requirements: {
      // It runs in the control plane, not on a node, so a host of its own is possible but not needed.
      host: { ...hostedOnCompute, occurrences: [0, 1] },
      wn: {
        node: 'tosca.nodes.indigo.LRMS.WorkerNode',
        capability: 'wn',
        relationship: 'tosca.relationships.indigo.Manages',
        occurrences: [1, 1],
      },
      lrms: {
        node: 'tosca.nodes.indigo.LRMS.FrontEnd',
        capability: 'lrms',
        relationship: 'tosca.relationships.HostedOn',
        occurrences: [1, 1],
      },
    },
  },
};

export const nodeTypes: Readonly<Record<string, NodeType>> = {
  ...normative,
  ...machines,
  ...masters,
  ...slaves,
  ...others,
};
