import { DependencyUnavailable } from '../../../lambdas/contracts/error-names.ts';
import { makePace } from '../../../lambdas/handlers/api/pace.ts';
import { call, FakeWorld } from '../../support/api.ts';
import { bob } from '../../support/deployments.ts';
import { clusterTemplate } from '../../support/templates.ts';

const body = (change: object = {}) =>
  JSON.stringify({ template: clusterTemplate, parameters: { mesos_password: 'w0rd' }, ...change });
const post = (world: FakeWorld, key?: string, options: { body?: string; as?: typeof bob } = {}) =>
  call(world, 'POST', '/deployments', {
    body: options.body ?? body(),
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'Idempotency-Key': key }) },
    ...(options.as ? { auth: { authenticated: 'true' as const, ...options.as } } : {}),
  });
const later = (world: FakeWorld, seconds: number) => {
  world.now = new Date(world.now.getTime() + seconds * 1000);
};

describe('Idempotency-Key', () => {
  it('makes one deployment of the same request sent twice', async () => {
    const world = new FakeWorld();
    const first = await post(world, 'k1');
    expect([first.statusCode, first.headers['Idempotent-Replayed']]).toEqual([201, undefined]);
    const again = await post(world, 'k1');
    expect([again.statusCode, again.headers['Idempotent-Replayed']]).toEqual([201, 'true']);
    expect(again.json.uuid).toBe(first.json.uuid);
    expect([world.deployments.size, world.secrets.size, world.signals.length]).toEqual([1, 1, 1]);
  });

  it('shows the deployment as it is now', async () => {
    const world = new FakeWorld();
    const { uuid } = (await post(world, 'k1')).json;
    world.deployments.set(uuid, { ...world.deployments.get(uuid)!, status: 'CREATE_COMPLETE', outputs: { a: 1 } });
    expect((await post(world, 'k1')).json).toMatchObject({ uuid, status: 'CREATE_COMPLETE', outputs: { a: 1 } });
  });

  it('is no limit on requests without it, with other keys, or of other users', async () => {
    const world = new FakeWorld();
    for (const answer of [
      await post(world),
      await post(world),
      await post(world, 'k1'),
      await post(world, 'k2'),
      await post(world, 'k1', { as: bob }),
    ]) {
      expect(answer.statusCode).toBe(201);
    }
    expect(world.deployments.size).toBe(5);
  });

  it('refuses another body under the same key', async () => {
    const world = new FakeWorld();
    await post(world, 'k1');
    const answer = await post(world, 'k1', { body: body({ userGroup: 'other' }) });
    expect([answer.statusCode, answer.json.code]).toEqual([422, 422]);
    expect(answer.json.message).toMatch(/another request body/);
    expect(world.deployments.size).toBe(1);
  });

  it('stores nothing of a request that is refused: it may be mended under the same key', async () => {
    const world = new FakeWorld();
    expect((await post(world, 'k1', { body: body({ callback: 'ftp://x' }) })).statusCode).toBe(400);
    expect((await post(world, 'k1', { body: body({ template: 'x: [' }) })).statusCode).toBe(400);
    expect(world.idempotencyKeys.claims.size).toBe(0);
    expect((await post(world, 'k1')).statusCode).toBe(201);
  });

  it('lets one of two requests at the same moment through', async () => {
    const world = new FakeWorld();
    let other: { statusCode: number } | undefined;
    world.idempotencyKeys.meanwhile = async () => {
      other = await post(world, 'k1');
    };
    const answer = await post(world, 'k1');
    expect([other?.statusCode, answer.statusCode, answer.headers['Retry-After']]).toEqual([201, 409, '1']);
    expect(world.deployments.size).toBe(1);
  });

  it('gives the key back if it fails before anything was made', async () => {
    const world = new FakeWorld();
    world.failures.set('credentials.create', new DependencyUnavailable('no secrets'));
    expect((await post(world, 'k1')).statusCode).toBe(503);
    world.failures.clear();
    expect((await post(world, 'k1')).statusCode).toBe(201);
  });

  it('keeps it while nobody knows what was made, and then makes it anew', async () => {
    const world = new FakeWorld();
    world.failures.set('create', new DependencyUnavailable('no table'));
    expect((await post(world, 'k1')).statusCode).toBe(503);
    world.failures.clear();
    later(world, 10);
    const early = await post(world, 'k1');
    expect([early.statusCode, early.headers['Retry-After']]).toEqual([409, '50']);
    later(world, 50);
    expect((await post(world, 'k1')).statusCode).toBe(201);
    expect(world.deployments.size).toBe(1);
  });

  it('never makes again what was deleted', async () => {
    const world = new FakeWorld();
    const { uuid } = (await post(world, 'k1')).json;
    world.deployments.delete(uuid);
    later(world, 7200);
    const answer = await post(world, 'k1');
    expect([answer.statusCode, answer.json.message]).toEqual([409, expect.stringMatching(/has been deleted/)]);
  });

  it('holds no text of the request', async () => {
    const world = new FakeWorld();
    await post(world, 'k1');
    const [claim] = world.idempotencyKeys.claims.values();
    expect(claim?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(['', 'x'.repeat(256), 'tab\there', 'ü'])('refuses the key %j', async (key) => {
    const answer = await post(new FakeWorld(), key);
    expect([answer.statusCode, answer.json.message]).toEqual([
      400,
      expect.stringMatching(/^The header Idempotency-Key/),
    ]);
  });
});

describe('the number of deployments per owner', () => {
  it('is held, told, and each owner’s own', async () => {
    const world = new FakeWorld();
    world.limits.deploymentsPerOwner = 2;
    const codes = [await post(world), await post(world), await post(world)].map(({ statusCode }) => statusCode);
    expect(codes).toEqual([201, 201, 403]);
    expect((await post(world)).json.message).toBe(
      'You have 2 deployments, which is all that one user may have here; delete one first',
    );
    expect((await post(world, undefined, { as: bob })).statusCode).toBe(201);
    expect([world.deployments.size, world.secrets.size]).toEqual([3, 3]);
  });

  it('frees the key of a request that found no room', async () => {
    const world = new FakeWorld();
    world.limits.deploymentsPerOwner = 1;
    const { uuid } = (await post(world)).json;
    expect((await post(world, 'k1')).statusCode).toBe(403);
    world.deployments.delete(uuid);
    later(world, 121);
    expect((await post(world, 'k1')).statusCode).toBe(201);
  });

  it('counts nothing of a request that failed before anything was made', async () => {
    const world = new FakeWorld();
    world.limits.deploymentsPerOwner = 1;
    world.failures.set('credentials.create', new DependencyUnavailable('no secrets'));
    expect((await post(world, 'k1')).statusCode).toBe(503);
    world.failures.clear();
    expect((await post(world, 'k1')).statusCode).toBe(201);
  });

  it('counts it for two minutes if the table does not take it back either', async () => {
    const world = new FakeWorld();
    world.limits.deploymentsPerOwner = 1;
    world.failures.set('credentials.create', new DependencyUnavailable('no secrets'));
    world.quotas.failure = new DependencyUnavailable('no table');
    const answer = await post(world, 'k1');
    expect([answer.statusCode, world.logged.map(({ message }) => message)]).toEqual([
      503,
      expect.arrayContaining(['room not given back']),
    ]);
    world.failures.clear();
    world.quotas.failure = undefined;
    expect((await post(world, 'k1')).statusCode).toBe(403);
    later(world, 121);
    expect((await post(world, 'k1')).statusCode).toBe(201);
  });

  it('counts what failed while it was recorded, as it may be there', async () => {
    const world = new FakeWorld();
    world.limits.deploymentsPerOwner = 1;
    world.failures.set('create', new DependencyUnavailable('no table'));
    expect((await post(world)).statusCode).toBe(503);
    world.failures.clear();
    expect((await post(world)).statusCode).toBe(403);
  });

  it('counts what may just be being recorded, but not what does not exist any more', async () => {
    const world = new FakeWorld();
    world.limits.deploymentsPerOwner = 1;
    world.deployments.delete((await post(world)).json.uuid);
    expect((await post(world)).statusCode).toBe(403);
    later(world, 121);
    expect((await post(world)).statusCode).toBe(201);
  });
});

describe('the pace of one caller', () => {
  const limits = { deploymentsPerOwner: 1, requestsPerSecond: 2, requestBurst: 3 };

  it('is answered with 429 and when to come back', async () => {
    const world = new FakeWorld();
    Object.assign(world.limits, limits);
    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push(await call(world, 'GET', '/deployments'));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 429]);
    expect(answers[3]?.headers['Retry-After']).toBe('1');
    expect(answers[3]?.json).toMatchObject({ code: 429, title: 'Too Many Requests' });
    expect((await call(world, 'GET', '/info')).statusCode).toBe(200);
  });

  it('is counted by caller', () => {
    const check = makePace(limits);
    const now = new Date(0);
    for (let n = 0; n < 3; n += 1) check({ issuer: 'i', subject: 'a' }, now);
    expect(() => check({ issuer: 'i', subject: 'a' }, now)).toThrow(/At most 2 requests per second/);
    expect(() => check({ issuer: 'i', subject: 'b' }, now)).not.toThrow();
    expect(() => check({ issuer: 'i', subject: 'a' }, new Date(500))).not.toThrow();
  });
});

describe('a callback that leads nowhere it may', () => {
  it.each(['http://127.0.0.1/', 'http://169.254.169.254/x', 'http://[fd00::1]/', 'http://localhost:8080/'])(
    '%s is refused at once',
    async (callback) => {
      const world = new FakeWorld();
      const answer = await post(world, undefined, { body: body({ callback }) });
      expect([answer.statusCode, answer.json.message]).toEqual([
        400,
        expect.stringMatching(/^The callback's host cannot be used: .* is not a public address/),
      ]);
      expect(world.deployments.size).toBe(0);
    },
  );

  it('is taken where the operator allows the network', async () => {
    const world = new FakeWorld();
    world.callbackNetworks.push('127.0.0.0/8');
    expect((await post(world, undefined, { body: body({ callback: 'http://127.0.0.1:1/' }) })).statusCode).toBe(201);
  });
});
