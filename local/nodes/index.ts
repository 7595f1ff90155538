/** Simulated nodes with their cluster software, and the way to them from functions in the VPC. */

import { createActions, type NodesActions } from './actions.ts';
import { createRouter, type Router } from './http/router.ts';
import { createInspect, type NodesInspect } from './inspect.ts';
import { createSimulator, type NodesOptions } from './simulator.ts';
import type { NodeSimulator } from './types.ts';

export type { NodesActions } from './actions.ts';
export { type InternetRequest, type Router, securityGroupsHeader } from './http/router.ts';
export type { InspectedCluster, InspectedTask, NodesInspect } from './inspect.ts';
export type { NodesOptions } from './simulator.ts';
export type { NodeSimulator } from './types.ts';

export interface Nodes extends NodeSimulator {
  readonly router: Router;
  readonly inspect: NodesInspect;
  readonly act: NodesActions;
  /** Ends all nodes, their connections and the router. */
  close(): Promise<void>;
}

export function createNodes(options: NodesOptions): Nodes {
  const simulator = createSimulator(options);
  const router = createRouter(options.clock, simulator);
  return {
    powerOn: simulator.powerOn,
    powerOff: simulator.powerOff,
    agents: simulator.agents,
    findAgent: simulator.findAgent,
    run: simulator.run,
    router,
    inspect: createInspect(simulator),
    act: createActions(simulator, options.clock),
    async close() {
      simulator.close();
      await router.close();
    },
  };
}
