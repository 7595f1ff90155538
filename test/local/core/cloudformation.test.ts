import { createStack } from '../../../local/cloudformation/stack.ts';
import type { Template } from '../../../local/cloudformation/template.ts';
import { withoutEffect } from '../../../local/cloudformation/without-effect.ts';
import type { ResourceToCreate, ResourceTypes } from '../../../local/types.ts';

function fixture() {
  const created: ResourceToCreate[] = [];
  const types: ResourceTypes = {
    ...withoutEffect,
    'Test::Thing': {
      properties: ['Value', 'Other'],
      withoutEffect: ['Tags'],
      create: (resource) => {
        created.push(resource);
        return { ref: `ref-${resource.logicalId}`, attributes: { Arn: `arn-${resource.logicalId}`, 'A.B': 'deep' } };
      },
    },
  };
  const up = (template: Template, parameters: Record<string, string> = {}) =>
    createStack({
      ...{ template, types, parameters },
      stackName: 's',
      region: 'us-east-1',
      accountId: '123456789012',
      zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
      publicParameter: (name) => (name === '/image' ? 'ami-1' : undefined),
    });
  return { created, up };
}

/** Resolves one value as the property of a resource. */
async function resolved(value: unknown, more: Partial<Template> = {}, parameters: Record<string, string> = {}) {
  const { created, up } = fixture();
  const First = { Type: 'Test::Thing' };
  await up({ ...more, Resources: { Last: { Type: 'Test::Thing', Properties: { Value: value } }, First } }, parameters);
  return created.find(({ logicalId }) => logicalId === 'Last')?.properties.Value;
}

describe('intrinsic functions', () => {
  it.each([
    [{ Ref: 'First' }, 'ref-First'],
    [{ 'Fn::GetAtt': ['First', 'Arn'] }, 'arn-First'],
    [{ 'Fn::GetAtt': 'First.A.B' }, 'deep'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, 1]] }, 'a-us-east-1-1'],
    [
      { 'Fn::Sub': '${AWS::AccountId}/${First}/${First.Arn}/${!literal}' },
      '123456789012/ref-First/arn-First/${literal}',
    ],
    [{ 'Fn::Sub': ['${x}-${First}', { x: { Ref: 'AWS::Partition' } }] }, 'aws-ref-First'],
    [{ 'Fn::Select': [1, { 'Fn::GetAZs': '' }] }, 'us-east-1b'],
    [{ 'Fn::Select': ['0', { 'Fn::Split': [':', 'a:b'] }] }, 'a'],
    [{ 'Fn::Base64': 'x' }, 'eA=='],
    [{ 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }, ['10.0.0.0/24', '10.0.1.0/24']],
    [{ a: [{ Ref: 'AWS::NoValue' }, { b: { Ref: 'AWS::NoValue' } }] }, { a: [{}] }],
    [{ Condition: { StringEquals: 'not an intrinsic' } }, { Condition: { StringEquals: 'not an intrinsic' } }],
  ])('%j is %j', async (value, expected) => {
    expect(await resolved(value)).toEqual(expected);
  });

  it('looks up maps, parameters and conditions', async () => {
    const more: Partial<Template> = {
      Mappings: { M: { a: { b: 'c' } } },
      Parameters: {
        P: { Type: 'String', Default: 'a' },
        L: { Type: 'CommaDelimitedList', Default: 'x,y' },
        I: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/image' },
      },
      Conditions: {
        IsA: { 'Fn::Equals': [{ Ref: 'P' }, 'a'] },
        Both: {
          'Fn::And': [
            { Condition: 'IsA' },
            { 'Fn::Not': [{ 'Fn::Or': [{ Condition: 'IsA' }, { 'Fn::Equals': [1, 2] }] }] },
          ],
        },
      },
    };
    const value = {
      map: { 'Fn::FindInMap': ['M', { Ref: 'P' }, 'b'] },
      list: { Ref: 'L' },
      image: { Ref: 'I' },
      chosen: { 'Fn::If': ['IsA', 'yes', 'no'] },
      both: { 'Fn::If': ['Both', 'yes', { Ref: 'AWS::NoValue' }] },
    };
    expect(await resolved(value, more)).toEqual({ map: 'c', list: ['x', 'y'], image: 'ami-1', chosen: 'yes' });
    expect(await resolved({ 'Fn::If': ['IsA', 'yes', 'no'] }, more, { P: 'b' })).toBe('no');
  });
});

