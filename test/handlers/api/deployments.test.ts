import { DeploymentView, pageOf } from '../../../lambdas/contracts/api.ts';
import { Conflict, DependencyUnavailable } from '../../../lambdas/contracts/error-names.ts';
import { call, FakeWorld } from '../../support/api.ts';
import { alice, bob, deploymentId } from '../../support/deployments.ts';

const one = `/deployments/${deploymentId}`;
const unknown = '0197a000-0000-7000-8000-0000000000ff';
const secrets = {
  mesos: { username: 'm', password: 'p' },
  marathon: { username: 'm', password: 'p' },
  chronos: { username: 'm', password: 'p' },
  consulGossipKey: 'k',
  parameters: {},
};

describe('GET /deployments/{id}', () => {
  it('answers with everything that the clients need while creation is in progress', async () => {
    const world = new FakeWorld();
    world.add();
    const { statusCode, headers, json } = await call(world, 'GET', one);
    expect(statusCode).toBe(200);
    expect(headers['Content-Type']).toBe('application/json;charset=UTF-8');
    expect(DeploymentView.parse(json)).toEqual(json);
    expect(json).toEqual({
      uuid: deploymentId,
      creationTime: '2026-03-01T09:30+0000',
      updateTime: '2026-03-01T09:30+0000',
      physicalId: deploymentId,
      status: 'CREATE_IN_PROGRESS',
      outputs: {},
      task: 'DEPLOYER',
      cloudProviderName: 'aws-eu-west-1',
      cloudProviderEndpoint: {},
      createdBy: alice,
      links: [
        { rel: 'self', href: `https://api.example.org${one}` },
        { rel: 'resources', href: `https://api.example.org${one}/resources` },
        { rel: 'template', href: `https://api.example.org${one}/template` },
      ],
    });
  });

  it('adds outputs, endpoint and what else is known', async () => {
    const world = new FakeWorld();
    const known = { callback: 'https://hook.example.org/x', userGroup: 'team-a', outputs: { ips: ['198.51.100.7'] } };
    world.add({ status: 'CREATE_COMPLETE', ...known });
    const { json } = await call(world, 'GET', one);
    expect(json).toMatchObject({
      ...known,
      task: 'NONE',
      cloudProviderEndpoint: { cpEndpoint: 'https://ec2.eu-west-1.amazonaws.com', deploymentType: 'AWS' },
    });
    expect(json).not.toHaveProperty('statusReason');
  });

  it('tells why creation failed', async () => {
    const world = new FakeWorld();
    world.add({ status: 'CREATE_FAILED', statusReason: 'no capacity' });
    expect((await call(world, 'GET', one)).json).toMatchObject({
      status: 'CREATE_FAILED',
      statusReason: 'no capacity',
    });
  });

  it.each([unknown, 'nope', 'a%20b'])('answers 404 for %s', async (id) => {
    const { statusCode, json } = await call(new FakeWorld(), 'GET', `/deployments/${id}`);
    expect(statusCode).toBe(404);
    const message = `The deployment <${decodeURIComponent(id)}> doesn't exist`;
    expect(json).toEqual({ code: 404, title: 'Not Found', message });
  });
});

