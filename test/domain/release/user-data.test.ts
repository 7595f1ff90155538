import { spawnSync } from 'node:child_process';
import { nodeRoles } from '../../../lambdas/contracts/cluster.ts';
import { InvariantBroken } from '../../../lambdas/contracts/error-names.ts';
import { awsShell } from '../../../lambdas/domain/release/aws-shell.ts';
import { renderUserData } from '../../../lambdas/domain/release/user-data.ts';

const options = {
  clusterId: '0b9e2f4c-5a11-4c52-9d1c-7f2f0e6a1b2c',
  role: 'slave',
  region: 'eu-west-1',
  signalsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/mesoscale-Signals-1AB',
} as const;

describe('renderUserData', () => {
  it('says at its beginning, one line each, which node it is for', () => {
    expect(renderUserData(options).split('\n').slice(0, 5)).toEqual([
      '#!/bin/bash',
      "MESOSCALE_CLUSTER_ID='0b9e2f4c-5a11-4c52-9d1c-7f2f0e6a1b2c'",
      "MESOSCALE_ROLE='slave'",
      "MESOSCALE_REGION='eu-west-1'",
      "MESOSCALE_SIGNALS_QUEUE_URL='https://sqs.eu-west-1.amazonaws.com/123456789012/mesoscale-Signals-1AB'",
    ]);
  });

  it.each(nodeRoles)('is bash for a %s, well under the 16 KB that EC2 takes', (role) => {
    const text = renderUserData({ ...options, role });
    expect(Buffer.byteLength(text)).toBeLessThan(12 * 1024);
    expect(spawnSync('bash', ['-n'], { input: text }).stderr.toString()).toBe('');
  });

  it('refuses values that a shell would read', () => {
    expect(() => renderUserData({ ...options, region: "eu'; reboot; '" })).toThrow(InvariantBroken);
  });
});

describe('the signer of requests', () => {
  const sign = (credentials: Record<string, string>, body: string, ...words: string[]) =>
    spawnSync('bash', ['-c', `${awsShell}\nsign_request "$@"`, 'sign', ...words], {
      input: `${JSON.stringify(credentials)}\n${body}`,
      encoding: 'utf8',
    });
  const keys = { AccessKeyId: 'AKIDEXAMPLE', SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  const form = 'application/x-www-form-urlencoded';
  const place = ['service', 'us-east-1', 'https://example.amazonaws.com/'];

  it("makes the signature of AWS' own test suite (post-x-www-form-urlencoded)", () => {
    const { stdout, stderr } = sign(keys, 'Param1=value1', ...place, form, '', '20150830T123600Z');
    expect(stderr).toBe('');
    expect(stdout).toContain('Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"');
  });

  it('signs the session token and the target, and quotes the body for curl', () => {
    const body = '{"SecretId":"a \\"b\\""}';
    const { stdout } = sign(
      { ...keys, Token: 'session' },
      body,
      ...place,
      'application/x-amz-json-1.1',
      'x.GetSecretValue',
    );
    expect(stdout).toContain('SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target,');
    expect(stdout).toContain('header = "x-amz-security-token: session"');
    expect(stdout).toContain(`data-raw = ${JSON.stringify(body)}`);
    expect(stdout).not.toContain(keys.SecretAccessKey);
  });
});
