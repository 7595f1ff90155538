/** Data types. */
import type { PropertyType, Schema } from './schema.ts';
import { boolean, integer, required, secret, string, text } from './shorthand.ts';

const root = 'tosca.datatypes.Root';
const port = { type: 'tosca.datatypes.network.PortDef' } as const;
const range: Schema = { type: 'range' };

export const dataTypes: Readonly<Record<string, PropertyType>> = {
  [root]: {},
  'tosca.datatypes.Credential': {
    derivedFrom: root,
    properties: {
      protocol: string,
      token_type: text('password'),
      token: required(secret),
      keys: { type: 'map', entries: secret },
      user: string,
    },
  },
  'tosca.datatypes.network.PortDef': {
    derivedFrom: 'integer',
    constraints: [{ greaterOrEqual: 1, lessOrEqual: 65_535 }],
  },
  'tosca.datatypes.network.PortSpec': {
    derivedFrom: root,
    properties: {
      protocol: { ...text('tcp'), constraints: [{ validValues: ['udp', 'tcp', 'igmp'] }] },
      source: port,
      target: port,
      source_range: range,
      target_range: range,
    },
  },
  'tosca.datatypes.network.NetworkInfo': {
    derivedFrom: root,
    properties: { network_name: string, network_id: string, addresses: { type: 'list', entries: string } },
  },
  'tosca.datatypes.network.PortInfo': {
    derivedFrom: root,
    properties: {
      port_name: string,
      port_id: string,
      network_id: string,
      mac_address: string,
      addresses: { type: 'list', entries: string },
    },
  },
  'tosca.datatypes.indigo.network.PortSpec': {
    derivedFrom: 'tosca.datatypes.network.PortSpec',
    properties: { remote_cidr: string },
  },
  'tosca.datatypes.indigo.User': {
    derivedFrom: root,
    properties: {
      os_user_name: string,
      os_user_guid: integer,
      os_user_add_to_sudoers: boolean,
      os_user_ssh_public_key: string,
    },
  },
  'tosca.datatypes.indigo.AnsibleTask': {
    derivedFrom: root,
    properties: { state: required(string), output: required(string) },
  },
  'tosca.datatypes.indigo.CtxtTask': {
    derivedFrom: root,
    properties: { tasks: required({ type: 'map', entries: { type: 'tosca.datatypes.indigo.AnsibleTask' } }) },
  },
};

const artifact = (derivedFrom: string): PropertyType => ({ derivedFrom: `tosca.artifacts.${derivedFrom}` });

/** Artifact types have no properties; what counts is which derives from which. */
export const artifactTypes: Readonly<Record<string, PropertyType>> = {
  'tosca.artifacts.Root': {},
  'tosca.artifacts.File': artifact('Root'),
  'tosca.artifacts.Deployment': artifact('Root'),
  'tosca.artifacts.Deployment.Image': artifact('Deployment'),
  'tosca.artifacts.Deployment.Image.VM': artifact('Deployment.Image'),
  'tosca.artifacts.Deployment.Image.VM.ISO': artifact('Deployment.Image.VM'),
  'tosca.artifacts.Deployment.Image.VM.QCOW2': artifact('Deployment.Image.VM'),
  'tosca.artifacts.Deployment.Image.Container.Docker': artifact('Deployment.Image'),
  'tosca.artifacts.Implementation': artifact('Root'),
  'tosca.artifacts.Implementation.Bash': artifact('Implementation'),
  'tosca.artifacts.Implementation.Python': artifact('Implementation'),
  'tosca.artifacts.Implementation.YAML': artifact('Implementation'),
  'tosca.artifacts.AnsibleGalaxy.role': artifact('Root'),
};

/** Groups have no effect beyond being targets of policies. */
export const groupTypes: Readonly<Record<string, PropertyType>> = {
  'tosca.groups.Root': { properties: {} },
};