describe('GET /deployments', () => {
  const day = (n: number) => `2026-02-${String(n).padStart(2, '0')}T00:00:00.000Z`;
  const id = (n: number) => `0197a000-0000-7000-8000-${String(n).padStart(12, '0')}`;
  const filled = (count: number) => {
    const world = new FakeWorld();
    for (let n = 1; n <= count; n += 1) {
      const [createdAt, userGroup] = [day(n), n % 2 ? 'odd' : 'even'];
      world.add({ deploymentId: id(n), createdAt, updatedAt: day(28 - n), userGroup });
    }
    world.add({ deploymentId: unknown, owner: bob });
    return world;
  };
  const days = (json: { readonly content: readonly { readonly creationTime: string }[] }) =>
    json.content.map(({ creationTime }) => Number(creationTime.slice(8, 10)));
  const rels = (json: { readonly links: readonly { readonly rel: string }[] }) => json.links.map(({ rel }) => rel);

  it("holds all of the caller's and nobody else's, newest first, in one page", async () => {
    const { json } = await call(filled(12), 'GET', '/deployments');
    expect(pageOf(DeploymentView).parse(json)).toEqual(json);
    expect(days(json)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(rels(json)).toEqual(['self']);
    expect(json.page).toEqual({ size: 2000, totalElements: 12, totalPages: 1, number: 0 });
  });

  it('has an empty list when there is nothing', async () => {
    const { json } = await call(new FakeWorld(), 'GET', '/deployments');
    expect(json.content).toEqual([]);
    expect(json.page).toMatchObject({ totalElements: 0, totalPages: 0, number: 0 });
  });

  it('pages when asked, and its links lead through all pages', async () => {
    const world = filled(5);
    let query: string | undefined = 'createdBy=me&size=2&page=0';
    const seen: number[] = [];
    for (let turns = 0; query !== undefined && turns < 9; turns += 1) {
      const { json } = await call(world, 'GET', '/deployments', { query });
      seen.push(...days(json));
      const next = json.links.find(({ rel }: { readonly rel: string }) => rel === 'next');
      query = next && new URL(next.href).search.slice(1);
    }
    expect(seen).toEqual([5, 4, 3, 2, 1]);
  });

  it('writes absolute links with page, size and sort, so that self is not last', async () => {
    const { json } = await call(filled(5), 'GET', '/orchestrator/deployments', { query: 'page=1&size=2&userGroup=' });
    expect(json.content).toEqual([]);
    const middle = (await call(filled(5), 'GET', '/orchestrator/deployments', { query: 'page=1&size=2' })).json;
    const href = (page: number) =>
      `https://api.example.org/orchestrator/deployments?page=${page}&size=2&sort=createdAt,desc`;
    expect(middle.links).toEqual([
      { rel: 'first', href: href(0) },
      { rel: 'prev', href: href(0) },
      { rel: 'self', href: href(1) },
      { rel: 'next', href: href(2) },
      { rel: 'last', href: href(2) },
    ]);
    expect(middle.page).toEqual({ size: 2, totalElements: 5, totalPages: 3, number: 1 });
  });

  it('has no next on the last page and no prev on the first', async () => {
    const last = await call(filled(5), 'GET', '/deployments', { query: 'page=2&size=2' });
    expect(rels(last.json)).toEqual(['first', 'prev', 'self', 'last']);
    const first = await call(filled(5), 'GET', '/deployments', { query: 'page=0&size=2' });
    expect(rels(first.json)).toEqual(['first', 'self', 'next', 'last']);
  });

  it('takes the sort as orchent encodes it', async () => {
    const { json } = await call(filled(3), 'GET', '/deployments', { query: 'page=0&size=2&sort=createdAt%2Cdesc' });
    expect(days(json)).toEqual([3, 2]);
  });

  it('sorts by other properties and refuses what is none', async () => {
    const world = filled(3);
    expect(days((await call(world, 'GET', '/deployments', { query: 'sort=updatedAt,desc' })).json)).toEqual([1, 2, 3]);
    expect((await call(world, 'GET', '/deployments', { query: 'sort=creationTime' })).json).toMatchObject({
      code: 400,
    });
  });

  it('filters by user group and keeps the filter in its links', async () => {
    const { json } = await call(filled(5), 'GET', '/deployments', { query: 'userGroup=odd&size=1' });
    expect(json.page.totalElements).toBe(3);
    for (const { href } of json.links) expect(new URL(href).searchParams.get('userGroup')).toBe('odd');
  });

  it.each([
    ['me', 200],
    [`${alice.subject}@${alice.issuer}`, 200],
    [`${bob.subject}@${bob.issuer}`, 403],
    ['x', 400],
    ['a@b@c', 400],
    ['', 400],
  ])('answers createdBy=%s with %d', async (createdBy, status) => {
    const query = `createdBy=${encodeURIComponent(createdBy)}`;
    const { statusCode, json } = await call(new FakeWorld(), 'GET', '/deployments', { query });
    expect(statusCode).toBe(status);
    if (status === 403) expect(json.message).toBe(`Only admin can retrieve deployments for ${createdBy}`);
    if (status === 400) expect(json.message).toBe(`Value ${createdBy} for param createdBy is illegal`);
  });

  it("shows an administrator the organization's deployments, but no callback of others", async () => {
    const world = new FakeWorld();
    world.access.administrators.push(`${alice.subject}@${alice.issuer}`);
    const callback = 'https://hook.example.org/x';
    world.add({ deploymentId: id(1), organization: 'indigo-dc', callback });
    world.add({ deploymentId: id(2), organization: 'indigo-dc', callback, owner: bob });
    const auth = { authenticated: 'true' as const, ...alice, organization: 'indigo-dc' };
    const { json } = await call(world, 'GET', '/deployments', { auth });
    const shown = json.content.map((view: DeploymentView) => [view.createdBy.subject, view.callback]);
    expect(Object.fromEntries(shown)).toEqual({ [alice.subject]: callback, [bob.subject]: undefined });
  });

  describe('of many deployments with large outputs', () => {
    const lambdaLimitBytes = 6 * 1024 * 1024;
    // Quotes, backslashes and letters beyond ASCII take more bytes in the answer than they have characters.
    const outputs = { text: '"\\é'.repeat(8_000), ips: ['198.51.100.7'] };
    const large = () => {
      const world = new FakeWorld();
      for (let n = 1; n <= 2000; n += 1) {
        const createdAt = new Date(Date.parse(day(1)) + n * 1000).toISOString();
        world.add({ deploymentId: id(n), status: 'CREATE_COMPLETE', createdAt, outputs });
      }
      return world;
    };

    it('fits into what Lambda may answer: it leaves out outputs, from the first on that do not fit', async () => {
      const { json, body, statusCode } = await call(large(), 'GET', '/deployments');
      expect(statusCode).toBe(200);
      expect(pageOf(DeploymentView).parse(json)).toEqual(json);
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(lambdaLimitBytes);
      expect(Buffer.byteLength(JSON.stringify(body))).toBeGreaterThan(4_500_000);
      expect(json.content).toHaveLength(2000);
      const empty = json.content.findIndex((view: DeploymentView) => Object.keys(view.outputs).length === 0);
      expect(empty).toBeGreaterThan(0);
      json.content.forEach((view: DeploymentView, n: number) => {
        expect(view.outputs).toEqual(n < empty ? outputs : {});
      });
    });

    it('has them in a smaller page, and so has each deployment', async () => {
      const world = large();
      const { json } = await call(world, 'GET', '/deployments', { query: 'page=199&size=10' });
      for (const view of json.content) expect(view.outputs).toEqual(outputs);
      const { uuid } = json.content[9];
      expect((await call(world, 'GET', `/deployments/${uuid}`)).json.outputs).toEqual(outputs);
    });
  });

  it('never repeats a token in its links', async () => {
    const { body } = await call(filled(5), 'GET', '/deployments', { query: 'access_token=s3cret&size=2' });
    expect(body).not.toContain('s3cret');
  });
});

describe('DELETE /deployments/{id}', () => {
  it('asks for deletion and wakes the loop', async () => {
    const world = new FakeWorld();
    world.add();
    const { statusCode, body, headers } = await call(world, 'DELETE', one, { query: 'force=false' });
    expect({ statusCode, body }).toEqual({ statusCode: 204, body: '' });
    expect(headers).not.toHaveProperty('Content-Type');
    expect(world.deployments.get(deploymentId)?.status).toBe('DELETE_IN_PROGRESS');
    expect(world.signals).toEqual([{ kind: 'cluster-changed', clusterId: deploymentId }]);
  });

  it('refuses what is being deleted', async () => {
    const world = new FakeWorld();
    world.add({ status: 'DELETE_IN_PROGRESS' });
    const { statusCode, headers, json } = await call(world, 'DELETE', one);
    expect(statusCode).toBe(409);
    const message = 'Deployment already in DELETE_IN_PROGRESS state.';
    expect(json).toEqual({ code: 409, title: 'Conflict', message });
    expect(headers).not.toHaveProperty('Retry-After');
    expect(world.signals).toEqual([]);
  });

  it('refuses the same when two ask at once', async () => {
    const world = new FakeWorld();
    world.add();
    world.failures.set('requestDelete', new Conflict('Deployment already in DELETE_IN_PROGRESS state.'));
    const { json } = await call(world, 'DELETE', one);
    expect(json).toMatchObject({ code: 409, message: 'Deployment already in DELETE_IN_PROGRESS state.' });
  });

  it.each(['CREATE_FAILED', 'CREATE_COMPLETE', 'DELETE_FAILED', 'UPDATE_FAILED'] as const)(
    'takes a deployment that is %s',
    async (status) => {
      const world = new FakeWorld();
      world.add({ status });
      expect((await call(world, 'DELETE', one)).statusCode).toBe(204);
    },
  );

  it('does not fail because the signal cannot be sent', async () => {
    const world = new FakeWorld();
    world.add();
    world.failures.set('signal', new DependencyUnavailable('sqs'));
    expect((await call(world, 'DELETE', one)).statusCode).toBe(204);
    expect(world.logged[0]).toMatchObject({ message: 'signal not sent', fields: { clusterId: deploymentId } });
  });
});

describe('GET /deployments/{id}/template', () => {
  const template = 'node_templates:\n  a: "<secret-0-0>"\n';

  it('answers with the text as it was sent, secrets put back', async () => {
    const world = new FakeWorld();
    world.add({ template });
    world.secrets.set(deploymentId, { ...secrets, templateLiterals: { '"<secret-0-0>"': "'pa$$word'" } });
    const { headers, body } = await call(world, 'GET', `${one}/template/`, { headers: { accept: 'application/json' } });
    expect(body).toBe("node_templates:\n  a: 'pa$$word'\n");
    expect(headers['Content-Type']).toBe('text/plain;charset=UTF-8');
  });

  it('does not read the secret for a template without any', async () => {
    const world = new FakeWorld();
    const { template: plain } = world.add();
    const get = jest.spyOn(world.services.credentials, 'get');
    expect((await call(world, 'GET', `${one}/template`)).body).toBe(plain);
    expect(get).not.toHaveBeenCalled();
  });

  it('answers with the redacted text once the secret is gone', async () => {
    const world = new FakeWorld();
    world.add({ template, status: 'DELETE_IN_PROGRESS' });
    expect((await call(world, 'GET', `${one}/template`)).body).toBe(template);
  });
});

describe('GET /deployments/{id}/log', () => {
  it('of a very long log shows the newest part', async () => {
    const world = new FakeWorld();
    world.add();
    const text = 'x'.repeat(1_000_000);
    for (const n of [1, 2, 3, 4, 5]) world.activity.push({ at: `2026-01-0${n}T00:00:00.000Z`, level: 'info', text });
    const { body } = await call(world, 'GET', `${one}/log`);
    expect(body.split('\n').map((line) => line.slice(0, 12))).toEqual([
      '… and what w',
      '2026-01-03T0',
      '2026-01-04T0',
      '2026-01-05T0',
      '',
    ]);
  });

  it('is empty when nothing happened', async () => {
    const world = new FakeWorld();
    world.add();
    const { statusCode, body } = await call(world, 'GET', `${one}/log`);
    expect({ statusCode, body }).toEqual({ statusCode: 200, body: '' });
  });

  it('has one line per entry', async () => {
    const world = new FakeWorld();
    world.add();
    const at = '2026-03-01T09:31:00.000Z';
    world.activity.push({ at, level: 'info', text: 'launching\n  3 masters' }, { at, level: 'warning', text: 'slow' });
    const { body } = await call(world, 'GET', `${one}/log`);
    expect(body).toBe(`${at} INFO launching 3 masters\n${at} WARNING slow\n`);
  });
});
