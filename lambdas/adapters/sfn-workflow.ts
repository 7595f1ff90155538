/** Workflow on Step Functions. */
import { SendTaskSuccessCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Workflow } from '../ports/workflow.ts';
import { codeOf, translating, unless } from './errors.ts';

const overCodes: ReadonlySet<string> = new Set(['ExecutionAlreadyExists']);
const spentTokenCodes: ReadonlySet<string> = new Set(['InvalidToken', 'TaskDoesNotExist', 'TaskTimedOut']);

/** @param inputOf what a run is started with, by the id of what it looks after and its number */
export function sfnWorkflow(
  client: SFNClient,
  stateMachineArn: string,
  inputOf: (id: string, run: number) => object,
): Workflow {
  return {
    // The same name with the same input, byte by byte, is the same execution as long as it runs.
    startRun: (id, run) =>
      translating('starting a run of a loop', async () => {
        const command = new StartExecutionCommand({
          stateMachineArn,
          name: `${id}-${run}`,
          input: JSON.stringify(inputOf(id, run)),
        });
        const started = await unless(
          (error) => overCodes.has(codeOf(error)),
          () => client.send(command),
        );
        return started ? 'running' : 'over';
      }),
    wake: (taskToken) =>
      translating('waking a run of a loop', () =>
        unless(
          (error) => spentTokenCodes.has(codeOf(error)),
          () => client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' })),
        ),
      ),
  };
}
