/** What others need of the TOSCA reader. */
export { attributesOf } from '../cluster/specification-attributes.ts';

export { classOf, type DeploymentType, deploymentTypeOf } from './catalogue/classes.ts';
export type { TypeClass } from './catalogue/schema.ts';
export type { TemplateDocument } from './document.ts';
export { evaluateOutputs } from './evaluate-outputs.ts';
export type { NodeAttributes, OutputExpression } from './outputs.ts';
export { parseTemplate } from './parse.ts';
export { redactTemplate, restoreTemplate, splitParameters } from './redact.ts';
export { removalsOf, withoutRemovals } from './removal-list.ts';
export { readTopology, type Topology } from './topology.ts';
