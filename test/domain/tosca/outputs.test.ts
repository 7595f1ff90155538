import { evaluateOutputs, type OutputExpression } from '../../../lambdas/domain/tosca/index.ts';
import { clusterNodes, type Data, refusal, topologyOf } from './templates.ts';

const attributes = {
  master_server: { private_address: ['10.0.0.4'], public_address: ['203.0.113.10'] },
  slave_server: { private_address: ['10.0.0.5', '10.0.0.6'], public_address: [] },
};

function outputsOf(
  outputs: Data,
  inputs: Data = {},
  parameters: Data = {},
  changes: Data = {},
): Record<string, unknown> {
  const entries = Object.entries(outputs).map(([name, value]) => [name, { value }]);
  const topology = topologyOf(
    { inputs, node_templates: clusterNodes(changes), outputs: Object.fromEntries(entries) },
    parameters,
  );
  return evaluateOutputs(JSON.parse(JSON.stringify(topology.outputs)), attributes);
}

describe('outputs', () => {
  it.each<[string, unknown, unknown]>([
    ['a literal', 'RStudio', 'RStudio'],
    ['a number', 0, 0],
    ['nothing', null, null],
    ['a whole list', { get_attribute: ['slave_server', 'private_address'] }, ['10.0.0.5', '10.0.0.6']],
    ['one of a list', { get_attribute: ['slave_server', 'private_address', 1] }, '10.0.0.6'],
    ['an attribute of software', { get_attribute: ['master', 'public_address', 0] }, '203.0.113.10'],
    [
      'concat',
      { concat: ['http://', { get_attribute: ['master_server', 'public_address', 0] }, ':', 5050] },
      'http://203.0.113.10:5050',
    ],
    ['token of an attribute', { token: [{ get_attribute: ['master_server', 'public_address', 0] }, '.', 3] }, '10'],
    ['a list of both', ['a', { get_attribute: ['master_server', 'public_address', 0] }], ['a', '203.0.113.10']],
    [
      'a map of both',
      { a: { get_attribute: ['master_server', 'public_address', 0] }, b: 1 },
      { a: '203.0.113.10', b: 1 },
    ],
    ['a property', { get_property: ['master', 'marathon_username'] }, 'admin'],
    ['an input', { get_input: 'size' }, 3],
  ])('give %s', (_name, value, result) => {
    expect(outputsOf({ out: value }, { size: { default: 3 } })).toEqual({ out: result });
  });

  it.each<[string, unknown, string]>([
    [
      'an unknown attribute',
      { get_attribute: ['master_server', 'colour'] },
      'Failed to evaluate outputs.out: the node <master_server> has no attribute <colour>',
    ],
    [
      'an address that a node does not have',
      { get_attribute: ['slave_server', 'public_address', 0] },
      'Failed to evaluate outputs.out: <slave_server.public_address> has no entry number 0',
    ],
    [
      'an unknown node',
      { get_attribute: ['nobody', 'x'] },
      'outputs.out.value.get_attribute: there is no node template <nobody>; known are master, slave, lb, master_server, slave_server, lb_server',
    ],
    [
      'a list in concat',
      { concat: ['a', { get_attribute: ['slave_server', 'private_address'] }] },
      'Failed to evaluate outputs.out: concat and token take single values only, not lists, maps or nothing',
    ],
    [
      'an optional input that is not set',
      { get_input: 'unset' },
      'Failed to evaluate outputs[out][value][get_input][unset]: No input provided for <unset> and no default value provided in the definition',
    ],
  ])('say what is wrong with %s, and fail nothing', (_name, value, message) => {
    expect(outputsOf({ out: value, other: 'fine' }, { unset: { required: false } })).toEqual({
      out: message,
      other: 'fine',
    });
  });

  it('may not use undeclared inputs', () => {
    expect(refusal(() => outputsOf({ out: { concat: ['a', { get_input: 'sise' }] } }, { size: { default: 1 } }))).toBe(
      'outputs.out.value: there is no input <sise>; did you mean size?',
    );
  });

  it('have single addresses from nodes of the normative Compute type', () => {
    const plain: OutputExpression = { attribute: { node: 'slave_server', name: 'private_address', path: [0] } };
    const nodes = clusterNodes({ slave_server: { type: 'tosca.nodes.Compute' } });
    const value = { get_attribute: ['slave_server', 'private_address'] };
    expect(topologyOf({ node_templates: nodes, outputs: { a: { value } } }).outputs).toEqual({ a: plain });
  });
});

describe('secrets in outputs', () => {
  const secret = 's3cr3t-value';

  it.each<[string, unknown, unknown]>([
    ['echoed', { get_input: 'pw' }, '********'],
    ['echoed by concat', { concat: ['http://admin:', { get_input: 'pw' }, '@host'] }, '********'],
    [
      'beside an attribute',
      { concat: [{ get_input: 'pw' }, '@', { get_attribute: ['master', 'public_address', 0] }] },
      '********@203.0.113.10',
    ],
    ['in parts', { token: [{ get_input: 'pw' }, '-', 0] }, '********'],
    ['by get_property', { get_property: ['master', 'mesos_password'] }, '********'],
    ['by get_attribute', { get_attribute: ['master', 'mesos_password'] }, '********'],
    ['inside a list', [{ get_input: 'pw' }, 'x'], ['********', 'x']],
  ])('are masked when %s', (_name, value, result) => {
    const changes = {
      master: {
        ...(clusterNodes().master as object),
        properties: { marathon_password: { get_input: 'pw' }, mesos_password: secret },
      },
    };
    const outputs = outputsOf({ out: value }, { pw: {} }, { pw: secret }, changes);
    expect(outputs).toEqual({ out: result });
  });
});

it('outputs that are too large to be stored say so, the largest first', () => {
  const list = (length: number) => ({ literal: Array.from({ length }, () => '198.51.100.7') });
  const outputs = evaluateOutputs({ small: { literal: 'x' }, large: list(5000), medium: list(1000) }, {});
  expect(outputs.small).toBe('x');
  expect(outputs.medium).toHaveLength(1000);
  expect(outputs.large).toMatch(
    /^Failed to evaluate outputs\.large: its value takes \d+ bytes, and all outputs together may take \d+$/,
  );
});
