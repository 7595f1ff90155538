import { InvalidConfiguration, parseConfig } from '../../constructs/config.ts';

function faultsOf(context: Record<string, unknown>): string[] {
  try {
    parseConfig(context);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidConfiguration);
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  throw new Error('the context was accepted');
}

const subnets = [
  { id: 'subnet-0123456789abcdef0', zone: 'eu-west-1a' },
  { id: 'subnet-0123456789abcdef1', zone: 'eu-west-1b' },
];
const existing = { vpcId: 'vpc-0123456789abcdef0', vpcCidr: '10.1.0.0/16', publicSubnets: subnets };

describe('parseConfig', () => {
  it('has a default for everything', () => {
    const config = parseConfig({});
    expect(config).toMatchObject({ stackName: 'mesoscale', natGateways: 0, maxTemplateBytes: 262144, oidcIssuers: [] });
    expect(config.rules).toEqual({
      maxSlavesPerCluster: 5000,
      bootTimeoutSeconds: 420,
      startTimeoutSeconds: 900,
      startAttempts: 2,
      maxReplacements: 3,
      capacityHoldSeconds: 180,
      deploymentTimeoutSeconds: 3600,
      launchBatch: 500,
      resyncSeconds: 900,
      targetAllocation: 1,
      spareSlaves: 0,
      scaleInSeconds: 300,
    });
  });

  it('reads what the command line can give only as text', () => {
    const config = parseConfig({
      natGateways: '2',
      stackName: 'm1',
      oidcIssuers: '[{"issuer":"https://iam.example/"}]',
      rules: '{"startAttempts":4}',
    });
    expect(config).toMatchObject({ natGateways: 2, oidcIssuers: [{ issuer: 'https://iam.example/' }] });
    expect(config.rules.startAttempts).toBe(4);
  });

  it('asks for no scopes and knows no administrators unless told', () => {
    const { apiAdministrators, requiredScopes } = parseConfig({});
    expect([apiAdministrators, requiredScopes]).toEqual([[], { change: [], act: [] }]);
    const administrators = ['7f6c@https://iam.example/'];
    const scopes = { change: ['offline_access', 'fts:submit-transfer'] };
    const config = parseConfig({
      apiAdministrators: JSON.stringify(administrators),
      requiredScopes: scopes,
      oidcIssuers: [{ issuer: 'https://iam.example/', organization: 'indigo-dc' }],
    });
    expect(config).toMatchObject({ apiAdministrators: administrators, requiredScopes: { ...scopes, act: [] } });
    expect(config.oidcIssuers[0]?.organization).toBe('indigo-dc');
  });

  it('reports every fault at once, by key', () => {
    const faults = faultsOf({
      stackName: 'no blanks please',
      natGateways: 7,
      oidcIssuers: [{ issuer: 'iam' }],
      rules: { maxReplacement: 1, launchBatch: 5000 },
      logRetentionDays: 31,
      alarmEmail: 'nobody',
      maxTemplateBytes: 'many',
      vpcCidr: '10.0.0.0/8',
    });
    const keys = faults.map((fault) => fault.split(':')[0]);
    expect(keys).toEqual(
      expect.arrayContaining([
        'stackName',
        'natGateways',
        'oidcIssuers.0.issuer',
        'rules',
        'rules.launchBatch',
        'logRetentionDays',
        'alarmEmail',
        'maxTemplateBytes',
        'vpcCidr',
      ]),
    );
  });

  it('checks rules between keys even if other keys are wrong', () => {
    expect(faultsOf({ stackName: '', publicSubnets: subnets })).toHaveLength(2);
  });

  it('refuses a misspelled key, but leaves keys of other tools alone', () => {
    expect(faultsOf({ natGateway: 1 })).toEqual([
      expect.stringMatching(/^natGateway: is not a known key; .*natGateways/),
    ]);
    expect(() => parseConfig({ '@aws-cdk/core:x': true, 'aws:cdk:y': 1, 'cli-telemetry': false })).not.toThrow();
  });

  it.each([
    [{ publicSubnets: subnets }, 'publicSubnets: goes with vpcId only'],
    [{ ...existing, publicSubnets: [] }, 'publicSubnets: must name at least one'],
    [{ ...existing, vpcCidr: undefined }, 'vpcCidr: must be given with vpcId'],
    [{ ...existing, natGateways: 1 }, 'natGateways: goes with a new VPC only'],
    [{ ...existing, publicSubnets: [subnets[0], subnets[0]] }, 'publicSubnets: must be one per zone'],
    [{ vpcCidr: '10.0.0.0/8' }, 'vpcCidr: must be an IPv4 range from /16 to /25'],
    [{ rules: { deploymentTimeoutSeconds: 1000 } }, 'rules.deploymentTimeoutSeconds: must be longer than'],
    [{ rules: { spareSlaves: 101 } }, 'rules.spareSlaves: Too big'],
    [{ imageOverrides: { indigo_9: {} } }, 'imageOverrides'],
    [{ apiAdministrators: ['alice'] }, 'apiAdministrators.0: must be <subject>@<issuer>'],
    [{ requiredScopes: { chang: [] } }, 'requiredScopes: '],
    [{ nodeImage: 'ubuntu' }, 'nodeImage: must be an AMI id or resolve:ssm:'],
    [{ callbackAllowedNetworks: ['10.1.0.0'] }, 'callbackAllowedNetworks.0: must be a network such as 10.1.0.0/16'],
    [{ limits: { deploymentsPerOwner: 0 } }, 'limits.deploymentsPerOwner: Too small'],
    [{ limits: { deployments: 3 } }, 'limits: Unrecognized key'],
    [{ workloadVolumeBase: '/var/lib' }, 'workloadVolumeBase: must be an absolute path with / at its end'],
    [{ onedataProvider: { onezone: 'zone.example' } }, 'onedataProvider.provider'],
    [{ onedataProvider: { onezone: 'z', provider: 'p', token: 't' } }, 'onedataProvider: Unrecognized key'],
  ])('explains what is wrong with %j', (context, message) => {
    expect(faultsOf(context)).toEqual([expect.stringContaining(message)]);
  });

  it('takes an existing VPC', () => {
    const context = { ...existing, privateSubnets: [] };
    expect(parseConfig(context)).toMatchObject(context);
  });
});
