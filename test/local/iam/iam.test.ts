import { createClock } from '../../../local/clock.ts';
import { createIam } from '../../../local/iam/index.ts';
import { createRandom } from '../../../local/random.ts';
import { codeOf, handler, maker } from '../ec2/ec2-harness.ts';

const document = (Action: string) => ({ Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
const trust = JSON.stringify(document('sts:AssumeRole'));

async function createHarness() {
  const clock = createClock({ speed: 'virtual' });
  const iam = createIam({ clock, random: createRandom('iam'), accountId: '000000000000' });
  const call = handler(iam.service);
  const make = maker(iam.resourceTypes);
  const { ref: boundary } = await make('AWS::IAM::ManagedPolicy', 'Boundary', { PolicyDocument: document('sqs:*') });
  const { ref: policy } = await make('AWS::IAM::ManagedPolicy', 'Master', {
    PolicyDocument: document('sqs:SendMessage'),
  });
  const createRole = (RoleName: string, more: Record<string, unknown> = {}) =>
    call('CreateRole', { RoleName, AssumeRolePolicyDocument: trust, ...more });
  return { clock, iam, call, make, boundary, policy, createRole };
}

describe('roles', () => {
  it('have a path, a boundary and tags', async () => {
    const { call, createRole, boundary } = await createHarness();
    const more = { Path: '/mesoscale/a/', PermissionsBoundary: boundary, Tags: [{ Key: 'k', Value: 'v' }] };
    await createRole('r', more);
    expect((await call('GetRole', { RoleName: 'r' })).Role).toMatchObject({
      Arn: 'arn:aws:iam::000000000000:role/mesoscale/a/r',
      PermissionsBoundary: { PermissionsBoundaryArn: boundary },
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    expect(await codeOf(createRole('r'))).toBe('EntityAlreadyExists');
    expect(await codeOf(createRole('s', { PermissionsBoundary: 'arn:none' }))).toBe('NoSuchEntity');
    expect(await codeOf(createRole('s', { Path: 'x' }))).toBe('ValidationError');
    expect(await codeOf(createRole('s', { AssumeRolePolicyDocument: '{' }))).toBe('MalformedPolicyDocument');
    expect(await codeOf(createRole('x'.repeat(65)))).toBe('ValidationError');
  });

  it('are listed by path, in pages, without tags', async () => {
    const { call, createRole } = await createHarness();
    for (const name of ['a', 'b', 'c']) await createRole(name, { Path: '/in/', Tags: [{ Key: 'k', Value: 'v' }] });
    await createRole('out');
    const first = await call('ListRoles', { PathPrefix: '/in/', MaxItems: '2' });
    expect(first.Roles.map((role: { RoleName: string }) => role.RoleName)).toEqual(['a', 'b']);
    expect(first.Roles[0].Tags).toBeUndefined();
    const second = await call('ListRoles', { PathPrefix: '/in/', MaxItems: '2', Marker: first.Marker });
    expect(second).toMatchObject({ IsTruncated: false, Roles: [{ RoleName: 'c' }] });
  });

  it('are deleted when nothing hangs on them', async () => {
    const { call, createRole, policy, iam } = await createHarness();
    await createRole('r');
    await call('AttachRolePolicy', { RoleName: 'r', PolicyArn: policy });
    await call('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: trust });
    await call('CreateInstanceProfile', { InstanceProfileName: 'i' });
    await call('AddRoleToInstanceProfile', { InstanceProfileName: 'i', RoleName: 'r' });
    const remove = () => codeOf(call('DeleteRole', { RoleName: 'r' }));
    expect(await remove()).toBe('DeleteConflict');
    await call('RemoveRoleFromInstanceProfile', { InstanceProfileName: 'i', RoleName: 'r' });
    expect(await remove()).toBe('DeleteConflict');
    await call('DetachRolePolicy', { RoleName: 'r', PolicyArn: policy });
    expect(await remove()).toBe('DeleteConflict');
    await call('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' });
    expect(await remove()).toBe('no error');
    expect(iam.roleByName('r')).toBeUndefined();
    expect(await remove()).toBe('NoSuchEntity');
  });

  it('may do what their policies say, within their boundary', async () => {
    const { call, createRole, policy, boundary, iam } = await createHarness();
    await createRole('r', { PermissionsBoundary: boundary, Tags: [{ Key: 'cluster', Value: 'c' }] });
    await call('AttachRolePolicy', { RoleName: 'r', PolicyArn: policy });
    expect(iam.policiesOf('r')).toEqual({
      identity: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }],
      boundary: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }],
      tags: { cluster: 'c' },
    });
    expect(iam.policiesOf('none')).toBeUndefined();
    expect(await codeOf(call('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:none' }))).toBe('NoSuchEntity');
  });

  it('of a template get names, managed and inline policies', async () => {
    const { make, iam } = await createHarness();
    const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    const { ref, attributes } = await make('AWS::IAM::Role', 'ServiceRole', {
      AssumeRolePolicyDocument: document('sts:AssumeRole'),
      ManagedPolicyArns: [basic],
    });
    await make('AWS::IAM::Policy', 'Policy', { PolicyName: 'p', PolicyDocument: document('sqs:*'), Roles: [ref] });
    expect(attributes.Arn).toBe(`arn:aws:iam::000000000000:role/${ref}`);
    expect(iam.policiesOf(ref)!.identity.map((statement) => statement.Action)).toEqual([
      'sqs:*',
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
    ]);
  });
});

