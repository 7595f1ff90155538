import { parseQueued, parseQueuedJobs, readChronosDemand } from '../../lambdas/adapters/chronos-demand.ts';
import { accounts } from '../local/nodes/cluster-harness.ts';
import { type Reply, serve, type TestServer } from '../support/http-server.ts';

const job = (name: string, more: object = {}) => ({
  ...{ name, command: 'true', cpus: 1, mem: 512, disk: 10, disabled: false, constraints: [], ...more },
});
const waiting = (id: string) => ({
  ...{ scheduler: 'chronos', id, count: 1, need: { cpus: 1, mem: 512, disk: 10, gpus: 0 }, backOffSeconds: 0 },
  ...{ constraints: [], hostPorts: [], hosts: [], resident: false, reasons: [] },
});

describe('what waits in Chronos', () => {
  let server: TestServer;
  let replies: Readonly<Record<string, Reply>>;
  beforeEach(async () => {
    server = await serve(({ path }) => replies[path]);
  });
  afterEach(() => server.close());
  const read = (release: 'indigo_1' | 'indigo_2' | 'deep_1' = 'indigo_1') =>
    readChronosDemand(
      { masterIps: ['127.0.0.1'], account: accounts.chronos, port: server.port, timeoutMs: 2000 },
      release,
    );
  const asked = () => server.asked.map(({ path }) => path);

  it.each([
    ['indigo_1', '', 'running'],
    ['indigo_2', '/v1', '2 running'],
    ['deep_1', '/v1', '1 running'],
  ] as const)('of %s are the jobs that are queued, and no others', async (release, prefix, running) => {
    const rows = [`node,works,success,${running}`, 'node,due,fresh,queued', 'node,later,fresh,idle', 'link,due,later'];
    replies = {
      [`${prefix}/scheduler/graph/csv`]: { status: 200, body: `${rows.join('\n')}\n` },
      [`${prefix}/scheduler/jobs`]: { status: 200, body: ['works', 'due', 'later'].map((name) => job(name)) },
    };
    expect(await read(release)).toEqual([waiting('due')]);
  });

  it.each(['', 'node,later,fresh,idle\n'])('is nothing, by the graph %j alone', async (body) => {
    replies = { '/scheduler/graph/csv': { status: 200, body } };
    expect(await read()).toEqual([]);
    expect(asked()).toEqual(['/scheduler/graph/csv']);
  });

  const due: Reply = { status: 200, body: 'node,due,fresh,queued\n' };
  it.each<[string, Reply, Reply]>([
    ['no graph', { status: 500 }, { status: 200, body: [] }],
    ['a page for a graph', { status: 200, body: '<html>' }, { status: 200, body: [] }],
    ['no jobs', due, { status: 500 }],
    ['something else for jobs', due, { status: 200, body: { jobs: [] } }],
    ['a job without a name', due, { status: 200, body: [job('due'), { command: 'true' }] }],
    ['a job that needs nonsense', due, { status: 200, body: [job('due', { cpus: 'some' })] }],
  ])('is not told at all by %s', async (_, graph, jobs) => {
    replies = { '/scheduler/graph/csv': graph, '/scheduler/jobs': jobs };
    expect(await read()).toBeUndefined();
  });

  it('needs what the job names, or Chronos’ defaults', () => {
    const jobs = [
      job('named', { gpus: 1, constraints: [['rack', 'EQUALS', 'r1']] }),
      { name: 'bare' },
      job('zero', { cpus: 0, mem: 0, disk: 0 }),
    ];
    const defaults = { cpus: 0.1, mem: 128, disk: 256, gpus: 0 };
    expect(parseQueuedJobs(jobs, new Set(['named', 'bare', 'zero']))).toEqual([
      { ...waiting('named'), need: { cpus: 1, mem: 512, disk: 10, gpus: 1 }, constraints: [['rack', 'EQUALS', 'r1']] },
      { ...waiting('bare'), need: defaults },
      { ...waiting('zero'), need: defaults },
    ]);
  });

  it('leaves out jobs that are switched off, and jobs that are gone since', () => {
    const jobs = [job('off', { disabled: true }), job('idle', { cpus: 'nonsense, but not asked for' })];
    expect(parseQueuedJobs(jobs, new Set(['off', 'gone']))).toEqual([]);
  });

  it('reads the graph to its end', () => {
    const rows = Array.from({ length: 1000 }, (_, k) => `node,job-${k},fresh,${k % 2 ? 'queued' : 'idle'}`);
    expect(parseQueued(rows.join('\n'))?.size).toBe(500);
    expect(parseQueued(`${rows.join('\n')}\nError`)).toBeUndefined();
  });
});
