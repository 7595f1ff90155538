import { parseDemand, readMarathonDemand } from '../../lambdas/adapters/marathon-demand.ts';
import { accounts } from '../local/nodes/cluster-harness.ts';
import { type Reply, serve, type TestServer } from '../support/http-server.ts';

const overdue = { timeLeftSeconds: 0, overdue: true };
const common = { id: '/web', cmd: 'run', instances: 5, cpus: 0.5, mem: 256, disk: 0 };
/** As each version shows the same app: bridged, with one port. */
const app11 = {
  ...{ ...common, args: null, user: null, constraints: [], acceptedResourceRoles: null, requirePorts: false },
  container: {
    type: 'DOCKER',
    volumes: [],
    docker: {
      image: 'acme/web',
      network: 'BRIDGE',
      portMappings: [{ containerPort: 80, hostPort: 0, servicePort: 1 }],
    },
  },
  ...{ ports: [10_000], portDefinitions: [{ port: 10_000, protocol: 'tcp', labels: {} }], residency: null },
};
const app14 = { ...app11, gpus: 0 };
const app15 = {
  ...{ ...common, gpus: 0, constraints: [], requirePorts: false, networks: [{ mode: 'container/bridge' }] },
  container: {
    ...{ type: 'DOCKER', volumes: [], docker: { image: 'acme/web' } },
    portMappings: [{ containerPort: 80, hostPort: 0, servicePort: 10_000, protocol: 'tcp' }],
  },
};
const summary = (rejects: Readonly<Record<string, number>>) => ({
  ...{ processedOffersCount: 9, unusedOffersCount: 9, lastUnusedOfferAt: null, lastUsedOfferAt: null },
  rejectSummaryLastOffers: Object.entries(rejects).map(([reason, declined]) => ({ reason, declined, processed: 9 })),
  rejectSummaryLaunchAttempt: [],
});
const item = (app: object, more: object = {}) => ({ count: 3, delay: overdue, app, ...more });
const waiting = {
  ...{ scheduler: 'marathon', id: '/web', count: 3, need: { cpus: 0.5, mem: 256, disk: 0, gpus: 0 } },
  ...{ backOffSeconds: 0, constraints: [], hostPorts: [], hosts: [], resident: false, reasons: [] },
};
const demandOf = (...queue: object[]) => parseDemand({ queue });

