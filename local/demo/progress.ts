/** What the demo shows while it waits: the control plane's log as it grows, and how many nodes, or services and jobs, are how far. */
import type { DemoClient, Resource } from './client.ts';

interface VirtualMachine {
  readonly state?: string;
}

/** How far a Compute resource is, in words. */
function stageOf({ metadata, state }: Resource): string {
  const info = metadata.VirtualMachineInfo;
  if (info === undefined) return state === 'DELETING' ? 'gone' : 'requested';
  const { vmProperties } = JSON.parse(info) as { vmProperties: VirtualMachine[] };
  const machine = vmProperties[0]?.state;
  if (state === 'DELETING') return 'terminating';
  switch (machine) {
    case 'pending':
      return 'booting';
    case 'running':
      return 'starting';
    case 'configured':
      return 'ready';
    default:
      return machine ?? 'requested';
  }
}

/** `master_server 2 booting 1 ready · slave_server 3 booting`, or of services and jobs `check started · count creating` */
export function summarize(resources: readonly Resource[]): string {
  const applications = resources.filter(({ toscaNodeType }) => /\.Application\.Docker\.\w+$/.test(toscaNodeType));
  const computes = resources.filter(({ toscaNodeType }) => toscaNodeType.endsWith('.Compute'));
  if (computes.length === 0)
    return applications.map(({ toscaNodeName, state }) => `${toscaNodeName} ${state.toLowerCase()}`).join(' · ');
  const byNode = Map.groupBy(computes, ({ toscaNodeName }) => toscaNodeName);
  const parts = [...byNode].map(([name, of]) => {
    const stages = Map.groupBy(of, stageOf);
    return `${name} ${[...stages].map(([stage, all]) => `${all.length} ${stage}`).join(', ')}`;
  });
  return parts.join(' · ');
}

export interface Progress {
  /** Asks the API and prints what is new. */
  look(): Promise<void>;
}

/** @param elapsed simulated seconds since the deployment was posted */
export function createProgress(
  client: DemoClient,
  uuid: string,
  { elapsed, print }: { elapsed: () => number; print: (line: string) => void },
): Progress {
  let told = 0;
  let summary = '';
  const stamp = (): string => `${String(Math.round(elapsed())).padStart(4)} s  `;
  return {
    async look() {
      const [log, resources] = await Promise.all([client.log(uuid), client.resources(uuid)]);
      for (const line of log.slice(told)) print(`${stamp()}${line.replace(/^\S+ /, '').replace(/^INFO /, '')}`);
      told = Math.max(told, log.length);
      const now = summarize(resources);
      if (now !== '' && now !== summary) print(`${stamp()}  [${now}]`);
      summary = now;
    },
  };
}
