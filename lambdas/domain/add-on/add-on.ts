/** Add-ons: software on top of a cluster that is a group of Marathon apps in the end. */
import type { OutputExpression } from '../tosca/outputs.ts';

/** A property's value: known, read from attributes of nodes, or to be found in the cluster's secret under this name. */
export type AddOnValue = OutputExpression | { readonly secret: string };

/** As it stands in a cluster's specification. It holds no secret. */
export interface AddOn {
  /** Name of the node template. */
  readonly name: string;
  /** TOSCA type that says what its apps are. */
  readonly type: string;
  /** The properties that its apps are made from; a property without a value is left out. */
  readonly properties: Readonly<Record<string, AddOnValue>>;
}

/** The last part of the group's path: a DNS label. Two add-ons of a cluster must not have the same one. */
export function labelOf(name: string): string {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-|-$/g, '');
  return label === '' ? 'add-on' : label;
}

/** Path of the add-on's group in Marathon. */
export function groupIdOf(clusterId: string, name: string): string {
  return `/${clusterId}/${labelOf(name)}`;
}
