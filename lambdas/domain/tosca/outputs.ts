/**
 * Outputs are evaluated in two steps: inputs and literals when the template is accepted, attributes of nodes when the cluster
 * is there. Between the two they are stored as expressions, so an expression holds no secret.
 */
export type OutputExpression =
  | { readonly literal: unknown }
  | { readonly attribute: AttributeReference }
  | { readonly concat: readonly OutputExpression[] }
  | { readonly token: { readonly value: OutputExpression; readonly separator: string; readonly index: number } }
  | { readonly list: readonly OutputExpression[] }
  | { readonly map: Readonly<Record<string, OutputExpression>> };

/**
 * An attribute of a node, e.g. `mesos_lb_server`, `public_address`, `[0]`. Software stands for its host unless it has such an
 * attribute itself. A capability's attribute begins with the capability: `docker`, `host`, `['publish_ports', 0, 'target']`.
 */
export interface AttributeReference {
  readonly node: string;
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** Attribute values by Compute node: lists in ordinal order. */
export type NodeAttributes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
