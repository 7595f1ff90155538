import { type Answer, codeOf, createHarness, launcher, tagged } from './ec2-harness.ts';

async function createFleetHarness() {
  const harness = await createHarness();
  const { call, network, seconds } = harness;
  const data = {
    ImageId: 'ami-0123456789abcdef0',
    NetworkInterface: [{ DeviceIndex: '0' }],
    ...tagged('volume', { a: 'b' }),
  };
  const created = await call('CreateLaunchTemplate', { LaunchTemplateName: 'slaves', LaunchTemplateData: data });
  await seconds(2);
  const { launchTemplateId } = created.launchTemplate;
  const override = (InstanceType: string, subnet: number) => ({ InstanceType, SubnetId: network.subnets[subnet] });
  const fleet = (count: number, overrides: unknown[], more: Record<string, unknown> = {}): Promise<Answer> =>
    call(
      'CreateFleet',
      {
        Type: 'instant',
        LaunchTemplateConfigs: [
          {
            LaunchTemplateSpecification: { LaunchTemplateId: launchTemplateId, Version: '1' },
            Overrides: overrides,
          },
        ],
        TargetCapacitySpecification: { TotalTargetCapacity: String(count), DefaultTargetCapacityType: 'on-demand' },
        ...more,
      },
      launcher,
    );
  const spot = (count: number) => ({
    TargetCapacitySpecification: { TotalTargetCapacity: String(count), DefaultTargetCapacityType: 'spot' },
  });
  return { ...harness, launchTemplateId, override, fleet, spot };
}
const idsOf = (answer: Answer) => answer.fleetInstanceSet.item.flatMap((set: Answer) => set.instanceIds.item);

describe('CreateFleet', () => {
  it('launches what was asked for, evenly over the zones', async () => {
    const { fleet, override, ec2 } = await createFleetHarness();
    const answer = await fleet(6, [override('m5.large', 0), override('m5.large', 1), override('m5.large', 2)]);
    expect(idsOf(answer)).toHaveLength(6);
    expect(answer.errorSet.item).toEqual([]);
    const zones = ec2.inspect.instances().map((one) => one.zone);
    expect(Map.groupBy(zones, (zone) => zone).size).toBe(3);
    expect(ec2.inspect.instances()[0]!.launchedBy).toEqual(launcher);
  });

  it('goes on to the next type, and tells which offering had no capacity', async () => {
    const { fleet, override, ec2, faults } = await createFleetHarness();
    faults.add({ kind: 'no-capacity', instanceType: 'm5.large', zone: 'eu-central-1a' });
    const overrides = [
      { ...override('m5.xlarge', 0), Priority: '1' },
      { ...override('m5.large', 0), Priority: '0' },
    ];
    const answer = await fleet(3, overrides);
    expect(ec2.inspect.instances().map((one) => one.instanceType)).toEqual(['m5.xlarge', 'm5.xlarge', 'm5.xlarge']);
    expect(answer.errorSet.item).toMatchObject([
      {
        errorCode: 'InsufficientInstanceCapacity',
        lifecycle: 'on-demand',
        launchTemplateAndOverrides: { overrides: { instanceType: 'm5.large' } },
      },
    ]);
  });

  it('answers without instances if there is no capacity at all', async () => {
    const { fleet, override, faults, spot } = await createFleetHarness();
    faults.add({ kind: 'no-capacity', market: 'spot' });
    const answer = await fleet(3, [override('m5.large', 0)], spot(3));
    expect(idsOf(answer)).toEqual([]);
    expect(answer.errorSet.item[0].errorCode).toBe('UnfulfillableCapacity');
  });

  it('launches once per client token', async () => {
    const { fleet, override, ec2 } = await createFleetHarness();
    const first = await fleet(2, [override('m5.large', 0)], { ClientToken: 't' });
    expect(await fleet(2, [override('m5.large', 0)], { ClientToken: 't' })).toEqual(first);
    expect(await codeOf(fleet(3, [override('m5.large', 0)], { ClientToken: 't' }))).toBe('IdempotentParameterMismatch');
    expect(ec2.inspect.instances()).toHaveLength(2);
  });

  it('launches as many as the bucket of instances holds, and says so', async () => {
    const { fleet, override } = await createFleetHarness();
    expect(idsOf(await fleet(700, [override('m5.large', 0)]))).toHaveLength(700);
    const answer = await fleet(400, [override('m5.large', 0), override('m5.large', 1)]);
    expect(idsOf(answer).length).toBeGreaterThanOrEqual(300);
    expect(idsOf(answer).length).toBeLessThan(310);
    expect(answer.errorSet.item[0].errorCode).toBe('RequestLimitExceeded');
  });

  it('tags instances with the request, the template and the fleet', async () => {
    const { fleet, override, ec2 } = await createFleetHarness();
    await fleet(1, [override('m5.large', 0)], tagged('instance', { cluster: 'c' }));
    expect(ec2.inspect.instances()[0]!.tags).toEqual({
      cluster: 'c',
      'aws:ec2:fleet-id': expect.stringMatching(/^fleet-[0-9a-f]{8}-/),
    });
    expect(ec2.inspect.leftovers('a', 'b')).toEqual([]);
  });

  it('tells what is wrong with the template in its list of errors', async () => {
    const { fleet, override, call, seconds } = await createFleetHarness();
    const LaunchTemplateData = { ImageId: 'ami-0123456789abcdef0', IamInstanceProfile: { Name: 'unknown' } };
    const { launchTemplate } = await call('CreateLaunchTemplate', { LaunchTemplateName: 'x', LaunchTemplateData });
    await seconds(2);
    const LaunchTemplateSpecification = { LaunchTemplateId: launchTemplate.launchTemplateId, Version: '$Latest' };
    const answer = await fleet(1, [], {
      LaunchTemplateConfigs: [{ LaunchTemplateSpecification, Overrides: [override('m5.large', 0)] }],
    });
    expect(answer.errorSet.item[0]).toMatchObject({
      errorCode: 'InvalidParameterValue',
      errorMessage: expect.stringContaining('Invalid IAM Instance Profile name'),
    });
  });

  it.each([
    ['Unsupported', { Type: 'maintain' }],
    ['InvalidParameterValue', { TargetCapacitySpecification: { TotalTargetCapacity: '0' } }],
    [
      'InvalidLaunchTemplateId.NotFound',
      { LaunchTemplateConfigs: [{ LaunchTemplateSpecification: { LaunchTemplateId: 'lt-0' } }] },
    ],
  ])('answers %s to %j', async (code, input) => {
    const { fleet, override } = await createFleetHarness();
    expect(await codeOf(fleet(1, [override('m5.large', 0)], input))).toBe(code);
  });
});

