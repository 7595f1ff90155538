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

const own = ({ id }: LabCluster) => [{ Name: 'tag:mesoscale:cluster-id', Values: [id] }];
const idsOf = (cluster: LabCluster, role: string) => cluster.alive(role).map(({ instanceId }) => instanceId);

async function complete(): Promise<LabCluster> {
  const cluster = await lab.create({});
  await cluster.untilStatus('CREATE_COMPLETE');
  await lab.untilWhole(cluster);
  return cluster;
}

async function healsFrom(cluster: LabCluster, lost: readonly string[]): Promise<void> {
  const doubts = async () => (await cluster.log()).split('what nodes stand on may be gone').length;
  const before = await doubts();
  await lab.terminate(lost);
  const isReplaced = () => {
    const ids = cluster.alive().map(({ instanceId }) => instanceId);
    return ids.length === 3 && lost.every((id) => !ids.includes(id));
  };
  await lab.cloud.until(isReplaced, { what: 'the replacement' });
  await lab.untilWhole(cluster, { withinSeconds: 7200 });
  expect(await doubts()).toBeGreaterThan(before);
}

async function deleteProfile(name: string): Promise<IAMClient> {
  const iam = lab.client(IAMClient);
  const profile = { InstanceProfileName: name };
  await iam.send(new RemoveRoleFromInstanceProfileCommand({ ...profile, RoleName: name }));
  await iam.send(new DeleteInstanceProfileCommand(profile));
  return iam;
}

async function deleteRole(RoleName: string): Promise<void> {
  const iam = await deleteProfile(RoleName);
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  for (const { PolicyArn } of AttachedPolicies) await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
}

async function releaseVirtualAddress(cluster: LabCluster): Promise<void> {
  const Filters = [...own(cluster), { Name: 'tag:mesoscale:role', Values: ['load-balancer'] }];
  const { Addresses = [] } = await lab.ec2.send(new DescribeAddressesCommand({ Filters }));
  for (const { AllocationId, AssociationId } of Addresses) {
    await lab.ec2.send(new DisassociateAddressCommand({ AssociationId }));
    await lab.ec2.send(new ReleaseAddressCommand({ AllocationId }));
  }
}

async function deleteLaunchTemplates(cluster: LabCluster): Promise<void> {
  const { LaunchTemplates = [] } = await lab.ec2.send(new DescribeLaunchTemplatesCommand({ Filters: own(cluster) }));
  for (const { LaunchTemplateId } of LaunchTemplates) {
    await lab.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
  }
}

describe('a complete cluster that needs new nodes', () => {
  it('makes its launch template again', async () => {
    const cluster = await complete();
    await deleteLaunchTemplates(cluster);
    await healsFrom(cluster, idsOf(cluster, 'slave'));
    await cluster.remove();
  });

  it('makes instance profiles, roles and the virtual address again', async () => {
    const cluster = await complete();
    await deleteProfile(`mesoscale-${cluster.id}-slave`);
    await healsFrom(cluster, idsOf(cluster, 'slave'));
    await deleteRole(`mesoscale-${cluster.id}-load-balancer`);
    await releaseVirtualAddress(cluster);
    await healsFrom(cluster, idsOf(cluster, 'load-balancer'));
    await cluster.remove();
  });

  it('gives a slot its old address in a new interface; without its secret it starts nothing, says so, and can be removed', async () => {
    const cluster = await complete();
    const [master] = cluster.alive('master');
    const { NetworkInterfaces = [] } = await lab.ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: own(cluster) }),
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

    const SecretId = `mesoscale/${cluster.id}`;
    const secrets = lab.client(SecretsManagerClient);
    await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    await lab.terminate(idsOf(cluster, 'slave'));
    const reason = `The secret ${SecretId} with the cluster's credentials is gone.`;
    const isTold = async () => (await cluster.log()).includes(reason);
    await lab.cloud.until(isTold, { what: 'the reason in the log', withinSeconds: 4 * 3600, everySeconds: 60 });
    await cluster.remove();
  });
});
