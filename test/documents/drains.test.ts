import { rmSync } from 'node:fs';
import { type Call, type Run, Sandbox } from './sandbox.ts';

// A run starts some dozens of processes; a busy machine may take its time.
jest.setTimeout(60_000);

const sandboxes: Sandbox[] = [];
afterAll(() => {
  for (const sandbox of sandboxes) sandbox.remove();
});

const common = {
  ClusterId: '0b9e2f4c-5a11-4c52-9d1c-7f2f0e6a1b2c',
  SignalsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/signals',
};
const agents = '/var/lib/mesoscale/whitelist/agents';
const all = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `10.0.0.${n}`).concat([4, 5, 6, 7].map((n) => `10.1.0.${n}`));

const running = (environment: readonly string[] = []) =>
  JSON.stringify([{ State: { Running: true }, Config: { Env: environment } }]);
const docker = (run: Run): Call[] => run.calls.filter(([name]) => name === 'docker').map(([, ...call]) => call);
const changes = (run: Run) => docker(run).filter(([verb]) => verb !== 'inspect' && verb !== 'version');

describe('cordon-nodes', () => {
  const master = (environment = ['MESOS_WHITELIST=/var/lib/mesoscale/whitelist/agents']) => {
    const sandbox = new Sandbox('master', '10.0.1.12');
    sandboxes.push(sandbox);
    sandbox.write('/docker/mesos-master.json', running(environment));
    return sandbox;
  };
  const cordon = (sandbox: Sandbox, Cordoned: string) => sandbox.load('cordon-nodes', { ...common, Cordoned }).run();

  it('leaves the cordoned addresses, and no others of the VPC, out of the whitelist, and replaces the list each time', async () => {
    const sandbox = master();
    const run = await cordon(sandbox, '10.0.0.3,10.1.0.7');
    expect([run.status, run.stderr, run.stdout]).toEqual([0, '', '2 addresses are cordoned\n']);
    const left = all.filter((address) => !['10.0.0.3', '10.1.0.7'].includes(address));
    expect(sandbox.read(agents)).toBe(`${left.join('\n')}\n`);
    await cordon(sandbox, '10.0.0.4');
    expect(sandbox.read(agents).split('\n')).toContain('10.0.0.3');
    expect(sandbox.read(agents).split('\n')).not.toContain('10.0.0.4');
    await cordon(sandbox, 'none');
    expect(sandbox.read(agents)).toBe(`${all.join('\n')}\n`);
    expect(docker(run)).toEqual([['inspect', 'mesos-master']]);
  });

  it('is kept by a start command, which makes the list anew', async () => {
    const sandbox = master();
    const start = sandbox.script;
    await cordon(sandbox, '10.0.0.3');
    sandbox.write('/var/lib/mesoscale/identity', '0b9e2f4c-5a11-4c52-9d1c-7f2f0e6a1b2c master 2 i-0aaaaaaaaaaaaaaa1\n');
    sandbox.write(agents, '');
    sandbox.script = start;
    await sandbox.run({ budget: 5 });
    expect(sandbox.read(agents)).toBe(`${all.filter((address) => address !== '10.0.0.3').join('\n')}\n`);
  });

  it('fails on a master that would not heed it', async () => {
    const run = await cordon(master([]), '10.0.0.3');
    expect(run.status).toBe(1);
    expect(run.stderr).toBe('the Mesos master of this node runs without a whitelist: it has to be started again\n');
  });

  it('lifts the cordon of one that does not heed it: it holds back nobody as it is', async () => {
    expect((await cordon(master([]), 'none')).status).toBe(0);
  });

  it('fails rather than leave a list without anybody', async () => {
    const sandbox = master().answer('/vpc-ipv4-cidr-blocks', '10.0.0.3/32');
    const run = await cordon(sandbox, '10.0.0.3');
    expect(run.stderr).toBe('no agent at all would be left in the whitelist\n');
    expect(sandbox.exists(agents)).toBe(false);
  });
});