describe('what waits in Marathon', () => {
  it.each([
    ['1.1', item(app11)],
    ['1.4', item(app14, { since: 'T', processedOffersSummary: summary({}) })],
    ['1.5', item(app15, { since: 'T', processedOffersSummary: summary({}) })],
  ])('is read from the queue of %s', (_, entry) => {
    expect(demandOf(entry)).toEqual([waiting]);
  });

  it('tells why the last offers did not fit, most frequent first', () => {
    const rejects = summary({ UnfulfilledRole: 0, InsufficientCpus: 2, InsufficientMemory: 7 });
    expect(demandOf(item(app15, { processedOffersSummary: rejects }))).toEqual([
      { ...waiting, reasons: ['InsufficientMemory', 'InsufficientCpus'] },
    ]);
  });

  it.each([
    [{ timeLeftSeconds: 42, overdue: false }, 42],
    [{ timeLeftSeconds: 42, overdue: true }, 0],
    // 1.4 and 1.5 say so in the first second after an app is queued.
    [{ timeLeftSeconds: 0, overdue: false }, 0],
  ])('is put off, or not, by a delay %j', (delay, backOffSeconds) => {
    expect(demandOf(item(app14, { delay }))).toEqual([{ ...waiting, backOffSeconds }]);
  });

  it('needs GPUs, roles and places as the app says', () => {
    const constraints = [
      ['hostname', 'UNIQUE'],
      ['zone', 'LIKE', 'eu-.*'],
    ];
    expect(demandOf(item({ ...app15, gpus: 2, disk: 100, constraints, acceptedResourceRoles: ['gpu', '*'] }))).toEqual([
      { ...waiting, need: { ...waiting.need, disk: 100, gpus: 2 }, constraints, roles: ['gpu', '*'] },
    ]);
    expect(demandOf(item({ ...app15, acceptedResourceRoles: [] }))).toEqual([waiting]);
  });

  it('leaves out apps of which nothing is left to launch', () => {
    expect(demandOf(item(app15, { count: 0 }))).toEqual([]);
    expect(demandOf()).toEqual([]);
  });

  const host = { ...app11, container: null };
  const mapped = (hostPort: number | null) => ({ ...app15, container: { portMappings: [{ hostPort }] } });
  it.each<[string, object, number[]]>([
    ['any port of the host', host, []],
    ['its service port as the host’s', { ...host, requirePorts: true }, [10_000]],
    ['any port, which it requires', { ...host, requirePorts: true, portDefinitions: [{ port: 0 }] }, []],
    ['no port mapped to the host', mapped(null), []],
    ['a port mapped to the host’s', mapped(8080), [8080]],
    ['the same in 1.1', { ...app11, container: { docker: { portMappings: [{ hostPort: 8080 }] } } }, [8080]],
    ['a required service port that is mapped to any', { ...app11, requirePorts: true }, []],
  ])('with %s has these ports of the host', (_, app, hostPorts) => {
    expect(demandOf(item(app))).toEqual([{ ...waiting, hostPorts }]);
  });

  const elsewhere = summary({ NoCorrespondingReservationFound: 4 });
  const noRoom = summary({ NoCorrespondingReservationFound: 0, InsufficientCpus: 4 });
  const volumes = [{ containerPath: 'data', mode: 'RW', persistent: { size: 100 } }];
  it.each<[string, object, object, boolean]>([
    ['1.1 is taken to wait for its volume', { residency: { relaunchEscalationTimeoutSeconds: 10 } }, {}, true],
    ['1.5 waits for its volume', { container: { volumes } }, { processedOffersSummary: elsewhere }, true],
    ['1.5 never ran, and waits for room', { container: { volumes } }, { processedOffersSummary: noRoom }, false],
    [
      '1.5 without such a volume is free',
      { container: { volumes: [{}] } },
      { processedOffersSummary: elsewhere },
      false,
    ],
  ])('of a resident app of %s', (_, more, entry, resident) => {
    expect(demandOf(item({ ...app11, ...more }, entry))).toMatchObject([{ resident }]);
  });

  it('adds up the containers of a pod, and its executor', () => {
    const pod = {
      id: '/pod',
      containers: [
        { name: 'a', resources: { cpus: 1, mem: 100, disk: 5, gpus: 1 }, endpoints: [{ name: 'x', hostPort: 8080 }] },
        { name: 'b', resources: { cpus: 0.5, mem: 50 }, endpoints: [{ name: 'y', hostPort: 0 }] },
      ],
      scheduling: {
        placement: {
          constraints: [
            { fieldName: 'hostname', operator: 'UNIQUE' },
            { fieldName: 'rack', operator: 'CLUSTER', value: 'r1' },
          ],
          acceptedResourceRoles: ['*'],
        },
      },
    };
    const entry = { count: 1, delay: overdue, since: 'T', pod, processedOffersSummary: summary({}) };
    const expected = {
      ...{ ...waiting, id: '/pod', count: 1, need: { cpus: 1.6, mem: 182, disk: 15, gpus: 1 }, roles: ['*'] },
      ...{
        constraints: [
          ['hostname', 'UNIQUE'],
          ['rack', 'CLUSTER', 'r1'],
        ],
        hostPorts: [8080],
      },
    };
    expect(demandOf(entry)).toEqual([expected]);
    const executorResources = { cpus: 0.2, mem: 64, disk: 0 };
    expect(demandOf({ ...entry, pod: { id: '/pod', containers: [], executorResources } })).toMatchObject([
      { need: { cpus: 0.2, mem: 64, disk: 0, gpus: 0 }, constraints: [], hostPorts: [], resident: false },
    ]);
  });

  it.each<[string, unknown]>([
    ['a page', '<html>'],
    ['nothing', undefined],
    ['another object', { apps: [] }],
    ['an entry of nothing', { queue: [{ count: 1, delay: overdue }] }],
    ['a count that is none', { queue: [item(app14, { count: 'many' })] }],
    ['a negative count', { queue: [item(app14, { count: -1 })] }],
    ['no delay', { queue: [item(app14, { delay: undefined })] }],
    ['an app without a need', { queue: [item({ ...app14, cpus: undefined })] }],
    ['a need below nothing', { queue: [item({ ...app14, mem: -5 })] }],
    ['constraints in a way of their own', { queue: [item({ ...app14, constraints: ['hostname:UNIQUE'] })] }],
    ['one such app among others', { queue: [item(app14), item({ ...app14, cpus: null })] }],
  ])('is not told at all by %s', (_, answer) => {
    expect(parseDemand(answer)).toBeUndefined();
  });

  it('is told whole, however much it is, and stays small', () => {
    const queue = Array.from({ length: 5000 }, (_, k) =>
      item({ ...app15, id: `/group-${k}/app`, env: { LONG: 'x'.repeat(500) } }, { processedOffersSummary: noRoom }),
    );
    const told = parseDemand({ queue });
    expect(told).toHaveLength(5000);
    // The answer of a function may have 6 MB.
    expect(JSON.stringify(told).length).toBeLessThan(2_000_000);
  });
});

