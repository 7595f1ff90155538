import { compilePattern } from '../../../local/events/pattern.ts';

const event = {
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  resources: ['arn:aws:ec2:r:1:instance/i-1', 'arn:aws:ec2:r:1:instance/i-2'],
  detail: {
    state: 'stopped',
    count: 5,
    ok: true,
    none: null,
    tags: [{ key: 'a', value: '1' }, { key: 'b' }],
    name: 'File.TXT',
  },
};
const detail = (pattern: unknown) => ({ detail: pattern });

describe('an event pattern', () => {
  it.each<[string, object, boolean]>([
    ['a value', { source: ['aws.ec2'] }, true],
    ['one of several values', detail({ state: ['running', 'stopped'] }), true],
    ['no other value', detail({ state: ['running'] }), false],
    ['all of its fields', { source: ['aws.ec2'], detail: { state: ['running'] } }, false],
    ['a number', detail({ count: [5] }), true],
    ['no text for a number', detail({ count: ['5'] }), false],
    ['a boolean', detail({ ok: [true] }), true],
    ['null', detail({ none: [null] }), true],
    ['an element of an array', { resources: ['arn:aws:ec2:r:1:instance/i-2'] }, true],
    ['a field of an object within an array', detail({ tags: { key: ['b'] } }), true],
    ['a prefix', { source: [{ prefix: 'aws.' }] }, true],
    ['a suffix regardless of case', detail({ name: [{ suffix: { 'equals-ignore-case': '.txt' } }] }), true],
    ['a suffix', detail({ name: [{ suffix: '.txt' }] }), false],
    ['text regardless of case', detail({ name: [{ 'equals-ignore-case': 'file.txt' }] }), true],
    ['a wildcard', { resources: [{ wildcard: 'arn:*:instance/i-2' }] }, true],
    ['a wildcard with special characters taken as they are', detail({ name: [{ wildcard: 'File?TXT' }] }), false],
    ['anything but a value', detail({ state: [{ 'anything-but': ['running'] }] }), true],
    ['anything but one of several values', detail({ state: [{ 'anything-but': ['running', 'stopped'] }] }), false],
    ['anything but a prefix', detail({ state: [{ 'anything-but': { prefix: 'stop' } }] }), false],
    ['anything but, where there is nothing', detail({ missing: [{ 'anything-but': ['x'] }] }), false],
    ['what exists', detail({ state: [{ exists: true }] }), true],
    ['what does not exist', detail({ missing: [{ exists: false }] }), true],
    ['not what exists but must not', detail({ state: [{ exists: false }] }), false],
    ['a range of numbers', detail({ count: [{ numeric: ['>', 4, '<=', 5] }] }), true],
    ['no number out of range', detail({ count: [{ numeric: ['<', 5] }] }), false],
    ['one of alternatives', detail({ $or: [{ state: ['running'] }, { count: [5] }] }), true],
    ['none of alternatives', detail({ $or: [{ state: ['running'] }, { count: [6] }] }), false],
  ])('matches %s', (_, pattern, expected) => {
    expect(compilePattern(pattern)(event)).toBe(expected);
  });

  it.each([
    ['a value that is no array', { source: 'aws.ec2' }],
    ['an empty array', { source: [] }],
    ['an empty pattern', {}],
    ['an unknown filter', { source: [{ cidr: '10.0.0.0/8' }] }],
    ['a prefix that is no text', { source: [{ prefix: 1 }] }],
    ['half a comparison', detail({ count: [{ numeric: ['>'] }] })],
  ])('is refused for %s', (_, pattern) => {
    expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ code: 'InvalidEventPatternException' }));
  });
});
