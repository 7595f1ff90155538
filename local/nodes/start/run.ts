/** Runs a start command on a node, as its SSM agent would. */
import type { Faults, SimClock } from '../../types.ts';
import { faultOf, type Node, sendSignal } from '../node.ts';
import type { Software } from '../software/cluster.ts';
import type { NodeCommand, NodeCommandResult } from '../types.ts';
import { startLoadBalancer } from './load-balancer.ts';
import { startMaster } from './master.ts';
import { createScript, type Script, StartFailed } from './script.ts';
import { startSlave } from './slave.ts';

export interface StartContext {
  readonly clock: SimClock;
  readonly faults: Faults;
  readonly softwareOf: (clusterId: string) => Software;
}

/** A command's software is told by the image that only its role has. */
function scriptFor(parameters: Readonly<Record<string, string>>): ((script: Script) => Promise<void>) | undefined {
  if (parameters.MesosMasterImage !== undefined) return startMaster;
  if (parameters.MesosSlaveImage !== undefined) return startSlave;
  if (parameters.BalancerImage !== undefined) return startLoadBalancer;
  return undefined;
}

/** Never settles if the machine goes off before the script ends. */
export async function runStart(context: StartContext, node: Node, command: NodeCommand): Promise<NodeCommandResult> {
  const start = scriptFor(command.parameters);
  if (!start) return failed([], `the local cloud knows no software for document ${command.documentName}`);
  const software = context.softwareOf(command.parameters.ClusterId ?? node.identity.clusterId);
  const script = createScript(context.clock, node, software, command.parameters);
  const startedAt = context.clock.now();
  node.disk.starts += 1;
  const fault = faultOf(context.faults, node);
  if (fault?.hangStarts) return new Promise<never>(() => {});
  const result = await settle(script, async () => {
    if (node.disk.starts <= (fault?.failStarts ?? 0)) {
      await node.life.sleep(node.durations.moment());
      throw new StartFailed('a fault was switched on: this start command is to fail');
    }
    await start(script);
  });
  node.lastStart = { tookMs: context.clock.now() - startedAt, waitedMs: script.waitedMs() };
  await sendSignal(node, 'node-started');
  return result;
}

async function settle(script: Script, body: () => Promise<void>): Promise<NodeCommandResult> {
  try {
    await body();
    return { status: 'Success', exitCode: 0, stdout: `${script.output.join('\n')}\n`, stderr: '' };
  } catch (error) {
    if (error instanceof StartFailed) return failed(script.output, error.message);
    throw error;
  }
}

function failed(output: readonly string[], line: string): NodeCommandResult {
  const stdout = output.length > 0 ? `${output.join('\n')}\n` : '';
  return { status: 'Failed', exitCode: 1, stdout, stderr: `${line}\nfailed to run commands: exit status 1` };
}
