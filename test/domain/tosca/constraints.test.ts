/** Constraints of properties, and the types of their values. */
import fc from 'fast-check';
import { type Data, refusal, topologyOf } from './templates.ts';

const place = 'node_templates.n.properties.p';

/** Reads `value` as the property `p` of a node whose type the template defines. */
function read(definition: Data, value: unknown, data_types: Data = {}): unknown {
  const node_types = { mine: { derived_from: 'tosca.nodes.Root', properties: { p: definition } } };
  const node_templates = { n: { type: 'mine', properties: { p: value } } };
  return topologyOf({ node_templates }, {}, { node_types, data_types }).nodes.get('n')?.properties.get('p')?.value;
}
const refused = (definition: Data, value: unknown, data_types: Data = {}) =>
  refusal(() => read(definition, value, data_types));
const constrained = (type: string, ...constraints: Data[]) => ({ type, constraints });

describe('constraints', () => {
  it.each<[Data, unknown, unknown, string]>([
    [constrained('string', { equal: 'a' }), 'a', 'b', 'must be a, but is <"b">'],
    [constrained('integer', { equal: 3 }), '3', 4, 'must be 3, but is <4>'],
    [constrained('boolean', { equal: true }), 'TRUE', false, 'must be true, but is <false>'],
    [constrained('integer', { greater_than: 1 }), 2, 1, 'must be more than 1, but is <1>'],
    [constrained('float', { greater_or_equal: 0.5 }), 0.5, 0.4, 'must be at least 0.5, but is <0.4>'],
    [constrained('integer', { less_than: 5 }), 4, 5, 'must be less than 5, but is <5>'],
    [constrained('integer', { less_or_equal: 5 }), 5, 6, 'must be at most 5, but is <6>'],
    [constrained('integer', { in_range: [1, 4] }), 4, 5, 'must be at most 4, but is <5>'],
    [constrained('integer', { in_range: [1, 'UNBOUNDED'] }), 1e9, 0, 'must be at least 1, but is <0>'],
    [constrained('integer', { in_range: ['UNBOUNDED', 4] }), -9, 5, 'must be at most 4, but is <5>'],
    [constrained('string', { valid_values: ['a', 'b'] }), 'b', 'c', 'must be one of a, b, but is <"c">'],
    [constrained('float', { valid_values: [1, 2.5] }), '2.50', 2, 'must be one of 1, 2.5, but is <2>'],
    [constrained('string', { length: 2 }), 'ab', 'abc', 'must be of length 2, but is <"abc">'],
    [constrained('string', { min_length: 2 }), 'é€', 'a', 'must be of length 2 or more, but is <"a">'],
    [constrained('list', { max_length: 1 }), ['a'], ['a', 'b'], 'must be of length 1 or less, but is <["a","b"]>'],
    [constrained('map', { min_length: 1 }), { a: 1 }, {}, 'must be of length 1 or more, but is <{}>'],
    [
      constrained('string', { pattern: '[a-z]+(-[a-z]+)*' }),
      'a-bc',
      'a-',
      'must be like the pattern <[a-z]+(-[a-z]+)*>, but is <"a-">',
    ],
    [
      constrained('scalar-unit.size', { greater_or_equal: '1 GB' }),
      '1000 MB',
      '1 MB',
      'must be at least 1000000000 bytes, but is <1000000>',
    ],
    [constrained('scalar-unit.time', { in_range: ['1 s', '1 m'] }), '60 s', '2 m', 'must be at most 60, but is <120>'],
    [constrained('version', { greater_or_equal: '1.9' }), '1.10', '1.8.3', 'must be at least 1.9, but is <"1.8.3">'],
    [
      constrained('timestamp', { less_than: '2026-01-01' }),
      '2025-12-31',
      '2026-01-02',
      'must be less than 2026-01-01, but is <"2026-01-02">',
    ],
    [constrained('string', { greater_or_equal: 'b' }), 'c', 'a', 'must be at least b, but is <"a">'],
    [constrained('integer', { greater_than: 1 }, { less_than: 4 }), 3, 4, 'must be less than 4, but is <4>'],
    [
      constrained('string', { pattern: 'a.*' }, { pattern: '.*z' }),
      'a-z',
      'a-y',
      'must be like the pattern <.*z>, but is <"a-y">',
    ],
  ])('%j', (definition, good, bad, message) => {
    expect(read(definition, good)).toBeDefined();
    expect(refused(definition, bad)).toBe(`${place}: ${message}`);
  });

  it('may be written as a map, and hold for entries', () => {
    const definition = { type: 'list', entry_schema: { type: 'integer', constraints: { in_range: [1, 3] } } };
    expect(read(definition, [1, 3])).toEqual([1, 3]);
    expect(refused(definition, [1, 4])).toBe(`${place}.1: must be at most 3, but is <4>`);
  });

  it('hold for defaults too', () => {
    const definition = { type: 'integer', default: 9, constraints: [{ less_than: 5 }] };
    expect(refused(definition, null)).toBe(`${place}: must be less than 5, but is <9>`);
  });

  it('do not show a secret', () => {
    const node_types = {
      mine: { derived_from: 'tosca.nodes.Root', properties: { db_password: constrained('string', { min_length: 8 }) } },
    };
    const node_templates = { n: { type: 'mine', properties: { db_password: 'hunter2' } } };
    expect(refusal(() => topologyOf({ node_templates }, {}, { node_types }))).toBe(
      'node_templates.n.properties.db_password: must be of length 8 or more',
    );
  });

  const at = 'node_types.mine.properties.p.constraints';
  it.each<[Data, string]>([
    [constrained('integer', { greater_than: 'x' }), `${at}.greater_than: must be a number, but is <x>`],
    [constrained('integer', { min_length: 1 }), `${at}.min_length: does not fit a value of type integer`],
    [constrained('list', { greater_than: 1 }), `${at}.greater_than: does not fit a value of type list`],
    [constrained('integer', { pattern: 'a' }), `${at}.pattern: does not fit a value of type integer`],
    [
      constrained('integer', { in_range: [4, 1] }),
      `${at}.in_range: must be two bounds, such as [ 1, 4 ] or [ 1, UNBOUNDED ], the second not smaller`,
    ],
    [constrained('integer', { in_range: [1, 2, 3] }), `${at}.in_range: must be two bounds`],
    [constrained('string', { valid_values: 'a' }), `${at}.valid_values: must be a list with an entry or more`],
    [constrained('string', { min_length: -1 }), `${at}.min_length: must be a whole number from 0 on`],
    [constrained('scalar-unit.size', { less_than: '4GB' }), `${at}.less_than: must be like 4 GB, 512 MB or 40 GIB`],
    [constrained('string', { pattern: '(a' }), `${at}.pattern: is no regular expression that can be used`],
    [constrained('string', { pattern: '(?=a)b' }), `${at}.pattern: is no regular expression that can be used`],
    [constrained('string', { pattern: 'a'.repeat(501) }), `${at}.pattern: is longer than the 500 characters`],
    [
      constrained('string', { patern: 'a' }),
      `${at}.patern: the constraint <patern> is not known; did you mean pattern?`,
    ],
  ])('are refused when they make no sense: %j', (definition, message) => {
    expect(refused(definition, 'a')).toContain(message);
  });
});

