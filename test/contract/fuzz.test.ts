/** Whatever a client sends: never a 5xx, an error object for every refusal, and nothing stored or changed by a refused request. */
import fc from 'fast-check';
import { parse } from 'yaml';
import { ErrorView } from '../../lambdas/contracts/api.ts';
import type { Answer, FakeWorld } from '../support/api.ts';
import { ask, creation, deployedWorld, one } from '../support/contract.ts';
import { clusterTemplate } from '../support/templates.ts';

/** Everything that a refused request must leave as it was. */
function stateOf(world: FakeWorld): string {
  const { deployments, desired, secrets, signals, activity } = world;
  return JSON.stringify([[...deployments], [...desired], [...secrets.keys()], signals, activity]);
}

async function expectSane(world: FakeWorld, before: string, answer: Promise<Answer>): Promise<void> {
  const { statusCode, json } = await answer;
  expect(statusCode).toBeLessThan(500);
  if (statusCode < 400) return;
  expect(ErrorView.parse(json).code).toBe(statusCode);
  expect(stateOf(world)).toBe(before);
}

const targets = fc.constantFrom(
  ['POST', '/deployments'],
  ['PUT', one],
  ['PATCH', one],
  ['POST', `${one}/resources/x/actions`],
) as fc.Arbitrary<[string, string]>;

async function send(world: FakeWorld, [method, path]: [string, string], body: string | Uint8Array, type: string) {
  const before = stateOf(world);
  await expectSane(world, before, ask(world, method, path, { body, headers: { 'content-type': type } }));
}

describe('any body', () => {
  it('of bytes or text', async () => {
    const bodies = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary' }), fc.json());
    const types = fc.constantFrom('application/json', 'application/yaml', 'text/plain', '');
    await fc.assert(
      fc.asyncProperty(targets, bodies, types, (target, body, type) => send(deployedWorld(), target, body, type)),
      { numRuns: 150 },
    );
  });

  it('of JSON with the members that are read', async () => {
    const any = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string(), fc.integer());
    const bodies = fc.record(
      {
        template: fc.oneof({ weight: 3, arbitrary: fc.constant(creation.template) }, { weight: 1, arbitrary: any }),
        parameters: fc.oneof(fc.dictionary(fc.string(), any, { maxKeys: 3 }), any),
        callback: fc.oneof(fc.webUrl(), any),
        timeoutMins: any,
        providerTimeoutMins: any,
        maxProvidersRetry: any,
        keepLastAttempt: any,
        userGroup: any,
        status: any,
        type: any,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(targets, bodies, (target, body) =>
        send(deployedWorld(), target, JSON.stringify(body), 'application/json'),
      ),
      { numRuns: 150 },
    );
  });
});

/** All places in a template, as paths. */
function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]))];
}

function changed(template: unknown, path: readonly string[], change: (value: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(template);
  // An earlier change may have taken the place away.
  if (typeof template !== 'object' || template === null) return template;
  if (Array.isArray(template))
    return template.map((item, index) => (String(index) === key ? changed(item, rest, change) : item));
  const entries = Object.entries(template).flatMap(([name, item]) => {
    if (name !== key) return [[name, item]];
    const value = changed(item, rest, change);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}

it('any template that is one or two changes away from a good one', async () => {
  const good: unknown = parse(clusterTemplate, { merge: true });
  const unchanged = { body: JSON.stringify({ ...creation, template: JSON.stringify(good) }) };
  const headers = { 'content-type': 'application/json' };
  expect((await ask(deployedWorld(), 'POST', '/deployments', { ...unchanged, headers })).statusCode).toBe(201);
  const places = placesIn(good);
  const replacement = fc.oneof(
    fc.constant(undefined),
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      { get_input: 'nothing' },
      { get_attribute: ['SELF', 'private_address'] },
      { get_property: ['HOST', 'host', 'num_cpus'] },
      { concat: [{ concat: [] }] },
      { token: ['a', '', 0] },
      'UNBOUNDED',
      '-1 GB',
      1e300,
      '__proto__',
    ),
  );
  const change = fc.tuple(fc.nat(places.length - 1), replacement);
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 2 }),
      fc.constantFrom('POST', 'PUT'),
      async (changes, method) => {
        const template = changes.reduce((text: unknown, [index, value]) => {
          const place = places[index] ?? [];
          return text === undefined ? {} : changed(text, place, () => value);
        }, good);
        const target: [string, string] = method === 'POST' ? ['POST', '/deployments'] : ['PUT', one];
        const body = JSON.stringify({ ...creation, template: JSON.stringify(template ?? null) });
        await send(deployedWorld(), target, body, 'application/json');
      },
    ),
    { numRuns: 300 },
  );
});

it('any path and query', async () => {
  const segment = fc.oneof(
    fc.constantFrom(
      'deployments',
      'resources',
      'template',
      'log',
      'extrainfo',
      'filter',
      'orchestrator',
      '..',
      '',
      one.slice(13),
    ),
    fc.string(),
  );
  const paths = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.map(encodeURIComponent).join('/')}`);
  const queries = fc.array(
    fc.tuple(fc.constantFrom('page', 'size', 'sort', 'createdBy', 'userGroup', 'type', 'force', 'x'), fc.string()),
    { maxLength: 4 },
  );
  const methods = fc.constantFrom('GET', 'HEAD', 'PATCH', 'OPTIONS', 'POST', 'PUT');
  await fc.assert(
    fc.asyncProperty(methods, paths, queries, async (method, path, query) => {
      const world = deployedWorld();
      const before = stateOf(world);
      await expectSane(world, before, ask(world, method, path, { query: new URLSearchParams(query).toString() }));
    }),
    { numRuns: 300 },
  );
});
