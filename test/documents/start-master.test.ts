import type { ReleaseName } from '../../lambdas/contracts/cluster.ts';
import type { Example } from '../domain/release/example.ts';
import { containersOf, type Run, Sandbox, secret } from './sandbox.ts';

// A run starts some hundred processes; a busy machine may take its time.
jest.setTimeout(60_000);

const sandboxes: Sandbox[] = [];
afterAll(() => {
  for (const sandbox of sandboxes) sandbox.remove();
});

/** The second of three masters, whose peers and own software all answer well. */
function healthyMaster(example: Example = {}, ip = '10.0.1.12'): Sandbox {
  const sandbox = new Sandbox('master', ip, example);
  sandboxes.push(sandbox);
  return sandbox
    .answer('/metrics/snapshot', '{"master/elected":0}')
    .answer(
      '10.0.0.11:5050/metrics/snapshot',
      '{"master/elected":1,"registrar/log/recovered":1,"registrar/log/ensemble_size":3}',
    )
    .answer(':5050/master/health', '')
    .answer(':8080/ping', 'pong')
    .answer(':8080/v2/info', '{"frameworkId":"marathon-1"}')
    .answer(':4400/ping', 'pong')
    .answer(':4400/scheduler/jobs', '[]')
    .answer(':4400/v1/scheduler/jobs', '[]')
    .answer('/v1/status/leader', '"10.0.0.11:8300"')
    .answer('/v1/status/peers', '["10.0.0.11:8300","10.0.1.12:8300"]')
    .answer('/v1/catalog/service/mesos', '[{}]');
}

/** Ends a run at ZooKeeper, for tests of what comes before. */
const noQuorum = { budget: 0, environment: { FAKE_ZOOKEEPER_MODE: 'none' } };
const zk = '10.0.0.11:2181,10.0.1.12:2181,10.0.2.13:2181';
const passwords = [secret.mesos.password, secret.marathon.password, secret.chronos.password];
const secretTexts = [...passwords, secret.consulGossipKey];