describe('launch templates', () => {
  it('have unique names and numbered versions', async () => {
    const { call, launchTemplateId } = await createFleetHarness();
    expect(await codeOf(call('CreateLaunchTemplate', { LaunchTemplateName: 'slaves', LaunchTemplateData: {} }))).toBe(
      'InvalidLaunchTemplateName.AlreadyExistsException',
    );
    const input = { LaunchTemplateId: launchTemplateId };
    const next = { ...input, SourceVersion: '1', LaunchTemplateData: { InstanceType: 'c5.large' } };
    expect((await call('CreateLaunchTemplateVersion', next)).launchTemplateVersion.versionNumber).toBe(2);
    const versions = await call('DescribeLaunchTemplateVersions', {
      ...input,
      LaunchTemplateVersion: ['$Latest', '1'],
    });
    expect(versions.launchTemplateVersionSet.item.map((one: Answer) => one.launchTemplateData)).toEqual([
      { imageId: 'ami-0123456789abcdef0', instanceType: 'c5.large' },
      { imageId: 'ami-0123456789abcdef0' },
    ]);
    expect(await codeOf(call('DescribeLaunchTemplateVersions', { ...input, LaunchTemplateVersion: ['3'] }))).toBe(
      'InvalidLaunchTemplateId.VersionNotFound',
    );
  });

  it('are found by id, name and tag until they are deleted', async () => {
    const { call, launchTemplateId } = await createFleetHarness();
    const find = async (input: Record<string, unknown>) =>
      (await call('DescribeLaunchTemplates', input)).launchTemplates.item.map((one: Answer) => one.launchTemplateId);
    expect(await find({ LaunchTemplateId: [launchTemplateId] })).toEqual([launchTemplateId]);
    expect(await find({ LaunchTemplateName: ['slaves'] })).toEqual([launchTemplateId]);
    expect(await find({ Filter: [{ Name: 'tag-key', Value: ['x'] }] })).toEqual([]);
    await call('DeleteLaunchTemplate', { LaunchTemplateName: 'slaves' });
    expect(await codeOf(find({ LaunchTemplateId: [launchTemplateId] }))).toBe('InvalidLaunchTemplateId.NotFound');
    expect(await codeOf(find({ LaunchTemplateName: ['slaves'] }))).toBe('InvalidLaunchTemplateName.NotFoundException');
  });
});
