/** What may be asked for in the query of each list: reference 1.3. */
import { FakeWorld } from '../support/api.ts';
import { ask, asUser, deployedWorld, errorBody, one, organization, owner, rels } from '../support/contract.ts';
import { alice, bob } from '../support/deployments.ts';

const resources = `${one}/resources`;

describe('query parameters', () => {
  const other = (name: string) => asUser({ ...alice, subject: name });
  /** Three of alice's and one of bob's in the organization; one of bob's elsewhere. */
  const listed = (): FakeWorld => {
    const world = new FakeWorld();
    const id = (n: number) => `0197a000-0000-7000-8000-${String(n).padStart(12, '0')}`;
    const at = (n: number) => `2026-02-0${n}T00:00:00.000Z`;
    for (const n of [1, 2, 3]) {
      const times = { createdAt: at(n), updatedAt: at(9 - n) };
      world.add({ deploymentId: id(n), organization, userGroup: n === 2 ? 'team-b' : 'team-a', ...times });
    }
    world.add({ deploymentId: id(4), owner: bob, organization, createdAt: at(4), userGroup: 'team-a' });
    world.add({ deploymentId: id(5), owner: bob, organization: 'elsewhere', createdAt: at(5) });
    world.access.administrators.push(`admin@${alice.issuer}`);
    return world;
  };
  const numbers = (json: { readonly content: readonly { readonly uuid: string }[] }) =>
    json.content.map(({ uuid }) => Number(uuid.slice(-1)));
  const list = (query: string, auth = owner, path = '/deployments') => ask(listed(), 'GET', path, { query, auth });
  const by = (createdBy: string) => `createdBy=${encodeURIComponent(createdBy)}`;

  it.each([
    ['', [3, 2, 1]],
    [by('me'), [3, 2, 1]],
    [by(`${alice.subject}@${alice.issuer}`), [3, 2, 1]],
    // What is escaped within a name, so that it holds one @ only.
    [by(`${alice.subject}@${encodeURIComponent(alice.issuer)}`), [3, 2, 1]],
    ['userGroup=team-a', [3, 1]],
    ['userGroup=team-b&createdBy=me', [2]],
    ['userGroup=nobody', []],
  ])('%j lists %j', async (query, expected) => {
    expect(numbers((await list(query)).json)).toEqual(expected);
  });

  it.each(['x', '', 'a@b@c', '@', 'a@', '@b'])('createdBy=%s is a 400', async (createdBy) => {
    const message = `Value ${createdBy} for param createdBy is illegal`;
    expect((await list(by(createdBy))).json).toEqual(errorBody(400, 'Bad Request', message));
  });

  it("another user's list is a 403 but for administrators", async () => {
    const createdBy = `z@${alice.issuer}`;
    const message = `Only admin can retrieve deployments for ${createdBy}`;
    expect((await list(by(createdBy))).json).toEqual(errorBody(403, 'Forbidden', message));
    expect(numbers((await list(by(createdBy), other('admin'))).json)).toEqual([]);
  });

  it('a subject with an @ is meant by its escaped name, and by its own', async () => {
    const auth = other('alice@home.org');
    expect((await list(by(`alice%40home.org@${alice.issuer}`), auth)).statusCode).toBe(200);
    expect((await list(by(`alice@home.org@${alice.issuer}`), auth)).statusCode).toBe(200);
  });

  it.each([
    ['', [4, 3, 2, 1]],
    ['userGroup=team-a', [4, 3, 1]],
    ['createdBy=me', []],
    [by(`${bob.subject}@${bob.issuer}`), [4]],
    [by(`${alice.subject}@${alice.issuer}`), [3, 2, 1]],
  ])('an administrator lists with %j %j, never another organization', async (query, expected) => {
    expect(numbers((await list(query, other('admin'))).json)).toEqual(expected);
  });

  it('an administrator without organization lists what is their own, and owns nothing more', async () => {
    const { organization: _, ...lone } = other('admin');
    expect(numbers((await list('', lone)).json)).toEqual([]);
    const id = `/deployments/0197a000-0000-7000-8000-000000000001`;
    expect((await ask(listed(), 'DELETE', id, { auth: other('admin') })).statusCode).toBe(403);
  });

  it.each([
    ['page=0&size=2', 2, [3, 2]],
    ['page=1&size=2', 2, [1]],
    ['page=7&size=2', 2, []],
    ['page=0', 10, [3, 2, 1]],
    ['size=2', 2, [3, 2]],
    ['size=100000', 2000, [3, 2, 1]],
    ['size=0', 10, [3, 2, 1]],
    ['size=many', 10, [3, 2, 1]],
    ['page=-1&size=2', 2, [3, 2]],
    ['page=x&size=2', 2, [3, 2]],
  ])('%s pages by %d and holds %j', async (query, size, expected) => {
    const { json } = await list(query);
    expect([json.page.size, numbers(json)]).toEqual([size, expected]);
  });

  it.each([
    ['sort=createdAt,desc', [3, 2, 1]],
    ['sort=createdAt%2Cdesc', [3, 2, 1]],
    ['sort=createdAt,asc', [1, 2, 3]],
    ['sort=createdAt', [1, 2, 3]],
    ['sort=updatedAt,desc', [1, 2, 3]],
    ['sort=status,asc&sort=createdAt,desc', [3, 2, 1]],
  ])('%s orders %j', async (query, expected) => {
    expect(numbers((await list(query)).json)).toEqual(expected);
  });

  it.each(['creationTime,desc', 'uuid', 'owner'])('sort=%s is a 400: entity names only', async (sort) => {
    expect((await list(`sort=${sort}`)).json).toEqual(
      errorBody(400, 'Bad Request', expect.stringMatching(/createdAt/)),
    );
  });

  it.each([
    ['tosca.nodes.indigo.Compute', 2],
    ['tosca.nodes.Compute', 2],
    ['tosca.nodes.Root', 3],
    ['tosca.nodes.indigo.MesosSlave', 1],
    ['tosca.nodes.indigo', 0],
    ['', 0],
  ])('type=%j finds %d resources by type or ancestor, in one page', async (type, count) => {
    const { json } = await ask(deployedWorld(), 'GET', resources, { query: `type=${type}&size=1&page=5` });
    expect(json.content).toHaveLength(count);
    expect(json.page).toMatchObject({ totalElements: count, number: 0 });
    expect(rels({ json } as never)).toEqual(['self']);
    expect(new URL(json.links[0].href).searchParams.get('type')).toBe(type);
  });

  it('DELETE takes force, which means something only for a cluster with workloads', async () => {
    for (const force of ['true', 'false', 'perhaps']) {
      expect((await ask(deployedWorld(), 'DELETE', one, { query: `force=${force}` })).statusCode).toBe(204);
    }
    const twice = await ask(deployedWorld({ status: 'DELETE_IN_PROGRESS' }), 'DELETE', one, { query: 'force=true' });
    expect(twice.statusCode).toBe(409);
  });
});
