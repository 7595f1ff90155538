import { execFileSync } from 'node:child_process';
import type { Example } from '../domain/release/example.ts';
import { containersOf, type Run, Sandbox, secret } from './sandbox.ts';

// A run starts some hundred processes; a busy machine may take its time.
jest.setTimeout(60_000);

const sandboxes: Sandbox[] = [];
afterAll(() => {
  for (const sandbox of sandboxes) sandbox.remove();
});

function healthyBalancer(example: Example = {}): Sandbox {
  const sandbox = new Sandbox('load-balancer', '10.0.0.40', example);
  sandboxes.push(sandbox);
  return sandbox
    .answer(':9090/_haproxy_health_check', '')
    .answer('/v1/agent/self', '{}')
    .answer('/v1/status/leader', '"10.0.0.11:8300"')
    .answer('https://ec2.eu-west-1.', '<instanceId>i-0aaaaaaaaaaaaaaa1</instanceId>');
}

/** Bodies of the calls to EC2. */
function ec2Calls(sandbox: Sandbox): string[] {
  const requests = sandbox.read('/requests').split('\u0001\n');
  return requests
    .filter((request) => request.startsWith('https://ec2.'))
    .map((request) => /Action=\S*/.exec(request)?.[0] ?? '');
}

const associate =
  'Action=AssociateAddress&AllocationId=eipalloc-0123456789abcdef0&InstanceId=i-0aaaaaaaaaaaaaaa1' +
  '&AllowReassociation=true&Version=2016-11-15';

describe('one of two load balancers of indigo_1', () => {
  const sandbox = healthyBalancer();
  let run: Run;
  beforeAll(async () => {
    run = await sandbox.run();
  });

  it('runs haproxy-consul beside a Consul client', () => {
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(Object.keys(containersOf(run))).toEqual(['consul', 'haproxy']);
    expect(containersOf(run).haproxy?.slice(2)).toEqual(['indigodatacloud/haproxy-consul:latest']);
    expect(sandbox.environment('haproxy')).toMatchObject({
      HAPROXY_MODE: 'marathon',
      CONSUL_CONNECT: '127.0.0.1:8500',
    });
    expect(run.calls).toContainEqual(expect.arrayContaining(['timeout', '127.0.0.1', '80']));
  });

  it('elects by unicast with the other one, and leaves taking the address to the election', () => {
    const config = sandbox.read('/etc/keepalived/keepalived.conf');
    expect(config).toContain('  unicast_src_ip 10.0.0.40\n  unicast_peer {\n    10.0.1.41\n  }\n');
    expect(config).toContain('  interface ens5\n');
    expect(config).toContain('  state BACKUP\n  nopreempt\n');
    expect(config).toMatch(/auth_pass [0-9a-f]{8}\n/);
    expect(sandbox.mode('/etc/keepalived/keepalived.conf')).toBe('600');
    expect(run.calls).toContainEqual(['systemctl', 'reload-or-restart', 'keepalived']);
    expect(ec2Calls(sandbox)).not.toContain(associate);
  });

  it('lets the kernel bind addresses it does not hold', () => {
    expect(sandbox.read('/etc/sysctl.d/90-mesoscale.conf')).toBe('net.ipv4.ip_nonlocal_bind = 1\n');
  });

  it('has a command for keepalived that takes the address as master only, and holds no secret', () => {
    const command = sandbox.path('/usr/local/lib/mesoscale/take-address');
    const notify = (state: string) =>
      execFileSync('bash', [command, 'INSTANCE', 'balancer', state, '100'], {
        env: { PATH: `${sandbox.root}/bin:/usr/bin:/bin`, MESOSCALE_ROOT: sandbox.root },
      });
    notify('BACKUP');
    expect(ec2Calls(sandbox)).not.toContain(associate);
    notify('MASTER');
    expect(ec2Calls(sandbox)).toContain(associate);

    expect(sandbox.mode('/usr/local/lib/mesoscale/take-address')).toBe('700');
    const text = sandbox.read('/usr/local/lib/mesoscale/take-address');
    for (const value of [secret.marathon.password, secret.consulGossipKey]) expect(text).not.toContain(value);
  });

  it('finds a replaced peer by itself, every minute', () => {
    expect(sandbox.read('/etc/systemd/system/mesoscale-peers.timer')).toContain('OnUnitActiveSec=60');
    sandbox.answer('https://ec2.eu-west-1.', '<privateIpAddress>10.0.2.99</privateIpAddress>').save();
    execFileSync('bash', [sandbox.path('/usr/local/lib/mesoscale/follow-peers')], {
      env: { PATH: `${sandbox.root}/bin:/usr/bin:/bin`, MESOSCALE_ROOT: sandbox.root },
    });
    expect(sandbox.read('/etc/keepalived/keepalived.conf')).toContain('    10.0.1.41\n    10.0.2.99\n');
  });
});

describe('a single load balancer of deep_1', () => {
  it('runs marathon-lb on all masters and takes the address itself', async () => {
    const sandbox = healthyBalancer({
      release: 'deep_1',
      software: { consulEnabled: false },
      loadBalancerIps: ['10.0.0.40'],
    });
    const run = await sandbox.run();
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(containersOf(run).haproxy?.slice(4)).toEqual([
      '--volume=/etc/mesoscale/haproxy:/etc/mesoscale/haproxy:ro',
      'mesosphere/marathon-lb:v1.15.0',
      ...['sse', '--group', 'external', '--marathon-auth-credential-file', '/etc/mesoscale/haproxy/credentials'],
      ...['--marathon', 'http://10.0.0.11:8080', 'http://10.0.1.12:8080', 'http://10.0.2.13:8080'],
    ]);
    expect(sandbox.read('/etc/mesoscale/haproxy/credentials')).toBe(`admin:${secret.marathon.password}\n`);
    expect(ec2Calls(sandbox)).toContain(associate);
    expect(sandbox.exists('/etc/keepalived/keepalived.conf')).toBe(false);
  });

  it('is not healthy while nobody holds the address', async () => {
    const sandbox = healthyBalancer({ software: { consulEnabled: false } }).answer(
      'https://ec2.eu-west-1.',
      '<addressesSet/>',
    );
    const run = await sandbox.run({ budget: 0 });
    expect(run.stderr).toMatch(
      /^gave up after \d+ s of waiting until one of the load balancers holds the cluster's address\n$/,
    );
  });
});