describe('stop-agent', () => {
  const idle = '{"slave/tasks_running":0,"slave/executors_running":0}';
  const slave = (metrics: string | undefined = idle) => {
    const sandbox = new Sandbox('slave', '10.0.2.77');
    sandboxes.push(sandbox);
    sandbox.write('/docker/mesos-slave.json', running());
    sandbox.write('/docker/consul.json', running());
    sandbox.write('/var/lib/mesos/meta/slaves/latest', 'S1');
    return sandbox.answer('10.0.2.77:5051/metrics/snapshot', metrics);
  };
  const stop = (sandbox: Sandbox, environment: Record<string, string> = {}, LeaveConsul = 'true', Force = 'false') =>
    sandbox.load('stop-agent', { ...common, LeaveConsul, Force }).run({ budget: 1, environment });

  it('has the agent take leave for good, and leaves Consul', async () => {
    const sandbox = slave();
    const run = await stop(sandbox);
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(changes(run)).toEqual([
      ['update', '--restart=no', 'mesos-slave'],
      ['kill', '--signal=USR1', 'mesos-slave'],
      ['update', '--restart=no', 'consul'],
      ['exec', 'consul', 'consul', 'leave'],
    ]);
    expect(sandbox.exists('/var/lib/mesos/meta/slaves/latest')).toBe(false);
    // Again: there is nothing left to do.
    const again = await stop(sandbox, {}, 'false');
    expect(again.status).toBe(0);
    expect(changes(again)).toEqual([]);
  });

  it.each([
    ['a task', '{"slave/tasks_staging":1}', 1],
    ['an executor', '{"slave/executors_terminating":2}', 2],
  ])('leaves an agent with %s alone', async (_, metrics, count) => {
    const run = await stop(slave(metrics));
    expect([run.status, run.stderr]).toEqual([1, `the agent is busy: ${count} tasks and executors\n`]);
    expect(changes(run)).toEqual([]);
  });

  it.each([
    ['resources.info', 'cpus', 1],
    ['resources.target', 'cpus', 1],
    ['resources.info', '', 0],
  ])('leaves an agent alone on which something is reserved: %s of "%s"', async (file, content, status) => {
    const sandbox = slave();
    sandbox.write(`/var/lib/mesos/meta/resources/${file}`, content);
    const run = await stop(sandbox);
    expect([run.status, run.stderr]).toEqual([status, status ? 'the agent is busy: it has reserved resources\n' : '']);
    expect(changes(run).length > 0).toBe(status === 0);
  });

  it.each([
    ['runs tasks', '{"slave/tasks_running":3}'],
    ['does not answer', undefined],
  ])('ends an agent by force that %s', async (_, metrics) => {
    const run = await stop(slave().answer('10.0.2.77:5051/metrics/snapshot', metrics), {}, 'false', 'true');
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(changes(run)).toEqual([
      ['update', '--restart=no', 'mesos-slave'],
      ['kill', '--signal=USR1', 'mesos-slave'],
    ]);
  });

  it('leaves an agent alone that does not tell what it does', async () => {
    const run = await stop(slave().answer('10.0.2.77:5051/metrics/snapshot', undefined));
    expect(run.stderr).toBe('the Mesos agent does not answer: nobody can say what runs on it\n');
  });

  it('gives back an agent that does not end', async () => {
    const run = await stop(slave(), { FAKE_AGENT_STAYS: 'yes' });
    expect(run.stderr).toBe('the Mesos agent did not end within 60 s of being told to\n');
    expect(docker(run)).toContainEqual(['update', '--restart=always', 'mesos-slave']);
  });

  const silent = 'Docker does not answer: nobody can say whether the Mesos agent runs\n';

  it('takes no agent for stopped because Docker does not answer', async () => {
    const sandbox = slave();
    sandbox.write('/docker/dead', '');
    const run = await stop(sandbox);
    expect([run.status, run.stderr, changes(run)]).toEqual([1, silent, []]);
    expect(sandbox.exists('/var/lib/mesos/meta/slaves/latest')).toBe(true);
  });

  it('nor because Docker ends with it', async () => {
    const run = await stop(slave(), { FAKE_DOCKER_DIES: 'yes' });
    expect([run.status, run.stderr]).toEqual([1, silent]);
  });

  it('has nothing to do on a slave without an agent', async () => {
    const sandbox = slave();
    rmSync(sandbox.path('/docker/mesos-slave.json'));
    const run = await stop(sandbox, {}, 'false');
    expect([run.status, run.stderr, changes(run)]).toEqual([0, '', []]);
  });
});
