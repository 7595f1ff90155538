/** Checks a definition as CreateStateMachine does, and that all of it is implemented here. */
import validate from 'asl-validator';
import { AwsError } from '../types.ts';
import {
  type Catcher,
  type ChoiceRule,
  catcherFields,
  type Definition,
  functionResource,
  graphFields,
  invokeFields,
  invokeResource,
  machineFields,
  type Retrier,
  retrierFields,
  ruleFields,
  type State,
  type StateGraph,
  stateFields,
} from './definition.ts';
import { compile, expressionIn } from './expressions.ts';

/** A definition's largest size in bytes. */
const definitionLimit = 1_048_576;

/** Finds faults in a definition's language. */
export type Linter = (definition: unknown) => readonly string[];

/** Definitions that were found good: checking takes a while, and a process may bring the same stack up many times. */
const linted = new Set<string>();

/** The linter that tests and editors use too. */
export const lintDefinition: Linter = (definition) => {
  const text = JSON.stringify(definition);
  if (linted.has(text)) return [];
  const { isValid, errorsText } = validate(structuredClone(definition), { checkPaths: true, checkArn: true });
  if (!isValid) return [errorsText('; ')];
  linted.add(text);
  return [];
};

/** @throws AwsError InvalidDefinition, naming every fault */
export function parseDefinition(text: string, lint: Linter): Definition {
  const definition = parseJson(text);
  const faults = [...languageFaults(definition), ...graphFaults(definition, '', machineFields), ...lint(definition)];
  if (faults.length > 0) throw invalid(faults.join('; '));
  return definition;
}

function invalid(why: string): AwsError {
  return new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${why}'`);
}

function parseJson(text: string): Definition & { QueryLanguage?: string } {
  if (Buffer.byteLength(text) > definitionLimit) throw invalid(`larger than ${definitionLimit} bytes`);
  try {
    return JSON.parse(text) as Definition;
  } catch (cause) {
    throw invalid(`not JSON: ${(cause as Error).message}`);
  }
}

function languageFaults(definition: { QueryLanguage?: string }): string[] {
  return definition.QueryLanguage === 'JSONata' ? [] : ['QueryLanguage is not JSONata, the only one implemented here'];
}

function graphFaults(graph: StateGraph, path: string, fields: readonly string[]): string[] {
  const states = Object.entries(graph.States ?? {});
  const start = graph.States?.[graph.StartAt] === undefined ? [`${path}/StartAt names no state`] : [];
  return [
    ...unknownFields(graph, path, fields),
    ...start,
    ...states.flatMap(([name, state]) => stateFaults(state, `${path}/States/${name}`)),
  ];
}

function unknownFields(value: object, path: string, known: readonly string[]): string[] {
  const unknown = Object.keys(value).filter((field) => !known.includes(field));
  return unknown.map((field) => `${path}/${field} is not implemented`);
}

function stateFaults(state: State, path: string): string[] {
  const known = stateFields[state.Type];
  if (known === undefined) return [`${path}/Type is not a type of state`];
  const language = (state as { QueryLanguage?: string }).QueryLanguage ?? 'JSONata';
  return [
    ...unknownFields(state, path, known),
    ...(language === 'JSONata' ? [] : [`${path}/QueryLanguage is not JSONata`]),
    ...guardFaults(state, path),
    ...typeFaults(state, path),
    ...assignFaults(state, path),
    ...Object.entries(state).flatMap(([field, value]) => expressionFaults(field, value, `${path}/${field}`)),
  ];
}

function guardFaults(state: State, path: string): string[] {
  const retriers = 'Retry' in state ? (state.Retry as readonly Retrier[]) : [];
  const catchers = 'Catch' in state ? (state.Catch as readonly Catcher[]) : [];
  const rules = state.Type === 'Choice' ? state.Choices : ([] as readonly ChoiceRule[]);
  return [
    ...retriers.flatMap((retrier, n) => unknownFields(retrier, `${path}/Retry/${n}`, retrierFields)),
    ...catchers.flatMap((catcher, n) => unknownFields(catcher, `${path}/Catch/${n}`, catcherFields)),
    ...rules.flatMap((rule, n) => unknownFields(rule, `${path}/Choices/${n}`, ruleFields)),
    ...[...retriers, ...catchers].flatMap(({ ErrorEquals }, n) => allErrorsFaults(ErrorEquals, path, n)),
  ];
}

/** `States.ALL` stands alone. */
function allErrorsFaults(names: readonly string[], path: string, n: number): string[] {
  const mixed = names.includes('States.ALL') && names.length > 1;
  return mixed ? [`${path}: States.ALL must appear alone in ErrorEquals (number ${n})`] : [];
}

function typeFaults(state: State, path: string): string[] {
  if (state.Type === 'Task') return taskFaults(state.Resource, state.Arguments, path);
  if (state.Type === 'Parallel') {
    return state.Branches.flatMap((graph, n) => graphFaults(graph, `${path}/Branches/${n}`, graphFields));
  }
  if (state.Type !== 'Map') return [];
  const mode = state.ItemProcessor.ProcessorConfig?.Mode ?? 'INLINE';
  const faults = graphFaults(state.ItemProcessor, `${path}/ItemProcessor`, graphFields);
  return mode === 'INLINE' ? faults : [...faults, `${path}: only the Map mode INLINE is implemented, not ${mode}`];
}

function taskFaults(resource: string, given: unknown, path: string): string[] {
  if (functionResource.test(resource)) return [];
  if (!invokeResource.test(resource)) return [`${path}/Resource ${resource} is not implemented`];
  const literal = typeof given === 'object' && given !== null ? given : undefined;
  const faults = literal ? unknownFields(literal, `${path}/Arguments`, invokeFields) : [];
  const waits = resource.endsWith('.waitForTaskToken');
  const passesToken = JSON.stringify(given ?? '').includes('$states.context.Task.Token');
  return waits && !passesToken ? [...faults, `${path}/Arguments do not pass $states.context.Task.Token`] : faults;
}

function assignFaults(state: State, path: string): string[] {
  const names = Object.keys('Assign' in state ? (state.Assign ?? {}) : {});
  const wrong = names.filter((name) => name === 'states' || !/^[\p{ID_Start}][\p{ID_Continue}]{0,79}$/u.test(name));
  return wrong.map((name) => `${path}/Assign/${name} is not a name for a variable`);
}

/** Nested graphs are checked as such, not as values of this state. */
function expressionFaults(field: string, value: unknown, path: string): string[] {
  if (field === 'Branches' || field === 'ItemProcessor') return [];
  if (field.endsWith('.$')) return [`${path} is JSONPath`];
  const expression = expressionIn(value);
  if (expression !== undefined) return syntaxFaults(expression, path);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => expressionFaults(key, item, `${path}/${key}`));
}

function syntaxFaults(expression: string, path: string): string[] {
  try {
    compile(expression);
    return [];
  } catch (cause) {
    return [`${path}: ${(cause as Error).message}`];
  }
}
