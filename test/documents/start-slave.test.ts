import type { Example } from '../domain/release/example.ts';
import { containersOf, Sandbox, secret } from './sandbox.ts';

// A run starts some hundred processes; a busy machine may take its time.
jest.setTimeout(60_000);

const sandboxes: Sandbox[] = [];
afterAll(() => {
  for (const sandbox of sandboxes) sandbox.remove();
});

function healthySlave(example: Example = {}): Sandbox {
  const sandbox = new Sandbox('slave', '10.0.2.77', example);
  sandboxes.push(sandbox);
  return sandbox
    .answer('10.0.2.77:5051/health', '')
    .answer('10.0.2.77:5051/metrics/snapshot', '{"slave/registered":1}')
    .answer('/v1/agent/self', '{}')
    .answer('/v1/status/leader', '"10.0.0.11:8300"');
}

/** For what is wrong with the host, before anything is started. */
const withoutConsul: Example = { software: { consulEnabled: false } };
const zk = '10.0.0.11:2181,10.0.1.12:2181,10.0.2.13:2181';

describe('a slave of indigo_1', () => {
  it('runs the Mesos agent with the host in its sight, and a Consul client', async () => {
    const sandbox = healthySlave();
    const run = await sandbox.run();
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(Object.keys(containersOf(run))).toEqual(['consul', 'mesos-slave']);
    expect(containersOf(run)['mesos-slave']).toEqual([
      ...['--env-file', '/etc/mesoscale/mesos-slave/environment', '--privileged', '--pid', 'host'],
      ...['--volume=/sys/fs/cgroup:/sys/fs/cgroup', '--volume=/var/run/docker.sock:/var/run/docker.sock'],
      ...[
        '--volume=/var/lib/mesos:/var/lib/mesos',
        '--volume=/var/run/mesos:/var/run/mesos',
        '--volume=/var/log/mesos:/var/log/mesos',
      ],
      'mesosphere/mesos-slave:0.28.0-2.0.16.ubuntu1404',
    ]);
    expect(sandbox.environment('mesos-slave')).toEqual({
      MESOS_MASTER: `zk://${zk}/mesos`,
      MESOS_IP: '10.0.2.77',
      MESOS_PORT: '5051',
      MESOS_HOSTNAME: '10.0.2.77',
      MESOS_HOSTNAME_LOOKUP: 'false',
      MESOS_WORK_DIR: '/var/lib/mesos',
      MESOS_LOG_DIR: '/var/log/mesos',
      MESOS_CONTAINERIZERS: 'docker,mesos',
      MESOS_EXECUTOR_REGISTRATION_TIMEOUT: '10mins',
      MESOS_DOCKER_REMOVE_DELAY: '1hrs',
      MESOS_SYSTEMD_ENABLE_SUPPORT: 'false',
      MESOS_SWITCH_USER: 'false',
      MESOS_ISOLATION: 'cgroups/cpu,cgroups/mem',
      MESOS_ATTRIBUTES:
        'group:slaves;zone:eu-west-1a;instance_type:m5.large;lifecycle:spot;instance_id:i-0aaaaaaaaaaaaaaa1',
      MESOS_DOCKER_MESOS_IMAGE: 'mesosphere/mesos-slave:0.28.0-2.0.16.ubuntu1404',
    });
    expect(JSON.parse(sandbox.read('/etc/mesoscale/consul/agent.json'))).toMatchObject({
      node_name: 'i-0aaaaaaaaaaaaaaa1',
      leave_on_terminate: true,
    });
    expect(JSON.stringify(run.calls)).not.toContain(secret.consulGossipKey);
  });

  it('makes the agent forget its old id when its attributes change, and only then', async () => {
    const sandbox = healthySlave(withoutConsul);
    await sandbox.run();
    sandbox.write('/var/lib/mesos/meta/slaves/latest', 'S1');
    await sandbox.run();
    expect(sandbox.exists('/var/lib/mesos/meta/slaves/latest')).toBe(true);
    await sandbox.answer('/latest/meta-data/instance-type', 'm5.xlarge').run();
    expect(sandbox.exists('/var/lib/mesos/meta/slaves/latest')).toBe(false);
  });
});