describe('instance profiles', () => {
  it('are known to EC2 some seconds after they got their role', async () => {
    const { call, createRole, clock, iam } = await createHarness();
    await createRole('r');
    await call('CreateInstanceProfile', { InstanceProfileName: 'i', Path: '/p/' });
    await clock.advance(20_000);
    expect(iam.findUsableProfile('i')).toBeUndefined();
    await call('AddRoleToInstanceProfile', { InstanceProfileName: 'i', RoleName: 'r' });
    expect(iam.findUsableProfile('i')).toBeUndefined();
    await clock.advance(12_000);
    expect(iam.findUsableProfile('arn:aws:iam::000000000000:instance-profile/p/i')?.roleName).toBe('r');
  });

  it('have one role, and are deleted without it', async () => {
    const { call, createRole } = await createHarness();
    await createRole('r');
    await createRole('s');
    const InstanceProfileName = 'i';
    await call('CreateInstanceProfile', { InstanceProfileName });
    await call('AddRoleToInstanceProfile', { InstanceProfileName, RoleName: 'r' });
    expect(await codeOf(call('AddRoleToInstanceProfile', { InstanceProfileName, RoleName: 's' }))).toBe(
      'LimitExceeded',
    );
    expect(await codeOf(call('CreateInstanceProfile', { InstanceProfileName }))).toBe('EntityAlreadyExists');
    const found = await call('ListInstanceProfilesForRole', { RoleName: 'r' });
    expect(found.InstanceProfiles).toMatchObject([{ InstanceProfileName, Roles: [{ RoleName: 'r' }] }]);
    expect(await codeOf(call('DeleteInstanceProfile', { InstanceProfileName }))).toBe('DeleteConflict');
    await call('RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName: 'r' });
    await call('DeleteInstanceProfile', { InstanceProfileName });
    expect(await codeOf(call('GetInstanceProfile', { InstanceProfileName }))).toBe('NoSuchEntity');
  });
});

describe('authorization', () => {
  it('is asked about the role with its path, its boundary and its tags', async () => {
    const { iam, boundary } = await createHarness();
    const input = { RoleName: 'r', Path: '/p/', PermissionsBoundary: boundary, Tags: [{ Key: 'k', Value: 'v' }] };
    const caller = { accessKeyId: '', kind: 'function' as const, roleName: 'f', arn: '' };
    const resources = ['arn:aws:iam::000000000000:role/p/r'];
    const context = iam.service.authorization!({ service: 'iam', action: 'CreateRole', input, caller });
    expect(context).toMatchObject({
      resources,
      conditions: { 'aws:RequestTag/k': 'v', 'aws:TagKeys': ['k'], 'iam:PermissionsBoundary': boundary },
      also: [{ action: 'iam:TagRole', context: { resources } }],
    });
  });
});
