/** All node types that are known with their definitions. */
import { clusterTypes } from './cluster-types.ts';
import type { NodeType } from './schema.ts';
import { softwareTypes } from './software-types.ts';
import { workloadTypes } from './workload-types.ts';

export const nodeTypes: Readonly<Record<string, NodeType>> = { ...clusterTypes, ...softwareTypes, ...workloadTypes };
