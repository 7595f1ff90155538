/** Schemas that the catalogue uses often. */
import type { Schema } from './schema.ts';

export const string: Schema = { type: 'string' };
export const strings = { type: 'list', entries: string } as const;
export const texts = { type: 'map', entries: string } as const;
export const integer: Schema = { type: 'integer' };
export const boolean: Schema = { type: 'boolean' };
export const yes = { type: 'boolean', default: true } as const;
export const no = { type: 'boolean', default: false } as const;
/** Kept in the cluster's secret only. */
export const secret = { type: 'string', secret: true } as const;
export const credential: Schema = { type: 'tosca.datatypes.Credential' };
export const unbounded = Number.POSITIVE_INFINITY;

/** Text with a default. */
export function text(fallback: string): Schema & { readonly default: string } {
  return { type: 'string', default: fallback };
}

/** The same, and it must be given. */
export function required<T extends Schema>(schema: T): T & { readonly required: true } {
  return { ...schema, required: true };
}