describe('patterns', () => {
  it.each(['(a+)+b', '(a|a)*b', '(a*)*b', 'a*a*a*a*a*a*b', '(.*)*=.*x'])('%s takes no time', (pattern) => {
    const start = performance.now();
    expect(refused(constrained('string', { pattern }), 'a'.repeat(2000))).toContain('must be like the pattern');
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it('are bounded together', () => {
    const entry_schema = constrained('string', { pattern: '((a?){100}){10}' });
    const start = performance.now();
    expect(refused({ type: 'list', entry_schema }, Array(100).fill('a'.repeat(900)))).toContain('grows too big');
    expect(performance.now() - start).toBeLessThan(8000);
  });

  it('are compared with texts of 2000 characters at most', () => {
    expect(refused(constrained('string', { pattern: 'a*' }), 'a'.repeat(2001))).toContain(
      'must be no longer than 2000 characters, to be compared with a pattern',
    );
  });

  it('mean the whole text, as the engine of the language says for what both know', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|b)', '\\d', '\\w', 'ab');
    const pattern = fc
      .array(fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}')), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.map((part) => part.join('')).join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1'), maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (expression, value) => {
        const matches = new RegExp(`^(?:${expression})$`).test(value);
        const definition = constrained('string', { pattern: expression });
        if (matches) expect(read(definition, value)).toBe(value);
        else expect(refused(definition, value)).toContain('must be like the pattern');
      }),
      { numRuns: 150 },
    );
  });
});

