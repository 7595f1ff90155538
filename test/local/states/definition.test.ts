import { createHarness, invoke } from './machine-harness.ts';

const pass = { Type: 'Pass', End: true };

// The linter takes its time where the machine is busy.
jest.setTimeout(30_000);

describe('a definition', () => {
  it('has its placeholders substituted', async () => {
    const { create, call } = createHarness({}, {});
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: invoke('${Name}') } });
    const stateMachineArn = await create(definition, { Name: 'act' });
    expect(call('DescribeStateMachine', { stateMachineArn }).definition).toContain(':function:act');
    await expect(create(definition)).rejects.toThrow('${Name} has no substitution');
  });

  it('names every fault at once', async () => {
    const { create } = createHarness({}, {});
    const States = { A: { ...pass, ResultPath: '$.x' }, B: { ...pass, Output: '{% 1 + %}' } };
    const error = await create({ States }).catch((thrown: Error) => thrown.message);
    expect(error).toContain('/States/A/ResultPath is not implemented');
    expect(error).toContain('/States/B/Output: ');
  });

  it.each([
    ['JSONPath as a whole', { QueryLanguage: 'JSONPath', States: { A: pass } }, 'QueryLanguage is not JSONata'],
    ['a start that is no state', { StartAt: 'X', States: { A: pass } }, '/StartAt names no state'],
    ['a transition to nowhere', { States: { A: { Type: 'Pass', Next: 'X' } } }, 'MISSING_TRANSITION_TARGET'],
    [
      'another integration',
      { States: { A: { ...invoke('x'), Resource: 'arn:aws:states:::sns:publish' } } },
      'sns:publish is not implemented',
    ],
    [
      'an argument of lambda:invoke that has no effect here',
      { States: { A: { ...invoke('x'), Arguments: { FunctionName: 'x', InvocationType: 'Event' } } } },
      '/States/A/Arguments/InvocationType is not implemented',
    ],
    [
      'a token that is not passed on',
      { States: { A: { ...invoke('x'), Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' } } },
      'do not pass $states.context.Task.Token',
    ],
    [
      'a distributed Map',
      {
        States: {
          A: {
            Type: 'Map',
            ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'B', States: { B: pass } },
            End: true,
          },
        },
      },
      'only the Map mode INLINE is implemented',
    ],
    [
      'a tolerated failure, which inline Maps do not have',
      {
        States: {
          A: { Type: 'Map', ToleratedFailureCount: 1, ItemProcessor: { StartAt: 'B', States: { B: pass } }, End: true },
        },
      },
      '/States/A/ToleratedFailureCount is not implemented',
    ],
    [
      'States.ALL among others',
      { States: { A: invoke('x', { End: true, Retry: [{ ErrorEquals: ['A', 'States.ALL'] }] }) } },
      'States.ALL must appear alone',
    ],
    ['a reserved variable', { States: { A: { ...pass, Assign: { states: 1 } } } }, '/Assign/states is not a name'],
  ])('is refused for %s', async (_, graph, message) => {
    const { create } = createHarness({}, {});
    await expect(create(graph)).rejects.toMatchObject({
      code: 'InvalidDefinition',
      message: expect.stringContaining(message),
    });
  });
});
