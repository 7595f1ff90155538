/** Relationship and policy types. */
import type { PropertyType } from './schema.ts';
import { credential, required, secret, string } from './shorthand.ts';

const root = 'tosca.relationships.Root';

export const relationshipTypes: Readonly<Record<string, PropertyType>> = {
  [root]: {},
  'tosca.relationships.DependsOn': { derivedFrom: root },
  'tosca.relationships.HostedOn': { derivedFrom: root },
  'tosca.relationships.ConnectsTo': { derivedFrom: root, properties: { credential } },
  'tosca.relationships.RoutesTo': { derivedFrom: 'tosca.relationships.ConnectsTo' },
  'tosca.relationships.AttachesTo': { derivedFrom: root, properties: { location: string, device: string } },
  'tosca.relationships.indigo.AttachesTo': {
    derivedFrom: 'tosca.relationships.AttachesTo',
    properties: { fs_type: string },
  },
  'tosca.relationships.indigo.Manages': { derivedFrom: root },
};

const policies = 'tosca.policies.Root';

export const policyTypes: Readonly<Record<string, PropertyType>> = {
  [policies]: {},
  'tosca.policies.Placement': {
    derivedFrom: policies,
    // Neither is in the normative type; templates for AWS give the zone, older ones for a chosen provider its SLA.
    properties: { availability_zone: string, sla_id: string },
  },
  'tosca.policies.Scaling': { derivedFrom: policies },
  'tosca.policies.Update': { derivedFrom: policies },
  'tosca.policies.Performance': { derivedFrom: policies },
  'tosca.policies.indigo.Placement': {
    derivedFrom: 'tosca.policies.Placement',
    properties: { cloud_id: required(string) },
  },
  'tosca.policies.indigo.SlaPlacement': {
    derivedFrom: 'tosca.policies.Placement',
    properties: { sla_id: required(string) },
  },
  'tosca.policies.indigo.CredentialsAwareSlaPlacement': {
    derivedFrom: 'tosca.policies.indigo.SlaPlacement',
    properties: { username: required(secret), password: required(secret), subscription_id: string },
  },
};
