/**
 * Outputs are evaluated in two steps: inputs and literals when the template is accepted, attributes of nodes when the cluster
 * is there. Between the two they are stored as expressions, so an expression holds no secret.
 */
export type OutputExpression =
  | { readonly literal: unknown }
  /** An attribute of a Compute node, e.g. `['mesos_lb_server', 'public_address', 0]`; software nodes are resolved to their host. */
  | {
      readonly attribute: { readonly node: string; readonly name: string; readonly path: readonly (string | number)[] };
    }
  | { readonly concat: readonly OutputExpression[] }
  | { readonly token: { readonly value: OutputExpression; readonly separator: string; readonly index: number } }
  | { readonly list: readonly OutputExpression[] }
  | { readonly map: Readonly<Record<string, OutputExpression>> };

/** Attribute values by Compute node: lists in ordinal order. */
export type NodeAttributes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
