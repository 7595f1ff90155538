import type { ResourceTypes } from '../types.ts';
import { referencesOf } from './intrinsics.ts';
import type { Template } from './template.ts';
import { ANY_PROPERTY } from './without-effect.ts';

/** Sections of a template that may be there. */
const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
];
/** Attributes of a resource besides its type and properties; those for updates and deletion mean nothing to a laptop. */
const ATTRIBUTES = [
  'Condition',
  'DeletionPolicy',
  'DependsOn',
  'Metadata',
  'Properties',
  'Type',
  'UpdateReplacePolicy',
  'UpdatePolicy',
];

/** What in a template the local cloud does not know: nothing is ever silently ignored. @returns one sentence per fault */
export function checkTemplate(template: Template, types: ResourceTypes): string[] {
  const sections = Object.keys(template)
    .filter((section) => !SECTIONS.includes(section))
    .map((section) => `the section ${section} is not known`);
  const resources = Object.keys(template.Resources).flatMap((id) => checkResource(id, template, types));
  return [...sections, ...resources];
}

function checkResource(id: string, template: Template, types: ResourceTypes): string[] {
  const resource = template.Resources[id];
  if (!resource) return [];
  const attributes = Object.keys(resource)
    .filter((attribute) => !ATTRIBUTES.includes(attribute))
    .map((attribute) => `${id}: the resource attribute ${attribute} is not known`);
  return [...attributes, ...checkReferences(id, template), ...checkProperties(id, resource, types)];
}

function checkProperties(id: string, resource: Template['Resources'][string], types: ResourceTypes): string[] {
  const type = types[resource.Type];
  if (!type) return [`${id}: the resource type ${resource.Type} is not known`];
  const known = new Set([...type.properties, ...(type.withoutEffect ?? [])]);
  if (known.has(ANY_PROPERTY)) return [];
  return Object.keys(resource.Properties ?? {})
    .filter((property) => !known.has(property))
    .map((property) => `${id}: the property ${property} of ${resource.Type} is not known`);
}

function checkReferences(id: string, template: Template): string[] {
  const resource = template.Resources[id];
  const dependsOn = resource?.DependsOn ?? [];
  const mentioned = [
    ...referencesOf(resource?.Properties),
    ...(typeof dependsOn === 'string' ? [dependsOn] : dependsOn),
  ];
  const exists = (name: string) =>
    name.startsWith('AWS::') || name in template.Resources || name in (template.Parameters ?? {});
  return mentioned
    .filter((name) => !exists(name))
    .map((name) => `${id}: mentions ${name}, which is not in the template`);
}