describe('a slave with GPUs', () => {
  const gpu: Example = { release: 'deep_1', software: { gpuEnabled: true, consulEnabled: false } };

  it('offers them where the node has any', async () => {
    const sandbox = healthySlave(gpu);
    sandbox.write('/sys/bus/pci/devices/0000:00:1e.0/vendor', '0x10de\n');
    sandbox.write('/dev/nvidiactl', '');
    const run = await sandbox.run();
    expect(run.stderr).toBe('');
    const options = containersOf(run)['mesos-slave'];
    expect(options).toEqual(expect.arrayContaining(['--gpus', 'all', '--volume=/var/lib/mesos:/var/lib/mesos:shared']));
    expect(sandbox.environment('mesos-slave')).toMatchObject({
      MESOS_ISOLATION: 'cgroups/cpu,cgroups/mem,docker/runtime,filesystem/linux,cgroups/devices,gpu/nvidia',
      MESOS_IMAGE_PROVIDERS: 'docker',
    });
  });

  it('says that the driver is missing', async () => {
    const sandbox = healthySlave(gpu);
    sandbox.write('/sys/bus/pci/devices/0000:00:1e.0/vendor', '0x10de\n');
    expect((await sandbox.run()).stderr).toMatch(/^the node has an NVIDIA GPU but no driver: /);
  });
});

describe('a host that the agent cannot run on', () => {
  it.each([
    ['cgroup v2', { FAKE_CGROUPS: 'cgroup2fs' }, /^the host uses cgroup v2, which the Mesos agent cannot read: .*\n$/],
    [
      'too new a Docker',
      { FAKE_DOCKER_API: '1.24' },
      /^Docker on the host refuses clients below API 1\.24, .* has 1\.22: use/,
    ],
  ])('is refused for %s', async (_, environment, message) => {
    const run = await healthySlave(withoutConsul).run({ environment });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(message);
    expect(containersOf(run)).toEqual({});
  });

  it('is refused by old agents, and only by them, for mixed cgroups', async () => {
    const [old, newer] = [healthySlave(withoutConsul), healthySlave({ ...withoutConsul, release: 'deep_1' })];
    for (const sandbox of [old, newer]) sandbox.write('/sys/fs/cgroup/unified/cgroup.procs', '');
    const [oldRun, newerRun] = await Promise.all([old.run(), newer.run()]);
    expect(oldRun.stderr).toMatch(/^the host mixes cgroup v1 and v2, which the Mesos agent of indigo_1 cannot read: /);
    expect(newerRun.status).toBe(0);
  });
});

describe('extra volumes', () => {
  const volumes = [
    { name: 'data', sizeGiB: 10, location: '/mnt/data' },
    { name: 'scratch', sizeGiB: 20, location: '/scratch' },
  ];

  it('are mounted in the order of their attachment, and formatted only if they are empty', async () => {
    const sandbox = healthySlave({ ...withoutConsul, volumes });
    const run = await sandbox.run();
    expect(run.stderr).toBe('');
    expect(run.calls.filter(([name]) => name === 'mount' || name === 'mkfs.ext4')).toEqual([
      ['mkfs.ext4', '-q', '/dev/nvme2n1'],
      ['mount', '/dev/nvme2n1', '/mnt/data'],
      ['mount', '/dev/nvme1n1', '/scratch'],
    ]);
    expect(sandbox.read('/etc/fstab')).toBe(
      'UUID=uuid-of-nvme2n1 /mnt/data auto defaults,nofail 0 2\nUUID=uuid-of-nvme1n1 /scratch auto defaults,nofail 0 2\n',
    );
  });

  it.each(['/usr/local', '/mnt/../etc', '/var/lib/docker'])('are not mounted at %s', async (location) => {
    const run = await healthySlave({ ...withoutConsul, volumes: [{ name: 'data', sizeGiB: 10, location }] }).run();
    expect(run.stderr).toContain(`volume data: location ${location} `);
    expect(run.calls.some(([name]) => name === 'mkfs.ext4')).toBe(false);
  });
});
