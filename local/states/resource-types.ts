import { AwsError, type Random, type ResourceToCreate, type ResourceTypes } from '../types.ts';
import type { Machines } from './machines.ts';

export function statesResourceTypes(machines: Machines, random: Random): ResourceTypes {
  return {
    'AWS::StepFunctions::StateMachine': {
      properties: ['DefinitionString', 'DefinitionSubstitutions', 'RoleArn', 'StateMachineName', 'StateMachineType'],
      withoutEffect: ['LoggingConfiguration', 'TracingConfiguration', 'Tags', 'EncryptionConfiguration'],
      create(resource) {
        const { properties, logicalId } = resource;
        const type = properties.StateMachineType ?? 'STANDARD';
        if (type !== 'STANDARD') {
          throw new AwsError('InvalidStateMachineType', `${logicalId}: only STANDARD state machines are implemented`);
        }
        const machine = machines.create({
          name: String(properties.StateMachineName ?? `${logicalId}-${random.hex(12)}`),
          roleArn: String(properties.RoleArn),
          definition: definitionOf(resource),
        });
        return { ref: machine.arn, attributes: { Arn: machine.arn, Name: machine.name } };
      },
    },
  };
}

/** The definition with every `${Key}` replaced. @throws AwsError InvalidDefinition if one has no substitution */
function definitionOf({ properties, logicalId }: ResourceToCreate): string {
  const substitutions = (properties.DefinitionSubstitutions ?? {}) as Record<string, unknown>;
  return String(properties.DefinitionString).replace(/\$\{([A-Za-z0-9_]+)\}/g, (whole, key: string) => {
    const value = substitutions[key];
    if (value === undefined) {
      throw new AwsError('InvalidDefinition', `${logicalId}: the definition's ${whole} has no substitution`);
    }
    // The value stands inside a JSON string.
    return JSON.stringify(String(value)).slice(1, -1);
  });
}