describe('where tasks of such apps are', () => {
  let server: TestServer;
  let replies: Readonly<Record<string, Reply>>;
  beforeEach(async () => {
    server = await serve(({ path }) => replies[path]);
  });
  afterEach(() => server.close());
  const read = () =>
    readMarathonDemand({ masterIps: ['127.0.0.1'], account: accounts.marathon, port: server.port, timeoutMs: 2000 });
  const asked = () => server.asked.map(({ path }) => path);
  const answer = (queue: readonly object[], tasks: Reply = { status: 500 }) => {
    replies = { '/v2/queue': { status: 200, body: { queue } }, '/v2/tasks': tasks };
  };
  const unique = { ...app15, constraints: [['hostname', 'UNIQUE']] };
  const onHost = (port: number) => ({ ...app15, id: '/proxy', container: { portMappings: [{ hostPort: port }] } });
  const task = (appId: string, host: string, ports: number[] = []) => ({ id: `${appId}.${host}`, appId, host, ports });

  it('is not asked if it does not matter', async () => {
    answer([item({ ...app15, constraints: [['zone', 'LIKE', 'a']] })]);
    expect(await read()).toHaveLength(1);
    expect(asked()).toEqual(['/v2/queue']);
  });

  it('is asked once for all, and is told of each task of the app, and of others that have one of its ports', async () => {
    const tasks = [
      ...[task('/web', '10.0.0.1'), task('/web', '10.0.0.1'), task('/web', '10.0.0.2'), task('/other', '10.0.0.9')],
      ...[task('/proxy', '10.0.0.3', [8080]), task('/rival', '10.0.0.4', [31_000, 8080])],
      task('/rival', '10.0.0.4', [8080]),
    ];
    answer([item(unique), item(onHost(8080)), item({ ...app15, id: '/free' })], { status: 200, body: { tasks } });
    expect((await read())?.map(({ id, hosts, portHosts }) => [id, hosts, portHosts])).toEqual([
      ['/web', ['10.0.0.1', '10.0.0.1', '10.0.0.2'], undefined],
      ['/proxy', ['10.0.0.3'], ['10.0.0.4']],
      ['/free', [], undefined],
    ]);
    // A task that is launched meanwhile must not wait as well.
    expect(asked()).toEqual(['/v2/queue', '/v2/tasks', '/v2/queue']);
  });

  it('is told of what waits after the tasks were listed', async () => {
    answer([item(unique, { count: 2 })], { status: 200, body: { tasks: [task('/web', '10.0.0.1')] } });
    const queues = [2, 1];
    const body = () => ({ queue: [item(unique, { count: queues.shift() ?? 0 })] });
    replies = {
      ...replies,
      get '/v2/queue'() {
        return { status: 200, body: body() };
      },
    };
    expect(await read()).toMatchObject([{ count: 1, hosts: ['10.0.0.1'] }]);
  });

  it.each<[string, Reply]>([
    ['fails', { status: 500 }],
    ['answers something else', { status: 200, body: { tasks: [{ id: 'web.1' }] } }],
  ])('is all that is missing, and nothing is told, when Marathon %s', async (_, reply) => {
    answer([item(unique)], reply);
    expect(await read()).toBeUndefined();
  });

  it('is not asked when the queue is not told', async () => {
    replies = { '/v2/queue': { status: 503 } };
    expect(await read()).toBeUndefined();
    expect(asked()).toEqual(['/v2/queue']);
  });
});
