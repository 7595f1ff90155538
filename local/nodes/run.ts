/** Runs a command on a node, as its SSM agent would: which script it is is told by the name of its document. */
import { type UpkeepDocument, upkeepDocumentNames } from '../../lambdas/contracts/documents.ts';
import { type Node, sendSignal } from './node.ts';
import type { Software } from './software/cluster.ts';
import { isReachable } from './software/task.ts';
import { runStart, type StartContext } from './start/run.ts';
import type { NodeCommand, NodeCommandResult } from './types.ts';

/** CloudFormation makes names such as `stack-NodeDocumentsCordonNodes1297D622-e7d61ceb02a6` of the document's logical id. */
const isCalled = ({ documentName }: NodeCommand, name: UpkeepDocument) =>
  documentName.replaceAll('-', '').toLowerCase().includes(name.replaceAll('-', ''));

/** A start and the end of an agent wait for each other; a cordon waits for nobody. */
export const takesTurns = (command: NodeCommand): boolean => !isCalled(command, 'cordon-nodes');

/** Never settles if the machine goes off before the script ends. */
export async function runCommand(context: StartContext, node: Node, command: NodeCommand): Promise<NodeCommandResult> {
  const document = upkeepDocumentNames.find((name) => isCalled(command, name));
  if (!document) return runStart(context, node, command);
  await node.life.sleep(node.durations.moment());
  const { clusterId, role } = node.identity;
  const result = context.faults.commandFails(document, role)
    ? failed('a fault was switched on: this command is to fail')
    : upkeep[document](context.softwareOf(clusterId), node, command);
  await sendSignal(node, 'node-started');
  return result;
}

const upkeep: Readonly<Record<UpkeepDocument, (of: Software, node: Node, command: NodeCommand) => NodeCommandResult>> =
  {
    'cordon-nodes': cordonNodes,
    'stop-agent': stopAgent,
  };

/** The master's whitelist from now on leaves these addresses out: all others are in it, come they early or late. */
function cordonNodes({ memberOf, workload }: Software, node: Node, { parameters }: NodeCommand): NodeCommandResult {
  if (!memberOf(node)?.processes.has('mesos-master')) {
    return failed('the Mesos master of this node runs without a whitelist: it has to be started again');
  }
  const { Cordoned = 'none' } = parameters;
  const addresses = Cordoned === 'none' ? [] : Cordoned.split(',');
  workload.cordons.write(node, addresses);
  return succeeded(`${addresses.length} addresses are cordoned`);
}

/** The Mesos agent takes leave and stays down, unless something runs on it and it is not forced to. */
function stopAgent(software: Software, node: Node, { parameters }: NodeCommand): NodeCommandResult {
  const member = software.memberOf(node);
  if (member?.processes.has('mesos-slave')) {
    const { agent } = node.disk;
    const { tasks } = software.workload;
    const running = agent ? tasks.of(agent.id).filter(isReachable).length + tasks.idleExecutors(agent.id) : 0;
    // Each task has an executor of its own.
    if (running > 0 && parameters.Force !== 'true')
      return failed(`the agent is busy: ${2 * running} tasks and executors`);
    if (agent && tasks.reservations(agent.id).length > 0 && parameters.Force !== 'true')
      return failed('the agent is busy: it has reserved resources');
    software.stopAgent(member);
  }
  return succeeded('the Mesos agent is stopped');
}

const succeeded = (line: string): NodeCommandResult => ({
  status: 'Success',
  exitCode: 0,
  stdout: `${line}\n`,
  stderr: '',
});
const failed = (line: string): NodeCommandResult => ({
  status: 'Failed',
  exitCode: 1,
  stdout: '',
  stderr: `${line}\nfailed to run commands: exit status 1`,
});
