/** What a cluster stands on is taken away from outside; then it needs a new node. */
import {
  DeleteLaunchTemplateCommand,
  DeleteNetworkInterfaceCommand,
  DescribeAddressesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeNetworkInterfacesCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
} from '@aws-sdk/client-ec2';
import {
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { FAULT_TEST_TIMEOUT_MS, type FaultLab, type LabCluster, openFaultLab } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS);

let lab: FaultLab;
beforeAll(async () => {
  lab = await openFaultLab('foundation');
}, ASSEMBLY_TIMEOUT_MS);
afterAll(() => lab.close());

const config = () => ({
  endpoint: lab.cloud.awsEndpoint,
  region: lab.cloud.region,
  credentials: lab.cloud.credentials.user,
});
const own = ({ id }: LabCluster) => [{ Name: 'tag:mesoscale:cluster-id', Values: [id] }];
const idsOf = (cluster: LabCluster, role: string) => cluster.alive(role).map(({ instanceId }) => instanceId);

async function complete(): Promise<LabCluster> {
  const cluster = await lab.create({});
  await cluster.untilStatus('CREATE_COMPLETE');
  await lab.untilWhole(cluster);
  return cluster;
}

async function healsFrom(cluster: LabCluster, lost: readonly string[]): Promise<void> {
  await lab.terminate(lost);
  await lab.cloud.until(
    () => cluster.alive().length === 3 && lost.every((id) => !cluster.alive().some((one) => one.instanceId === id)),
    {
      what: 'the replacement',
    },
  );
  await lab.untilWhole(cluster, { withinSeconds: 7200 });
  expect(await cluster.log()).toContain('what nodes stand on may be gone');
  await cluster.remove();
}

async function deleteProfile(name: string): Promise<IAMClient> {
  const iam = new IAMClient(config());
  const profile = { InstanceProfileName: name };
  await iam.send(new RemoveRoleFromInstanceProfileCommand({ ...profile, RoleName: name }));
  await iam.send(new DeleteInstanceProfileCommand(profile));
  return iam;
}

describe('a complete cluster that needs a new node', () => {
  it('makes its launch template again', async () => {
    const cluster = await complete();
    const { LaunchTemplates = [] } = await lab.ec2.send(new DescribeLaunchTemplatesCommand({ Filters: own(cluster) }));
    for (const { LaunchTemplateId } of LaunchTemplates)
      await lab.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
    await healsFrom(cluster, idsOf(cluster, 'slave'));
  });

  it('makes an instance profile again', async () => {
    const cluster = await complete();
    await deleteProfile(`mesoscale-${cluster.id}-slave`);
    await healsFrom(cluster, idsOf(cluster, 'slave'));
  });

  it('makes a role and its instance profile again', async () => {
    const cluster = await complete();
    const RoleName = `mesoscale-${cluster.id}-load-balancer`;
    const iam = await deleteProfile(RoleName);
    const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    for (const { PolicyArn } of AttachedPolicies) await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await healsFrom(cluster, idsOf(cluster, 'load-balancer'));
  });

  it('gives a slot its old address in a new interface', async () => {
    const cluster = await complete();
    const [master] = cluster.alive('master');
    const { NetworkInterfaces = [] } = await lab.ec2.send(
      new DescribeNetworkInterfacesCommand({
        Filters: [...own(cluster), { Name: 'tag:mesoscale:slot', Values: ['1'] }],
      }),
    );
    const { NetworkInterfaceId } =
      NetworkInterfaces.find(({ PrivateIpAddress }) => PrivateIpAddress === master?.privateIp) ?? {};
    const isDeleted = () =>
      lab.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })).then(
        () => true,
        () => false,
      );
    await lab.terminate([master?.instanceId ?? '']);
    await lab.cloud.until(isDeleted, { everySeconds: 1, what: 'the deletion of the free interface' });
    await lab.cloud.until(() => cluster.alive('master').length === 1, { what: 'the replacement' });
    await lab.untilWhole(cluster, { withinSeconds: 7200 });
    expect(cluster.alive('master')[0]?.privateIp).toBe(master?.privateIp);
    await cluster.remove();
  });

  it('gets another virtual address, and publishes it', async () => {
    const cluster = await complete();
    const { Addresses = [] } = await lab.ec2.send(
      new DescribeAddressesCommand({
        Filters: [...own(cluster), { Name: 'tag:mesoscale:role', Values: ['load-balancer'] }],
      }),
    );
    const [{ AllocationId, AssociationId } = {}] = Addresses;
    await lab.ec2.send(new DisassociateAddressCommand({ AssociationId }));
    await lab.ec2.send(new ReleaseAddressCommand({ AllocationId }));
    await healsFrom(cluster, idsOf(cluster, 'load-balancer'));
  });

  it('without its secret cannot start it, says so, and can still be removed', async () => {
    const cluster = await complete();
    const SecretId = `mesoscale/${cluster.id}`;
    await new SecretsManagerClient(config()).send(
      new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }),
    );
    await lab.terminate(idsOf(cluster, 'slave'));
    const isTold = async () =>
      (await cluster.log()).includes(`The secret ${SecretId} with the cluster's credentials is gone.`);
    await lab.cloud.until(isTold, { what: 'the reason in the log', withinSeconds: 4 * 3600, everySeconds: 60 });
    await cluster.remove();
  });
});
