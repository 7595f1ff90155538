/** Node types that a cluster is made of, and the ones of TOSCA itself that they derive from. */
import type { NodeType, RequirementDefinition } from './schema.ts';
import { credential, no, required, secret, string, strings, text, texts, unbounded, yes } from './shorthand.ts';

const hostedOnCompute: RequirementDefinition = {
  node: 'tosca.nodes.Compute',
  capability: 'tosca.capabilities.Container',
  relationship: 'tosca.relationships.HostedOn',
  occurrences: [1, 1],
};

const normative: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.Root': {
    // By themselves Root and SoftwareComponent install nothing; they are the parents of a template's own types.
    class: 'host-software',
    attributes: { tosca_id: 'string', tosca_name: 'string', state: 'string' },
    capabilities: { feature: { type: 'tosca.capabilities.Node' } },
    requirements: {
      dependency: {
        capability: 'tosca.capabilities.Node',
        relationship: 'tosca.relationships.DependsOn',
        occurrences: [0, unbounded],
      },
    },
  },
  'tosca.nodes.Compute': {
    derivedFrom: 'tosca.nodes.Root',
    class: 'cluster',
    attributes: { private_address: 'string', public_address: 'string', networks: 'map', ports: 'map' },
    capabilities: {
      host: { type: 'tosca.capabilities.Container', validSourceTypes: ['tosca.nodes.SoftwareComponent'] },
      endpoint: { type: 'tosca.capabilities.Endpoint.Admin' },
      os: { type: 'tosca.capabilities.OperatingSystem' },
      scalable: { type: 'tosca.capabilities.Scalable' },
      binding: { type: 'tosca.capabilities.Network.Bindable' },
    },
    requirements: {
      local_storage: {
        node: 'tosca.nodes.BlockStorage',
        capability: 'tosca.capabilities.Attachment',
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
    class: 'cluster',
    properties: {
      size: { type: 'scalar-unit.size', constraints: [{ greaterOrEqual: 1_000_000 }] },
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
      tags: { ...texts, default: {} },
      instance_name: text(''),
    },
    attributes: { private_address: 'list', public_address: 'list', ctxt_log: 'string', ansible_output: 'map' },
    capabilities: {
      host: { type: 'tosca.capabilities.indigo.Container', validSourceTypes: ['tosca.nodes.SoftwareComponent'] },
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
    class: 'cluster',
    properties: { wn_ips: { ...strings, default: [] }, hybrid: no },
    capabilities: { lrms: { type: 'tosca.capabilities.indigo.LRMS' } },
    requirements: { host: hostedOnCompute },
  },
  'tosca.nodes.indigo.LRMS.FrontEnd.Mesos': {
    derivedFrom: 'tosca.nodes.indigo.LRMS.FrontEnd',
    properties: {
      mesos_masters_list: { ...strings, default: ['127.0.0.1'] },
      mesos_authenticate_http: yes,
      mesos_username: text('admin'),
      // The original gives these two passwords the default `admin`; here a password that is not given is generated.
      mesos_password: secret,
      marathon_enable_ssl: yes,
      marathon_username: text('admin'),
      marathon_password: required(secret),
      enable_chronos: yes,
      chronos_enable_ssl: yes,
      chronos_username: text('admin'),
      chronos_password: secret,
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
    class: 'cluster',
    properties: { front_end_ip: required(string), hybrid: no, public_front_end_ip: text('') },
    capabilities: {
      wn: { type: 'tosca.capabilities.Scalable', validSourceTypes: ['tosca.nodes.indigo.ElasticCluster'] },
    },
    requirements: { host: hostedOnCompute },
  },
  'tosca.nodes.indigo.LRMS.WorkerNode.Mesos': {
    derivedFrom: 'tosca.nodes.indigo.LRMS.WorkerNode',
    properties: {
      master_ips: required(strings),
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
    class: 'cluster',
    properties: {
      master_ips: required(strings),
      marathon_username: text('admin'),
      marathon_password: required(secret),
      enable_consul_sd: yes,
      hybrid: no,
    },
    // The original wants an indigo.Compute; any machine will do.
    requirements: { host: hostedOnCompute },
  },
  'tosca.nodes.indigo.ElasticCluster': {
    derivedFrom: 'tosca.nodes.SoftwareComponent',
    class: 'cluster',
    // Neither its credentials nor its addresses are used, so their well-known defaults are left out.
    properties: {
      secret_token: secret,
      deployment_id: text(''),
      orchestrator_url: string,
      iam_access_token: secret,
      iam_clues_client_id: string,
      iam_clues_client_secret: secret,
      marathon_credentials: credential,
      chronos_credentials: credential,
      mesos_credentials: credential,
      hybrid: no,
      powermanager_plugin: text('indigo_orchestrator'),
      im_auth: { ...secret, default: '' },
    },
    requirements: {
      // It runs in the control plane, not on a node, so a host of its own is possible but not needed.
      host: { ...hostedOnCompute, occurrences: [0, 1] },
      wn: {
        node: 'tosca.nodes.indigo.LRMS.WorkerNode',
        capability: 'tosca.capabilities.Scalable',
        relationship: 'tosca.relationships.indigo.Manages',
      },
      lrms: {
        node: 'tosca.nodes.indigo.LRMS.FrontEnd',
        capability: 'tosca.capabilities.indigo.LRMS',
        relationship: 'tosca.relationships.HostedOn',
      },
    },
  },
};

export const clusterTypes: Readonly<Record<string, NodeType>> = {
  ...normative,
  ...machines,
  ...masters,
  ...slaves,
  ...others,
};