describe('createStack', () => {
  it('creates resources after what they mention or depend on, and returns the outputs', async () => {
    const { created, up } = fixture();
    const stack = await up({
      Resources: {
        C: { Type: 'Test::Thing', DependsOn: ['B'], Metadata: { path: 'x' } },
        B: { Type: 'Test::Thing', Properties: { Value: { 'Fn::Sub': '${A.Arn}' } } },
        A: { Type: 'Test::Thing' },
      },
      Outputs: { Url: { Value: { 'Fn::GetAtt': ['C', 'Arn'] } } },
    });
    expect(created.map(({ logicalId }) => logicalId)).toEqual(['A', 'B', 'C']);
    expect(created[2]?.metadata).toEqual({ path: 'x' });
    expect(stack.outputs).toEqual({ Url: 'arn-C' });
  });

  it('leaves out resources and outputs whose condition is false', async () => {
    const { created, up } = fixture();
    const stack = await up({
      Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { A: { Type: 'Test::Thing', Condition: 'No' }, B: { Type: 'Test::Thing' } },
      Outputs: { A: { Value: { Ref: 'A' }, Condition: 'No' } },
    });
    expect(created.map(({ logicalId }) => logicalId)).toEqual(['B']);
    expect(stack.outputs).toEqual({});
  });

  it('lists every unknown thing at once before it creates anything', async () => {
    const { created, up } = fixture();
    const template = {
      Transform: 'x',
      Parameters: { P: { Type: 'String' }, Q: { Type: 'String', Default: 'z', AllowedPattern: '[a-c]' } },
      Resources: {
        A: { Type: 'Test::Thing', Properties: { Value: 1, Valeu: 2, Tags: [] } },
        B: { Type: 'AWS::EC2::Spaceship', CreationPolicy: {} },
        C: { Type: 'Test::Thing', Properties: { Value: { Ref: 'Nobody' } }, DependsOn: 'Nothing' },
        D: { Type: 'AWS::CloudWatch::Alarm', Properties: { Anything: 1 } },
      },
    } as unknown as Template;
    const failure = await up(template, { R: '1' }).catch((error: unknown) => error);
    expect((failure as { faults: string[] }).faults).toEqual([
      'the parameter R is given but not declared',
      'the parameter P has neither a value nor a default',
      'the parameter Q does not match its pattern [a-c]',
      'the section Transform is not known',
      'A: the property Valeu of Test::Thing is not known',
      'B: the resource attribute CreationPolicy is not known',
      'B: the resource type AWS::EC2::Spaceship is not known',
      'C: mentions Nobody, which is not in the template',
      'C: mentions Nothing, which is not in the template',
    ]);
    expect(created).toEqual([]);
  });

  it('names the resource at which something goes wrong', async () => {
    const { up } = fixture();
    const bad = (Value: unknown) =>
      up({ Resources: { A: { Type: 'Test::Thing' }, B: { Type: 'Test::Thing', Properties: { Value } } } });
    await expect(bad({ 'Fn::GetAtt': ['A', 'Nope'] })).rejects.toThrow('B: Fn::GetAtt: A has no attribute Nope');
    await expect(bad({ 'Fn::ImportValue': 'x' })).rejects.toThrow(
      'B: the intrinsic function Fn::ImportValue is not known',
    );
  });

  it('names the members of a circle', async () => {
    const { up } = fixture();
    const Properties = (id: string) => ({ Value: { Ref: id } });
    const circle = up({
      Resources: {
        A: { Type: 'Test::Thing', Properties: Properties('B') },
        B: { Type: 'Test::Thing', Properties: Properties('A') },
      },
    });
    await expect(circle).rejects.toThrow('in a circle: A → B → A');
  });
});
