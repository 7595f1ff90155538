/** What others need of the TOSCA reader. */
export { attributesOf } from '../cluster/specification-attributes.ts';

export type { TemplateDocument } from './document.ts';
export { evaluateOutputs } from './evaluate-outputs.ts';
export type { NodeAttributes, OutputExpression } from './outputs.ts';
export { parseTemplate } from './parse.ts';
export { redactTemplate, restoreTemplate, splitParameters } from './redact.ts';
export { readTopology, type Topology } from './topology.ts';