describe('a master of indigo_1', () => {
  const sandbox = healthyMaster();
  let first: Run;
  let second: Run;
  beforeAll(async () => {
    first = await sandbox.run();
    second = await sandbox.run();
  });

  it('succeeds, with a few lines of progress and nothing on standard error', () => {
    expect(first.stderr).toBe('');
    expect(first.status).toBe(0);
    expect(first.stdout.length).toBeLessThan(1500);
    expect(first.stdout).toMatch(/master 2 of 3 is healthy\n$/);
  });

  it('starts its containers in the order of their dependencies', () => {
    const order = ['consul', 'zookeeper', 'mesos-master', 'marathon', 'chronos', 'mesos-consul', 'marathon-consul'];
    expect(Object.keys(containersOf(first))).toEqual(order);
  });

  it('starts each container in the common way', () => {
    const run = first.calls.find((call) => call.includes('zookeeper') && call[1] === 'run');
    expect(run?.slice(0, 5)).toEqual(['docker', 'run', '--detach', '--name', 'zookeeper']);
    expect(run?.slice(7, 17)).toEqual([
      ...['--restart', 'always', '--network', 'host', '--log-driver', 'json-file'],
      ...['--log-opt', 'max-size=50m', '--log-opt', 'max-file=5'],
    ]);
  });

  it('runs ZooKeeper as the member of its slot', () => {
    expect(containersOf(first).zookeeper).toEqual([
      ...['--env-file', '/etc/mesoscale/zookeeper/environment'],
      ...['--volume=/var/lib/zookeeper/data:/data', '--volume=/var/lib/zookeeper/datalog:/datalog', 'zookeeper:3.4.14'],
    ]);
    expect(sandbox.environment('zookeeper')).toMatchObject({
      ZOO_MY_ID: '2',
      ZOO_SERVERS: 'server.1=10.0.0.11:2888:3888 server.2=10.0.1.12:2888:3888 server.3=10.0.2.13:2888:3888',
      ZOO_STANDALONE_ENABLED: 'false',
      ZOO_ADMINSERVER_ENABLED: 'false',
    });
    expect(sandbox.read('/var/lib/zookeeper/data/myid')).toBe('2\n');
  });

  it('runs a Mesos master with a replicated registry, protected by the flag of 0.28', () => {
    expect(containersOf(first)['mesos-master']).toEqual([
      ...['--env-file', '/etc/mesoscale/mesos-master/environment'],
      ...['--volume=/var/lib/mesos:/var/lib/mesos', '--volume=/var/log/mesos:/var/log/mesos'],
      '--volume=/var/lib/mesoscale/whitelist:/var/lib/mesoscale/whitelist:ro',
      '--volume=/etc/mesoscale/mesos-master:/etc/mesoscale/mesos-master:ro',
      'mesosphere/mesos-master:0.28.0-2.0.16.ubuntu1404',
      '--registry=replicated_log',
    ]);
    expect(sandbox.environment('mesos-master')).toEqual({
      MESOS_IP: '10.0.1.12',
      MESOS_PORT: '5050',
      MESOS_HOSTNAME: '10.0.1.12',
      MESOS_HOSTNAME_LOOKUP: 'false',
      MESOS_ZK: `zk://${zk}/mesos`,
      MESOS_QUORUM: '2',
      MESOS_WORK_DIR: '/var/lib/mesos',
      MESOS_LOG_DIR: '/var/log/mesos',
      MESOS_CLUSTER: 'indigo-test',
      MESOS_OFFER_TIMEOUT: '30secs',
      MESOS_WHITELIST: '/var/lib/mesoscale/whitelist/agents',
      MESOS_REGISTRY_FETCH_TIMEOUT: '3mins',
      MESOS_CREDENTIALS: '/etc/mesoscale/mesos-master/credentials.json',
      MESOS_AUTHENTICATE_HTTP: 'true',
    });
    expect(JSON.parse(sandbox.read('/etc/mesoscale/mesos-master/credentials.json'))).toEqual({
      credentials: [{ principal: 'admin', secret: secret.mesos.password }],
    });
  });

  it('runs Marathon with TLS beside plain HTTP', () => {
    expect(sandbox.environment('marathon')).toEqual({
      LIBPROCESS_IP: '10.0.1.12',
      LIBPROCESS_PORT: '9191',
      MARATHON_MASTER: `zk://${zk}/mesos`,
      MARATHON_ZK: `zk://${zk}/marathon`,
      MARATHON_HOSTNAME: '10.0.1.12',
      MARATHON_FRAMEWORK_NAME: 'marathon',
      MARATHON_HTTP_PORT: '8080',
      MARATHON_TASK_LAUNCH_TIMEOUT: '600000',
      JAVA_OPTS: '-Xmx1953m',
      MESOSPHERE_HTTP_CREDENTIALS: `admin:${secret.marathon.password}`,
      MARATHON_HTTPS_PORT: '8443',
      MARATHON_SSL_KEYSTORE_PATH: '/etc/mesoscale/marathon/keystore.jks',
      MESOSPHERE_KEYSTORE_PASS: 'random-keystore-password',
    });
  });

  it('runs Chronos 2.4 by its jar command, off the port of Marathon', () => {
    const [command, , ...flags] = containersOf(first).chronos?.slice(7) ?? [];
    expect(command).toMatch(/^exec \/usr\/bin\/chronos run_jar "\$@" --http_port 4400 --http_credentials "\$MESOS/);
    expect(flags).toEqual([
      ...['--master', `zk://${zk}/mesos`, '--zk_hosts', zk, '--zk_path', '/chronos/state', '--hostname', '10.0.1.12'],
      ...['--mesos_framework_name', 'chronos', '--disable_after_failures', '1'],
      ...['--https_port', '4443', '--ssl_keystore_path', '/etc/mesoscale/chronos/keystore.jks'],
    ]);
  });

  it('runs the bridges to Consul', () => {
    expect(containersOf(first)['mesos-consul']?.slice(1)).toEqual([
      `--zk=zk://${zk}/mesos`,
      '--mesos-ip-order=mesos,host',
    ]);
    expect(containersOf(first)['marathon-consul']?.slice(4)).toEqual([
      ...['ciscocloud/marathon-consul:latest', '-c', 'exec "$@" --marathon-password "$MARATHON_PASSWORD"', 'sh'],
      ...['/entry', 'point', '--registry', 'http://127.0.0.1:8500', '--marathon-location', '10.0.1.12:8080'],
      ...['--marathon-username', 'admin'],
    ]);
  });

  it('makes Consul a server that knows all masters', () => {
    expect(JSON.parse(sandbox.read('/etc/mesoscale/consul/agent.json'))).toMatchObject({
      node_name: 'master-2',
      server: true,
      bootstrap_expect: 3,
      bind_addr: '10.0.1.12',
      client_addr: '127.0.0.1 10.0.1.12',
      retry_join: ['10.0.0.11', '10.0.1.12', '10.0.2.13'],
      encrypt: secret.consulGossipKey,
    });
  });

  it('puts no secret into any argument list, output or log, and keeps settings to root', () => {
    const seen = JSON.stringify([
      first.calls,
      first.stdout,
      first.stderr,
      sandbox.read('/var/log/mesoscale/start.log'),
    ]);
    for (const text of [...secretTexts, 'sk-secret', 'session-secret', 'imds-t0ken', 'random-keystore-password']) {
      expect(seen).not.toContain(JSON.stringify(text).slice(1, -1));
    }
    expect(sandbox.mode('/etc/mesoscale/marathon')).toBe('700');
    expect(sandbox.mode('/etc/mesoscale/marathon/environment')).toBe('600');
    expect(sandbox.mode('/etc/mesoscale/mesos-master/credentials.json')).toBe('600');
    expect(sandbox.mode('/etc/mesoscale/consul/agent.json')).toBe('600');
  });

  it('signals its end', () => {
    const signals = sandbox
      .read('/requests')
      .split('\u0001\n')
      .filter((request) => request.startsWith('https://sqs.'));
    expect(signals).toHaveLength(2);
    expect(signals[0]).toContain('AmazonSQS.SendMessage');
    expect(signals[0]).toContain('node-started');
    expect(signals[0]).toContain('i-0aaaaaaaaaaaaaaa1');
  });

  it('leaves everything as it is when it is run again', () => {
    expect(second.status).toBe(0);
    expect(containersOf(second)).toEqual({});
    expect(second.calls.filter((call) => call[1] === 'rm')).toEqual([]);
    expect(second.calls.some((call) => call[0] === 'openssl')).toBe(false);
  });
});

describe('masters of other releases', () => {
  const withRelease = (release: ReleaseName, example: Example = {}) => healthyMaster({ release, ...example });

  it('protects reading as well from 1.x on, unless mesos-consul must read', async () => {
    const [indigo, deep] = [withRelease('indigo_2'), withRelease('deep_1', { software: { gpuEnabled: true } })];
    const [indigoRun, deepRun] = await Promise.all([indigo.run(), deep.run()]);
    expect([indigoRun.stderr, deepRun.stderr]).toEqual(['', '']);
    expect(indigo.environment('mesos-master')).toMatchObject({ MESOS_AUTHENTICATE_HTTP_READWRITE: 'true' });
    expect(indigo.environment('mesos-master')).not.toHaveProperty('MESOS_AUTHENTICATE_HTTP_READONLY');
    expect(deep.environment('mesos-master')).toMatchObject({
      MESOS_AUTHENTICATE_HTTP_READWRITE: 'true',
      MESOS_AUTHENTICATE_HTTP_READONLY: 'true',
      MESOS_FILTER_GPU_RESOURCES: 'false',
    });

    expect(containersOf(indigoRun).chronos?.slice(3, 6)).toEqual([
      'mesosphere/chronos:v3.0.2',
      '--master',
      `zk://${zk}/mesos`,
    ]);
    expect(indigo.environment('chronos')).toMatchObject({ PORT0: '4400', PORT1: '9192', LIBPROCESS_IP: '10.0.1.12' });
    expect(containersOf(deepRun).chronos?.slice(3)).toEqual(['indigodatacloud/chronos:3.0.2_gpu']);
    expect(deep.environment('chronos')).toMatchObject({
      CHRONOS_HTTP_PORT: '4400',
      CHRONOS_HTTPS_PORT: '4443',
      CHRONOS_MASTER: `zk://${zk}/mesos`,
      CHRONOS_ENABLE_FEATURES: 'gpu_resources',
      MESOSPHERE_HTTP_CREDENTIALS: `admin:${secret.chronos.password}`,
    });
    expect(deep.environment('chronos')).not.toHaveProperty('CHRONOS_HTTP_CREDENTIALS');
    expect(deep.environment('marathon')).toMatchObject({ MARATHON_ENABLE_FEATURES: 'gpu_resources' });
    expect(Object.keys(containersOf(deepRun))).toEqual(['consul', 'zookeeper', 'mesos-master', 'marathon', 'chronos']);
  });

  it('runs alone, without what is switched off', async () => {
    const off = { consulEnabled: false, chronosEnabled: false, mesosAuthenticateHttp: false, marathonTls: false };
    const single = healthyMaster({ masters: 1, software: off }, '10.0.0.11');
    const run = await single.run({ environment: { FAKE_ZOOKEEPER_MODE: 'standalone' } });
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(Object.keys(containersOf(run))).toEqual(['zookeeper', 'mesos-master', 'marathon']);
    expect(single.environment('mesos-master')).toMatchObject({ MESOS_QUORUM: '1' });
    expect(single.environment('mesos-master')).not.toHaveProperty('MESOS_AUTHENTICATE_HTTP');
    expect(single.environment('marathon')).not.toHaveProperty('MARATHON_HTTPS_PORT');
    expect(single.exists('/etc/mesoscale/marathon/keystore.jks')).toBe(false);
  });
});

describe('a master that cannot become healthy', () => {
  it('says in one line which check never passed, signals, and replaces only that container next time', async () => {
    const sandbox = healthyMaster({ software: { chronosEnabled: false } }).answer(':8080/ping', undefined);
    const failed = await sandbox.run({ budget: 0 });
    expect(failed.status).toBe(1);
    expect(failed.stderr).toMatch(
      /^gave up after \d+ s of waiting until Marathon answers through this master and is registered with Mesos: container marathon is running, restarted 7 times, last exit code 0\n$/,
    );
    expect(sandbox.read('/requests')).toContain('node-started');

    const healed = await sandbox.answer(':8080/ping', 'pong').run();
    expect([healed.status, healed.stderr]).toEqual([0, '']);
    expect(Object.keys(containersOf(healed))).toEqual(['marathon']);
  });

  it('refuses to be a master without a slot, before it starts anything', async () => {
    const run = await healthyMaster({}, '10.0.9.9').run();
    expect(run.stderr).toBe(
      "address 10.0.9.9 of this node is not among the masters' (10.0.0.11,10.0.1.12,10.0.2.13)\n",
    );
    expect(containersOf(run)).toEqual({});
  });

  it('wipes what another instance has left before it starts', async () => {
    const sandbox = healthyMaster({ software: { chronosEnabled: false, consulEnabled: false } });
    sandbox.write('/var/lib/mesoscale/identity', 'another cluster\n');
    sandbox.write('/var/lib/zookeeper/data/myid', '3\n');
    sandbox.write('/var/lib/mesos/replicated_log/000001.log', 'voted');
    await sandbox.run(noQuorum);
    expect(sandbox.exists('/var/lib/mesos/replicated_log')).toBe(false);
    expect(sandbox.read('/var/lib/zookeeper/data/myid')).toBe('2\n');
  });

  it('begins a new registry after the loss of a majority, and keeps what ZooKeeper has', async () => {
    const sandbox = healthyMaster({ founders: ['10.0.0.11', '10.0.1.12'] });
    await sandbox.run(noQuorum);
    sandbox.write('/var/lib/zookeeper/data/version-2/log.1', 'state');
    sandbox.write('/var/lib/mesos/replicated_log/000001.log', 'voted');
    const run = await sandbox.run();
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(sandbox.exists('/var/lib/mesos/replicated_log')).toBe(false);
    expect(sandbox.exists('/var/lib/zookeeper/data/version-2/log.1')).toBe(true);
  });

  it('waits for the founders’ quorum if it is none of them', async () => {
    const run = await healthyMaster({ founders: ['10.0.0.11', '10.0.2.13'] }).run(noQuorum);
    expect(run.stderr).toContain('ZooKeeper of the founders is a quorum');
    expect(containersOf(run)).toEqual({});
  });

  it('does not count as master with two leaders or none', async () => {
    const sandbox = healthyMaster().answer('/metrics/snapshot', '{"master/elected":1}');
    expect((await sandbox.run({ budget: 0 })).stderr).toContain('one of the Mesos masters leads and has its registry');
  });
});

describe('any start script', () => {
  it('reboots the node by way of SSM if kernel parameters wait for it', async () => {
    const sandbox = healthyMaster();
    sandbox.write('/var/lib/mesoscale/host', 'reboot\n');
    const run = await sandbox.run();
    expect([run.status, run.stderr]).toEqual([194, '']);
  });

  it('passes on why the host could not be prepared', async () => {
    const sandbox = healthyMaster();
    sandbox.write('/var/lib/mesoscale/host', 'failed: Docker 24.0.9 could not be installed\n');
    const run = await sandbox.run();
    expect([run.status, run.stderr]).toEqual([
      1,
      'the host could not be prepared: Docker 24.0.9 could not be installed\n',
    ]);
  });

  it('names the image that cannot be pulled', async () => {
    const run = await healthyMaster({ registry: 'mirror.example.org/mesos' }).run({
      environment: { FAKE_PULL_FAILS: 'yes' },
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/^image mirror\.example\.org\/mesos\/zookeeper:3\.4\.14 could not be pulled: .*\n$/);
  });

  it('logs in to a registry of Amazon with a password that is in no argument', async () => {
    const sandbox = healthyMaster({ registry: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror' });
    sandbox.answer(
      'https://api.ecr.eu-central-1.',
      '{"authorizationData":[{"authorizationToken":"QVdTOmVjci1wYXNzd29yZA=="}]}',
    );
    const run = await sandbox.run(noQuorum);
    expect(sandbox.read('/docker/logins')).toMatch(/^(ecr-password)+$/);
    expect(JSON.stringify(run.calls)).not.toContain('ecr-password');
  });
});
