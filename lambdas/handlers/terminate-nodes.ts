/** Invoked by the reconcile loop: afterwards the instances shut down, or are gone already. */
import { ec2Terminator } from '../adapters/ec2-inventory.ts';
import { type DecisionOf, TerminateNodes } from '../contracts/decision.ts';
import { TerminateNodesEnv } from '../contracts/functions.ts';
import type { Machines } from '../ports/machines.ts';
import { ec2Client } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { action, actionInput } from './loop/action.ts';

export const makeTerminateNodes = ({ machines }: { machines: Pick<Machines, 'terminate'> }) =>
  action<DecisionOf<'terminate-nodes'>>(async ({ decision }) => {
    await machines.terminate(decision.instanceIds);
    return undefined;
  });

export const handler = lambdaStack({ name: 'terminate-nodes', input: actionInput(TerminateNodes) }).handler(
  atColdStart(() => {
    parseEnv(TerminateNodesEnv);
    return makeTerminateNodes({ machines: ec2Terminator(ec2Client()) });
  }),
);
