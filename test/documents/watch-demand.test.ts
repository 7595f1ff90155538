import { execFile } from 'node:child_process';
import { Sandbox, secret } from './sandbox.ts';

jest.setTimeout(60_000);

/** What the master's Marathon and Chronos answer at one look. */
interface Look {
  readonly leader?: string;
  readonly queue?: readonly { readonly count: number; readonly delay: { readonly overdue: boolean } }[];
  readonly jobs?: string;
}

const waiting = { count: 3, delay: { overdue: true } };
const backingOff = { count: 3, delay: { overdue: false } };
const sandbox = new Sandbox('master', '10.0.1.12');

beforeAll(async () => {
  for (const [part, body] of [
    ['/metrics/snapshot', '{"master/elected":0}'],
    [
      '10.0.0.11:5050/metrics/snapshot',
      '{"master/elected":1,"registrar/log/recovered":1,"registrar/log/ensemble_size":3}',
    ],
    [':5050/master/health', ''],
    [':8080/ping', 'pong'],
    [':8080/v2/info', '{"frameworkId":"marathon-1"}'],
    [':4400/ping', 'pong'],
    [':4400/scheduler/jobs', '[]'],
    ['/v1/status/leader', '"10.0.0.11:8300"'],
    ['/v1/status/peers', '["10.0.0.11:8300","10.0.1.12:8300"]'],
    ['/v1/catalog/service/mesos', '[{}]'],
  ] as const) {
    sandbox.answer(part, body);
  }
  expect((await sandbox.run()).stderr).toBe('');
});
afterAll(() => sandbox.remove());

/** Runs the service for so many looks. @returns the signals it has sent */
async function signalsDuring(looks: readonly Look[]): Promise<readonly string[]> {
  looks.forEach((look, index) => {
    const rules = [
      ['/v2/leader', JSON.stringify({ leader: `${look.leader ?? '10.0.1.12'}:8080` })],
      ['/v2/queue', JSON.stringify({ queue: look.queue ?? [] })],
      ['/scheduler/graph/csv', look.jobs ?? ''],
    ];
    sandbox.save();
    const common = sandbox.read('/http');
    sandbox.write(`/looks/${index}`, `${rules.map((rule) => `${rule.join('\t')}\n`).join('')}${common}`);
  });
  sandbox.write('/requests', '');
  sandbox.write('/bin/sleep', nextLook, 0o755);
  sandbox.write('/look', '0');
  sandbox.write('/http', sandbox.read('/looks/0'));
  await new Promise((resolve) => {
    const env = {
      PATH: `${sandbox.root}/bin:/usr/bin:/bin`,
      MESOSCALE_ROOT: sandbox.root,
      LOOKS: String(looks.length),
    };
    execFile(sandbox.path('/usr/local/lib/mesoscale/watch-demand'), { env }, resolve);
  });
  const requests = sandbox.read('/requests').split('\u0001\n');
  return requests.filter((request) => request.includes('AmazonSQS.SendMessage'));
}

/** In the place of `sleep`: puts the next answers into effect, and ends the service after the last. */
const nextLook = `#!/bin/bash
look=$(($(cat "$MESOSCALE_ROOT/look") + 1))
if [ "$look" -ge "$LOOKS" ]; then kill -TERM "$PPID"; exit; fi
echo "$look" >"$MESOSCALE_ROOT/look"
cp "$MESOSCALE_ROOT/looks/$look" "$MESOSCALE_ROOT/http"
`;

describe('the watch for demand on a master', () => {
  it('tells of work that waits at two looks in a row, once for a burst', async () => {
    const signals = await signalsDuring([{}, { queue: [waiting] }, { queue: [waiting] }, { queue: [waiting] }, {}]);
    expect(signals).toHaveLength(1);
    expect(signals[0]).toContain('load-changed');
    expect(signals[0]).toContain('i-0aaaaaaaaaaaaaaa1');
  });

  it('tells of jobs that are queued', async () => {
    const jobs = 'node,b,fresh,queued';
    expect(await signalsDuring([{ jobs }, { jobs }])).toHaveLength(1);
  });

  it('tells again in its own time of work that waits after a pause', async () => {
    const burst = { queue: [waiting] };
    expect(await signalsDuring([burst, burst, {}, burst, burst, burst])).toHaveLength(1);
  });

  it.each([
    ['a moment between two offers', [{ queue: [waiting] }, {}, { queue: [waiting] }, {}]],
    ['work that fails and is tried again later', [{ queue: [backingOff] }, { queue: [backingOff] }]],
    ['jobs that run or are idle', [{ jobs: 'node,a,fresh,running' }, { jobs: 'node,a,fresh,running' }]],
    [
      'another master’s Marathon',
      [
        { leader: '10.0.0.11', queue: [waiting] },
        { leader: '10.0.0.11', queue: [waiting] },
      ],
    ],
  ])('says nothing of %s', async (_, looks) => {
    expect(await signalsDuring(looks)).toEqual([]);
  });

  it('is readable by root only and holds no password', () => {
    expect(sandbox.mode('/usr/local/lib/mesoscale/watch-demand')).toBe('700');
    const script = sandbox.read('/usr/local/lib/mesoscale/watch-demand');
    for (const { password } of [secret.marathon, secret.chronos, secret.mesos]) expect(script).not.toContain(password);
  });

  it('asks with the accounts of Marathon and Chronos', async () => {
    await signalsDuring([{}]);
    const asked = sandbox.read('/requests').split('\u0001\n');
    expect(asked.find((request) => request.includes(':8080/v2/queue'))).toContain("marathon-Pa55 'word ");
    expect(asked.find((request) => request.includes(':4400/scheduler/graph/csv'))).toContain('chronos-Pa55`word`');
  });

  it('is left alone by a second start', async () => {
    sandbox.write(
      '/bin/systemctl',
      '#!/bin/bash\nprintf "systemctl\\002%s\\001\\n" "$*" >>"$MESOSCALE_ROOT/calls"\n',
      0o755,
    );
    const run = await sandbox.run();
    expect([run.status, run.stderr]).toEqual([0, '']);
    const asked = run.calls.filter(([command]) => command === 'systemctl').map(([, words]) => words);
    expect(asked).toContain('is-active --quiet mesoscale-watch-demand.service');
    expect(asked).not.toContain('restart mesoscale-watch-demand.service');
    expect(sandbox.read('/etc/systemd/system/mesoscale-watch-demand.service')).toContain('Restart=always');
  });
});
