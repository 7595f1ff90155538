import { type Cluster, clientsOf } from './ask.ts';
import { clusterId, createCluster } from './cluster-harness.ts';

describe.each([
  ['indigo_1', '/scheduler', 'running'],
  ['indigo_2', '/v1/scheduler', '1 running'],
])('Chronos of %s', (Release, prefix, running) => {
  let cluster: Cluster;
  let chronos: ReturnType<typeof clientsOf>['chronos'];
  afterEach(() => cluster.close());
  beforeEach(async () => {
    cluster = await createCluster({ masters: 1, seed: `chronos-${Release}` });
    await cluster.startMasters({ Release });
    await cluster.startSlaves(1, { Release });
    ({ chronos } = clientsOf(cluster));
  });
  const put = (job: object) => chronos('POST', `${prefix}/${'parents' in job ? 'dependency' : 'iso8601'}`, job);
  const csv = async () => String((await chronos('GET', `${prefix}/graph/csv`)).body);
  const jobOf = async (name: string) => (await chronos('GET', `${prefix}/jobs/search?name=${name}`)).body[0];
  const until = (condition: () => Promise<boolean>, within = 600_000) =>
    cluster.clock.runUntil(condition, { within, every: 1000, what: 'the condition' });

  it('runs a job once, and disables it', async () => {
    expect((await put({ name: 'once', command: 'sleep 30', schedule: 'R1//PT24H' })).status).toBe(204);
    expect(await csv()).toBe('node,once,fresh,idle\n');
    await cluster.clock.advance(5000);
    expect(await csv()).toBe(`node,once,fresh,${running}\n`);
    await until(async () => (await jobOf('once')).successCount === 1);
    expect(await jobOf('once')).toMatchObject({
      ...{ name: 'once', errorCount: 0, disabled: true, schedule: expect.stringMatching(/^R0\//), cpus: 0.1, mem: 128 },
    });
    expect(await csv()).toBe('node,once,success,idle\n');
  });

  it('runs a dependent job when all its parents have succeeded', async () => {
    await put({ name: 'a', command: 'sleep 10' });
    await put({ name: 'b', command: 'sleep 60' });
    await put({ name: 'c', command: 'true', parents: ['a', 'b'] });
    await until(async () => (await jobOf('a')).successCount === 1);
    expect((await jobOf('c')).successCount).toBe(0);
    expect(await csv()).toContain('link,a,c\nlink,b,c\n');
    await until(async () => (await jobOf('c')).successCount === 1);
    expect((await jobOf('b')).successCount).toBe(1);
  });

  it('counts an error when all retries are used, and stops the chain', async () => {
    await put({ name: 'bad', command: 'exit 4', retries: 2 });
    await put({ name: 'after', command: 'true', parents: ['bad'] });
    await cluster.clock.advance(60_000);
    expect(await jobOf('bad')).toMatchObject({ errorCount: 0 });
    await until(async () => (await jobOf('bad')).errorCount === 1);
    expect(cluster.nodes.inspect.endedTasks(clusterId)).toHaveLength(3);
    expect(await jobOf('bad')).toMatchObject({ successCount: 0, disabled: true, errorsSinceLastSuccess: 1 });
    expect(await csv()).toContain('node,after,fresh,idle');
  });

  it('repeats, never runs R0, runs what is forced, and kills what runs', async () => {
    await put({ name: 'every', command: 'true', schedule: 'R/2026-01-01T00:00:00Z/PT1H', epsilon: 'PT2H' });
    await put({ name: 'never', command: 'sleep 1000', schedule: 'R0//PT1H' });
    await cluster.clock.advance(2 * 3_600_000);
    expect((await jobOf('every')).successCount).toBeGreaterThanOrEqual(2);
    expect((await jobOf('never')).successCount).toBe(0);
    expect((await chronos('PUT', `${prefix}/job/never`)).status).toBe(204);
    await cluster.clock.advance(5000);
    expect(await csv()).toContain(`node,never,fresh,${running}`);
    expect((await chronos('DELETE', `${prefix}/task/kill/never`)).status).toBe(204);
    await until(async () => (await csv()).includes('node,never,fresh,idle'));
  });

  it('gives the schedule of a removed parent to its dependents', async () => {
    await put({ name: 'parent', command: 'true', schedule: 'R/2030-01-01T00:00:00Z/P1D' });
    await put({ name: 'child', command: 'true', parents: ['parent'] });
    expect((await chronos('DELETE', `${prefix}/job/parent`)).status).toBe(204);
    expect(await jobOf('child')).toMatchObject({ schedule: 'R/2030-01-01T00:00:00.000Z/P1D' });
    expect((await chronos('DELETE', `${prefix}/job/parent`)).status).toBe(400);
    expect((await chronos('DELETE', `${prefix}/job/child`)).status).toBe(204);
    expect((await chronos('GET', `${prefix}/jobs`)).body).toEqual([]);
  });

  it.each([
    [{ name: 'a/b', command: 'x' }, 'name'],
    [{ name: 'a', command: 'x', schedule: 'tomorrow' }, 'schedule'],
    [{ name: 'a', command: 'x', parents: [] }, 'parent'],
    [{ name: 'a', command: 'x', parents: ['none'] }, 'none'],
    [{ name: 'a', command: 'x', retries: 'two' }, 'retries'],
  ])('refuses %j', async (job, word) => {
    expect(await put(job)).toMatchObject({ status: 400, body: expect.stringContaining(word) });
  });
});

describe('Chronos', () => {
  let cluster: Cluster;
  afterEach(() => cluster.close());

  it('keeps its jobs when its leader is lost, and leaves out what came due meanwhile', async () => {
    cluster = await createCluster({ seed: 'chronos-fail-over' });
    const { ids } = await cluster.startMasters();
    await cluster.startSlaves(1);
    const leader = cluster.nodes.inspect.cluster(clusterId)!.chronosLeader!;
    const { chronos } = clientsOf(
      cluster,
      cluster.masterIps.find((ip) => ip !== leader),
    );
    const at = (seconds: number) => new Date(cluster.clock.now() + seconds * 1000).toISOString();
    const job = (name: string, seconds: number) => ({
      ...{ name, command: 'true', epsilon: 'PT1S', schedule: `R2/${at(seconds)}/PT5M` },
    });
    await chronos('POST', '/scheduler/iso8601', job('missed', 5));
    await chronos('POST', '/scheduler/iso8601', job('later', 120));
    await cluster.terminate(ids[cluster.masterIps.indexOf(leader)]!);
    await cluster.clock.advance(200_000);
    const counts = async () =>
      Object.fromEntries(
        (await chronos('GET', '/scheduler/jobs')).body.map((one: { name: string; successCount: number }) => [
          ...[one.name, one.successCount],
        ]),
      );
    expect(await counts()).toEqual({ missed: 0, later: 1 });
    await cluster.clock.advance(300_000);
    expect(await counts()).toEqual({ missed: 1, later: 2 });
  });
});
