import {
  allStatements,
  defaultStack,
  functionProperties,
  listOf,
  ofType,
  synthesizeStack,
  theOnly,
  violationsOf,
} from './support.ts';

describe('a stack with NAT gateways, mail, a mirror in ECR, a key and private receivers', () => {
  const variant = synthesizeStack({
    natGateways: 1,
    alarmEmail: 'operators@example.org',
    imageRegistry: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/mesos',
    nodeEncryptionKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d',
    tableRemovalPolicy: 'destroy',
    apiThrottle: { requestsPerSecond: 7 },
    apiAccountRole: false,
    callbackAllowedNetworks: ['10.0.0.0/8'],
    apiAdministrators: ['7f6c@https://iam.example.org/'],
    requiredScopes: { change: ['offline_access', 'fts:submit-transfer'], act: ['offline_access'] },
  });

  it('tells the API who its administrators are, and which scopes to ask for', () => {
    const { API_ACCESS } = functionProperties(variant, 'serve-api').Environment.Variables;
    expect(JSON.parse(API_ACCESS)).toEqual({
      administrators: ['7f6c@https://iam.example.org/'],
      requiredScopes: { change: ['offline_access', 'fts:submit-transfer'], act: ['offline_access'] },
    });
  });

  it('has private subnets, and tells the functions', () => {
    variant.template.resourceCountIs('AWS::EC2::Subnet', 6);
    variant.template.resourceCountIs('AWS::EC2::NatGateway', 1);
    const { PRIVATE_SUBNETS } = functionProperties(variant, 'plan-cluster').Environment.Variables;
    expect(JSON.stringify(PRIVATE_SUBNETS).match(/Subnet\dSubnet/g)).toHaveLength(3);
  });

  it('reaches private receivers of callbacks by its private subnets', () => {
    const { VpcConfig, Environment } = functionProperties(variant, 'deliver-callback');
    expect(VpcConfig.SubnetIds).toHaveLength(3);
    expect(Environment.Variables.CALLBACK_ALLOWED_NETWORKS).toBe('["10.0.0.0/8"]');
  });

  it('leaves the account’s role for API logs alone, and throttles as it was told', () => {
    variant.template.resourceCountIs('AWS::ApiGateway::Account', 0);
    defaultStack().template.resourceCountIs('AWS::ApiGateway::Account', 1);
    expect(theOnly(variant, 'AWS::ApiGateway::Stage').MethodSettings).toMatchObject([
      { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 400 },
    ]);
  });

  it('mails every alarm', () => {
    variant.template.hasResourceProperties('AWS::SNS::Subscription', { Endpoint: 'operators@example.org' });
    for (const [, { AlarmActions }] of ofType(variant, 'AWS::CloudWatch::Alarm')) expect(AlarmActions).toHaveLength(1);
  });

  it('lets nodes pull from that mirror, and from no other registry', () => {
    const pulls = allStatements(variant).filter(([, { Action }]) => listOf(Action).includes('ecr:BatchGetImage'));
    expect(pulls).toHaveLength(4);
    for (const [, { Resource }] of pulls)
      expect(JSON.stringify(Resource)).toContain(':ecr:eu-west-1:123456789012:repository/mesos*"');
  });

  it('holds to cdk-nag’s rules', () => {
    expect(violationsOf(variant)).toEqual([]);
  });
});

describe('a stack in an existing VPC', () => {
  const variant = synthesizeStack({
    vpcId: 'vpc-0123456789abcdef0',
    vpcCidr: '172.20.0.0/16',
    publicSubnets: [{ id: 'subnet-0123456789abcdef0', zone: 'eu-west-1a' }],
    privateSubnets: [
      { id: 'subnet-0123456789abcdef1', zone: 'eu-west-1a' },
      { id: 'subnet-0123456789abcdef2', zone: 'eu-west-1b' },
    ],
  });

  it('makes no network of its own', () => {
    for (const type of ['VPC', 'Subnet', 'NatGateway', 'VPCEndpoint', 'FlowLog'])
      variant.template.resourceCountIs(`AWS::EC2::${type}`, 0);
  });

  it('puts the gateway into the private subnets, with a way to masters only', () => {
    const { VpcConfig } = functionProperties(variant, 'query-mesos');
    expect(VpcConfig.SubnetIds).toEqual(['subnet-0123456789abcdef1', 'subnet-0123456789abcdef2']);
    const group = theOnly(variant, 'AWS::EC2::SecurityGroup');
    expect(new Set(group.SecurityGroupEgress.map(({ CidrIp }: { CidrIp: string }) => CidrIp))).toEqual(
      new Set(['172.20.0.0/16']),
    );
  });

  it('tells the functions the given subnets', () => {
    const variables = functionProperties(variant, 'prepare-cluster').Environment.Variables;
    expect(variables.VPC_ID).toBe('vpc-0123456789abcdef0');
    expect(JSON.parse(variables.PUBLIC_SUBNETS)).toEqual([{ id: 'subnet-0123456789abcdef0', zone: 'eu-west-1a' }]);
  });
});
