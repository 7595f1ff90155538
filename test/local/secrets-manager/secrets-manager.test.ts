import { createClock } from '../../../local/clock.ts';
import { createRandom } from '../../../local/random.ts';
import { createSecretsManager } from '../../../local/secrets-manager/index.ts';
import { codeOf, handler, place } from '../ec2/ec2-harness.ts';

function createHarness() {
  const clock = createClock({ speed: 'virtual' });
  const secrets = createSecretsManager({ clock, random: createRandom('secrets'), ...place });
  return { clock, secrets, call: handler(secrets.service) };
}

describe('Secrets Manager', () => {
  it('keeps a secret by name and ARN', async () => {
    const { call } = createHarness();
    const { ARN } = await call('CreateSecret', {
      Name: 'mesoscale/a',
      SecretString: 's',
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-central-1:000000000000:secret:mesoscale\/a-[0-9a-f]{6}$/);
    expect((await call('GetSecretValue', { SecretId: ARN })).SecretString).toBe('s');
    await call('PutSecretValue', { SecretId: 'mesoscale/a', SecretString: 't' });
    expect((await call('GetSecretValue', { SecretId: 'mesoscale/a' })).SecretString).toBe('t');
    expect((await call('DescribeSecret', { SecretId: 'mesoscale/a' })).Tags).toEqual([{ Key: 'k', Value: 'v' }]);
    expect(await codeOf(call('GetSecretValue', { SecretId: 'b' }))).toBe('ResourceNotFoundException');
  });

  it('creates the same secret once, and another one of the name never', async () => {
    const { call } = createHarness();
    const create = (SecretString: string) => call('CreateSecret', { Name: 'a', SecretString, ClientRequestToken: 't' });
    expect(await create('s')).toEqual(await create('s'));
    expect(await codeOf(create('other'))).toBe('ResourceExistsException');
    expect(await codeOf(call('CreateSecret', { Name: 'a', SecretString: 's' }))).toBe('ResourceExistsException');
  });

  it('keeps versions with stages of their own beside the current one', async () => {
    const { call, secrets } = createHarness();
    await call('CreateSecret', { Name: 'a', SecretString: 's' });
    const put = (SecretString: string) =>
      call('PutSecretValue', { SecretId: 'a', SecretString, ClientRequestToken: 'v', VersionStages: ['next'] });
    expect(await put('t')).toMatchObject({ VersionId: 'v', VersionStages: ['next'] });
    await put('t');
    expect(await codeOf(put('other'))).toBe('ResourceExistsException');
    const read = async (of: object) => (await call('GetSecretValue', { SecretId: 'a', ...of })).SecretString;
    expect([await read({}), await read({ VersionId: 'v' }), await read({ VersionStage: 'next' })]).toEqual([
      's',
      't',
      't',
    ]);
    expect(secrets.inspect.secrets()[0]).toMatchObject({ value: 's', staged: ['t'] });
    const stages = Object.values((await call('DescribeSecret', { SecretId: 'a' })).SecretVersionsToStages);
    expect(stages).toEqual([['next'], ['AWSCURRENT']]);
    const drop = (more: object = {}) =>
      call('UpdateSecretVersionStage', { SecretId: 'a', VersionStage: 'next', RemoveFromVersionId: 'v', ...more });
    expect(await codeOf(drop({ VersionStage: 'other' }))).toBe('InvalidParameterException');
    await drop();
    expect(await codeOf(drop())).toBe('ResourceNotFoundException');
    expect(await codeOf(read({ VersionId: 'v' }))).toBe('ResourceNotFoundException');
    expect(await codeOf(drop({ MoveToVersionId: 'v' }))).toBe('InvalidParameterException');
  });

  it('deletes at once when forced, else after the recovery window', async () => {
    const { call, clock, secrets } = createHarness();
    await call('CreateSecret', { Name: 'a', SecretString: 's' });
    await call('DeleteSecret', { SecretId: 'a', ForceDeleteWithoutRecovery: true });
    await call('DeleteSecret', { SecretId: 'a', ForceDeleteWithoutRecovery: true });
    await call('CreateSecret', { Name: 'a', SecretString: 's' });
    await call('DeleteSecret', { SecretId: 'a', RecoveryWindowInDays: 7 });
    expect(await codeOf(call('GetSecretValue', { SecretId: 'a' }))).toBe('InvalidRequestException');
    expect(await codeOf(call('CreateSecret', { Name: 'a', SecretString: 's' }))).toBe('InvalidRequestException');
    expect(secrets.inspect.secrets()).toEqual([]);
    await clock.advance(7 * 86_400_000);
    await call('CreateSecret', { Name: 'a', SecretString: 's' });
  });

  it('lists by name and tag, in pages', async () => {
    const { call, secrets } = createHarness();
    for (const name of ['x/1', 'x/2', 'y/1']) {
      await call('CreateSecret', { Name: name, SecretString: 's', Tags: [{ Key: 'stack', Value: name[0] }] });
    }
    const names = async (Filters: unknown) =>
      (await call('ListSecrets', { Filters })).SecretList.map((secret: { Name: string }) => secret.Name);
    expect(await names([{ Key: 'name', Values: ['x/'] }])).toEqual(['x/1', 'x/2']);
    expect(
      await names([
        { Key: 'tag-key', Values: ['stack'] },
        { Key: 'tag-value', Values: ['y'] },
      ]),
    ).toEqual(['y/1']);
    expect(await names([{ Key: 'name', Values: ['!x/'] }])).toEqual(['y/1']);
    const { NextToken } = await call('ListSecrets', { MaxResults: 2 });
    expect((await call('ListSecrets', { MaxResults: 2, NextToken })).SecretList).toHaveLength(1);
    expect(secrets.inspect.leftovers('stack', 'x')).toEqual(['x/1', 'x/2']);
  });

  it('tells policies which secret a call is about', async () => {
    const { call, secrets } = createHarness();
    const { ARN } = await call('CreateSecret', { Name: 'a', SecretString: 's' });
    const caller = { accessKeyId: '', kind: 'node' as const, roleName: 'n', arn: '' };
    const ask = (SecretId: string) =>
      secrets.service.authorization!({
        service: 'secretsmanager',
        action: 'GetSecretValue',
        input: { SecretId },
        caller,
      });
    expect(ask('a').resources).toEqual([ARN]);
    expect(ask('b').resources).toEqual(['arn:aws:secretsmanager:eu-central-1:000000000000:secret:b-??????']);
  });
});
