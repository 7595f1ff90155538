import type { NodeRole } from '../../lambdas/contracts/cluster.ts';
import { renderUserData } from '../../lambdas/domain/release/user-data.ts';
import { Sandbox } from './sandbox.ts';

// A run starts some hundred processes; a busy machine may take its time.
jest.setTimeout(60_000);

const sandboxes: Sandbox[] = [];
afterAll(() => {
  for (const sandbox of sandboxes) sandbox.remove();
});

/** A fresh Ubuntu host. */
function freshHost(role: NodeRole): Sandbox {
  const sandbox = new Sandbox(role, '10.0.0.40');
  sandboxes.push(sandbox);
  sandbox.script = renderUserData({
    clusterId: '0b9e2f4c-5a11-4c52-9d1c-7f2f0e6a1b2c',
    role,
    region: 'eu-west-1',
    signalsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/signals',
  });
  sandbox.write('/etc/os-release', 'ID=ubuntu\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\n');
  sandbox.write('/etc/default/grub.d/50-cloudimg.cfg', '');
  sandbox.write('/etc/chrony/sources.d/README', '');
  sandbox.write('/run/empty', '');
  sandbox.write('/var/lib/mesoscale/host', '');
  return sandbox;
}

describe('the first boot of a host', () => {
  it('installs what is missing, makes the SSM agent run, and says that the node is online', async () => {
    const host = freshHost('load-balancer');
    const { status, calls } = await host.run();
    expect(status).toBe(0);
    expect(host.read('/var/lib/mesoscale/host')).toBe('ready\n');
    expect(calls).toContainEqual(expect.arrayContaining(['apt-get', 'install', 'keepalived', 'chrony']));
    expect(calls).toContainEqual(['systemctl', 'enable', '--now', 'amazon-ssm-agent.service']);
    expect(calls.at(-1)).toEqual(['systemctl', 'start', 'mesoscale-online.service']);
    expect(host.read('/etc/chrony/sources.d/amazon.sources')).toContain('169.254.169.123');
  });

  it('says so at every boot, signed as the node', async () => {
    const host = freshHost('master');
    await host.run();
    host.script = host.read('/usr/local/lib/mesoscale/say-online');
    expect((await host.run()).status).toBe(0);
    expect(host.read('/requests')).toContain(
      String.raw`{"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/123456789012/signals","MessageBody":"{\"kind\":\"node-online\",\"clusterId\":\"0b9e2f4c-5a11-4c52-9d1c-7f2f0e6a1b2c\",\"instanceId\":\"i-0aaaaaaaaaaaaaaa1\"}"}`,
    );
  });

  it('gives a slave legacy cgroups, by one reboot', async () => {
    const host = freshHost('slave');
    const { calls } = await host.run({ environment: { FAKE_CGROUPS: 'cgroup2fs' } });
    expect(host.read('/var/lib/mesoscale/host')).toBe('reboot\n');
    expect(host.read('/etc/default/grub.d/99-mesoscale.cfg')).toBe(
      'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1"\n',
    );
    expect(calls.map((call) => call.slice(0, 2).join(' '))).toEqual(
      expect.arrayContaining(['update-grub', 'systemctl stop']),
    );
    expect(calls.at(-1)).toEqual(['systemctl', 'reboot']);

    host.script = host
      .read('/usr/local/lib/mesoscale/say-online')
      .replaceAll('/var/lib/mesoscale', host.path('/var/lib/mesoscale'));
    await host.run();
    expect(host.read('/var/lib/mesoscale/host')).toBe('ready\n');
  });

  it('leaves a master with the cgroups it has', async () => {
    const { calls } = await freshHost('master').run({ environment: { FAKE_CGROUPS: 'cgroup2fs' } });
    expect(calls.some(([name]) => name === 'update-grub')).toBe(false);
  });

  it('records what went wrong, for the start script to tell', async () => {
    const host = freshHost('slave');
    expect((await host.run({ environment: { FAKE_APT_FAILS: 'yes' } })).status).toBe(1);
    expect(host.read('/var/lib/mesoscale/host')).toBe('failed: the package lists could not be read\n');
  });
});
