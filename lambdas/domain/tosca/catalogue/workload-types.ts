/** Services and jobs that are given to a running cluster, and what they name. */
import type { NodeType, RequirementDefinition, Schema } from './schema.ts';
import { boolean, integer, no, required, secret, string, strings, text, texts, yes } from './shorthand.ts';

/** Passwords are given to containers so. */
const takesSecrets = (schema: Schema): Schema => ({ ...schema, takesSecrets: true });

const root = 'tosca.nodes.Root';
const application = 'tosca.nodes.indigo.Container.Application.Docker';
const chronos = `${application}.Chronos`;
const chronosParent = 'tosca.capabilities.indigo.Container.Application.Docker.Chronos';

/** By capability alone: INDIGO's runtime does not derive from TOSCA's. */
const hostedOnRuntime: RequirementDefinition = {
  capability: 'tosca.capabilities.Container.Docker',
  relationship: 'tosca.relationships.HostedOn',
  occurrences: [1, 1],
};

const containers: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.Container.Application': {
    derivedFrom: root,
    class: 'workload',
    requirements: { host: { ...hostedOnRuntime, capability: 'tosca.capabilities.Container' } },
  },
  'tosca.nodes.Container.Application.Docker': {
    derivedFrom: 'tosca.nodes.Container.Application',
    requirements: { host: hostedOnRuntime },
  },
  'tosca.nodes.indigo.Container.Runtime.Docker': {
    derivedFrom: root,
    class: 'workload',
    capabilities: {
      host: { type: 'tosca.capabilities.indigo.Container.Docker' },
      scalable: { type: 'tosca.capabilities.Scalable' },
    },
  },
  [application]: {
    derivedFrom: 'tosca.nodes.Container.Application.Docker',
    properties: {
      command: takesSecrets(string),
      uris: takesSecrets(strings),
      environment_variables: takesSecrets(texts),
      constraints: { type: 'list', entries: strings },
      secrets: { type: 'map', entries: secret },
      labels: texts,
      privileged: no,
      // How the branch dodas_roll spells it.
      priviliged: boolean,
      force_pull_image: no,
    },
  },
  [`${application}.Marathon`]: {
    derivedFrom: application,
    attributes: { load_balancer_ips: 'list' },
    properties: { force_pull_image: yes, enable_https: no },
    artifacts: { image: { type: 'tosca.artifacts.Deployment.Image.Container.Docker', file: '' } },
  },
  [chronos]: {
    derivedFrom: application,
    properties: {
      schedule: string,
      command: required(takesSecrets(string)),
      description: string,
      retries: integer,
      epsilon: text('PT10S'),
      privileged: yes,
      force_pull_image: yes,
    },
    capabilities: { parent_job: { type: chronosParent, validSourceTypes: [chronos] } },
    requirements: {
      parent_job: {
        node: chronos,
        capability: chronosParent,
        relationship: 'tosca.relationships.DependsOn',
        occurrences: [0, 1],
      },
    },
  },
};

const data: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.indigo.OnedataSpace': {
    derivedFrom: root,
    class: 'workload',
    properties: {
      token: secret,
      space: required(string),
      oneproviders: strings,
      onezone: string,
      smartScheduling: no,
    },
    attributes: { selected_provider: 'string' },
  },
  'tosca.nodes.indigo.OnedataServiceSpace': {
    derivedFrom: root,
    class: 'workload',
    properties: { smartScheduling: no },
    attributes: { space: 'string', path: 'string', selected_provider: 'string', token: 'string', onezone: 'string' },
  },
};

const otherScheduler = 'runs on another scheduler; describe it as a job of Chronos or a service of Marathon instead';

const otherJobs: Readonly<Record<string, NodeType>> = {
  'tosca.nodes.indigo.Batch.Job': {
    derivedFrom: root,
    class: 'refused',
    reason: otherScheduler,
    properties: { executable: required(string), arguments: string, environment: required(texts) },
  },
  'tosca.nodes.indigo.Qcg.Job': {
    derivedFrom: 'tosca.nodes.indigo.Batch.Job',
    properties: {
      schema: string,
      note: string,
      arguments: strings,
      directory: string,
      stdout: string,
      stderr: string,
      std_outerr: string,
      stdin: string,
      total_cores: integer,
      total_nodes: integer,
      cores_per_node: integer,
      memory_per_node: integer,
      memory_per_core: integer,
      gpus: integer,
      queue: string,
      wall_clock: string,
      batch_system_options: strings,
    },
  },
  'tosca.nodes.indigo.Grid.Job': {
    derivedFrom: 'tosca.nodes.indigo.Batch.Job',
    properties: {
      ce_urls: required(strings),
      stdoutput: string,
      stderror: string,
      outputsandbox: required(strings),
      inputsandbox: required(strings),
      virtualorganisation: string,
    },
  },
  'tosca.nodes.indigo.Kubernetes.HelmChart': {
    derivedFrom: root,
    class: 'refused',
    reason:
      'runs on Kubernetes, and clusters here are made of Apache Mesos; describe it as a service of Marathon instead',
    attributes: { worker_nodes_ips: 'list', service_ports: 'map' },
    properties: {
      repository: required(string),
      name: required(string),
      version: required(string),
      values: text(''),
    },
  },
};

export const workloadTypes: Readonly<Record<string, NodeType>> = { ...containers, ...data, ...otherJobs };