describe('types of values', () => {
  it.each<[string, unknown, unknown]>([
    ['version', 16.1, '16.1'],
    ['version', '2.0.1.beta-3', '2.0.1.beta-3'],
    ['version', 7, '7'],
    ['timestamp', '2026-03-01T09:30:00Z', '2026-03-01T09:30:00Z'],
    ['timestamp', '2026-03-01', '2026-03-01'],
    ['timestamp', '2001-12-14 21:59:43.10 -5', '2001-12-14 21:59:43.10 -5'],
    ['range', [1, 'UNBOUNDED'], [1, Number.POSITIVE_INFINITY]],
    ['scalar-unit.time', '5 m', 300],
    ['scalar-unit.time', '10 ms', 0.01],
    ['scalar-unit.frequency', '2 GHz', 2e9],
    ['scalar-unit.size', '2 KIB', 2048],
    ['float', '1e3', 1000],
    ['list', [1, 'a', { b: true }], [1, 'a', { b: true }]],
  ])('%s %j', (type, value, result) => {
    expect(read({ type }, value)).toEqual(result);
  });

  it.each<[string, unknown, string]>([
    ['version', 'xenial', 'must be a version, such as 2.0 or 1.19.4, but is <xenial>'],
    ['timestamp', 'tomorrow', 'must be a date and time, such as 2026-03-01T09:30:00Z, but is <tomorrow>'],
    ['timestamp', '2026-13-01', 'must be a date and time, such as 2026-03-01T09:30:00Z, but is <2026-13-01>'],
    ['null', 'a', 'must be null, but is <a>'],
    ['boolean', ['a'], 'must be true or false, but is a list'],
    ['strng', 'a', 'is declared with the type <strng>, which is not known; did you mean string?'],
  ])('%s is not %j', (type, value, message) => {
    expect(refused({ type }, value)).toBe(`${place}: ${message}`);
  });

  it('may be narrowed by a data type of the template', () => {
    const data_types = {
      'my.Port': { derived_from: 'integer', constraints: [{ in_range: [1024, 2048] }] },
      'my.LowPort': { derived_from: 'my.Port', constraints: [{ less_than: 1100 }] },
    };
    expect(read({ type: 'my.LowPort' }, '1099', data_types)).toBe(1099);
    expect(refused({ type: 'my.LowPort' }, 1000, data_types)).toBe(`${place}: must be at least 1024, but is <1000>`);
    expect(refused({ type: 'my.LowPort' }, 1200, data_types)).toBe(`${place}: must be less than 1100, but is <1200>`);
    expect(refused({ type: 'my.Port' }, 'a', data_types)).toBe(`${place}: must be an integer, but is <a>`);
  });

  it('may be data types with properties, derived and nested', () => {
    const data_types = {
      'my.Base': { properties: { name: { type: 'string' }, size: { type: 'scalar-unit.size', required: false } } },
      'my.Disk': {
        derived_from: 'my.Base',
        properties: { parts: { type: 'list', entry_schema: 'my.Base', default: [] } },
      },
    };
    const value = { name: 'a', parts: [{ name: 'b', size: '1 GB' }] };
    expect(read({ type: 'my.Disk' }, value, data_types)).toEqual({ name: 'a', parts: [{ name: 'b', size: 1e9 }] });
    expect(refused({ type: 'my.Disk' }, { name: 'a', parts: [{}] }, data_types)).toBe(
      `${place}.parts.0.name: is required by my.Base and is not given`,
    );
  });

  it('note words that look like true and are read as false', () => {
    const node_templates = { a: { type: 'Compute', capabilities: { endpoint: { properties: { secure: 'yes' } } } } };
    expect(topologyOf({ node_templates }).notes).toEqual([
      'node_templates.a.capabilities.endpoint.properties.secure: <yes> is read as false',
    ]);
  });
});
