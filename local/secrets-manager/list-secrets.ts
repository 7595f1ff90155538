import { numberOf, objectsOf, pageOf, textOf, textsOf } from '../ec2/wire.ts';
import { type Secret, secretItem } from './secret.ts';
import { fail, type Input, livingSecrets, type State } from './state.ts';

/** What a filter compares: its values match from their beginning. */
const textsByKey: Readonly<Record<string, (secret: Secret) => Iterable<string>>> = {
  name: ({ name }) => [name],
  description: ({ description }) => [description],
  'tag-key': ({ tags }) => tags.keys(),
  'tag-value': ({ tags }) => tags.values(),
};

export function listSecrets(state: State, input: Input): unknown {
  const filters = objectsOf(input.Filters).map((filter) => filterOf(String(filter.Key), textsOf(filter.Values)));
  const all = input.IncludePlannedDeletion === true ? [...state.secrets.values()] : livingSecrets(state);
  const found = all.filter((secret) => filters.every((matches) => matches(secret)));
  const { page, next } = pageOf(found, numberOf(input.MaxResults) ?? 100, textOf(input.NextToken));
  return { SecretList: page.map(secretItem), ...(next === undefined ? {} : { NextToken: next }) };
}

/** A value that starts with `!` must not match. */
function filterOf(key: string, values: readonly string[]): (secret: Secret) => boolean {
  const textsFor = textsByKey[key] ?? fail('ValidationException', `The filter key ${key} is not known`);
  return (secret) =>
    values.some((value) => {
      const negated = value.startsWith('!');
      const prefix = negated ? value.slice(1) : value;
      return [...textsFor(secret)].some((text) => text.startsWith(prefix)) !== negated;
    });
}
