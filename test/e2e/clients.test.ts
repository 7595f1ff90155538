/**
 * The requests that orchent and orpy send, byte for byte as far as it matters, through a deployment's whole life; and what each
 * of them cannot do without in the answers.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type E2eLab, openE2eLab } from '../support/e2e-lab.ts';
import { type ApiAnswer, ASSEMBLY_TIMEOUT_MS, createApiClient } from '../support/local-cloud.ts';

const template = readFileSync(join(process.cwd(), 'examples', 'mesos-cluster.yaml'), 'utf8');
const password = 'clients-own-password';
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d\+0000$/;

/** Sends exactly these headers, besides those of HTTP itself. */
type Send = (method: string, path: string, body?: string) => Promise<ApiAnswer>;

describe('a client of the original orchestrator', () => {
  let lab: E2eLab;
  let token: string;
  beforeAll(async () => {
    lab = await openE2eLab('clients', { secrets: [password] });
    token = await lab.cloud.issueToken({ subject: 'client', lifetimeSeconds: 24 * 3600 });
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  /** @param base where the client was told that the API is: at its root, or where the original has it */
  const sender =
    (base: string, headers: Readonly<Record<string, string>>): Send =>
    (method, path, body) =>
      createApiClient(lab.cloud.apiUrl).request(method, `${base}${path}`, body, {
        accept: 'application/json',
        ...headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      });
  const links = (answer: ApiAnswer): Readonly<Record<string, string>> =>
    Object.fromEntries(answer.json.links.map(({ rel, href }: { rel: string; href: string }) => [rel, href]));

  it('orchent lives through creation, listing, showing and deletion', async () => {
    const orchent = sender('', { 'user-agent': 'Orchent', authorization: `Bearer ${token}` });
    expect((await orchent('GET', '/info')).json).toMatchObject({
      projectVersion: expect.any(String),
      serverHostname: expect.any(String),
      projectRevision: expect.any(String),
      projectTimestamp: expect.any(String),
    });
    const settings = (await orchent('GET', '/configuration')).json;
    expect(Object.values(settings).every((value) => typeof value === 'string')).toBe(true);

    const parameters = { admin_password: password, masters: 1, slaves: 1 };
    const body = { template, parameters, keepLastAttempt: 'true', userGroup: 'team-a' };
    const created = await orchent('POST', '/deployments', JSON.stringify(body));
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      status: 'CREATE_IN_PROGRESS',
      outputs: {},
      userGroup: 'team-a',
      creationTime: expect.stringMatching(timePattern),
    });
    const path = `/deployments/${created.json.uuid}`;
    expect(links(created).self).toBe(`${lab.cloud.apiUrl}${path}`);

    const { issuer, subject } = created.json.createdBy;
    const group = `createdBy=${encodeURIComponent(`${subject}@${issuer}`)}&userGroup=team-a`;
    const list = (await orchent('GET', `/deployments?${group}`)).json;
    expect(list.content).toEqual([(await orchent('GET', path)).json]);
    expect(list.content[0].creationTime.length).toBeGreaterThanOrEqual(16);
    expect(list.page).toEqual({ size: expect.any(Number), totalElements: 1, totalPages: 1, number: 0 });
    expect((await orchent('GET', '/deployments?userGroup=team-b')).json.content).toEqual([]);
    expect((await orchent('GET', `${path}/extrainfo`)).json).toEqual([]);

    await lab.cloud.until(async () => (await orchent('GET', path)).json.status === 'CREATE_COMPLETE');
    const shown = (await orchent('GET', path)).json;
    expect(shown).toMatchObject({
      outputs: { mesos_endpoint: expect.stringMatching(/^http:\/\/[\d.]+:5050$/) },
      cloudProviderEndpoint: { deploymentType: 'AWS' },
    });
    expect((await orchent('GET', `${path}/extrainfo`)).json).toHaveLength(4);
    expect((await orchent('GET', `${path}/log`)).text).toMatch(/publishing outputs/);
    expect((await orchent('GET', `${path}/template`)).text).toBe(template);
    const [resource] = (await orchent('GET', `${path}/resources`)).json.content;
    expect((await orchent('GET', `${path}/resources/${resource.uuid}`)).json).toEqual(resource);
    await expectPages(orchent);

    expect((await orchent('DELETE', `${path}?force=false`)).status).toBe(204);
    const again = await orchent('DELETE', `${path}?force=true`);
    expect(again.json).toEqual({
      code: 409,
      title: 'Conflict',
      message: 'Deployment already in DELETE_IN_PROGRESS state.',
    });
    await expectReset(orchent, path);
    await lab.cloud.until(async () => (await orchent('GET', path)).status === 404);
    expect((await orchent('GET', path)).json.message).toMatch(/doesn't exist$/);
  }, 60_000);

  /** `depreset` calls a deletion failed, so that `depdel` may be repeated; removing goes on meanwhile, and is not held up. */
  async function expectReset(orchent: Send, path: string): Promise<void> {
    const reset = () => orchent('PATCH', path, JSON.stringify({ status: 'DELETE_FAILED' }));
    expect((await reset()).status).toBe(204);
    expect((await orchent('GET', path)).json.status).toBe('DELETE_FAILED');
    expect((await reset()).json).toMatchObject({
      code: 409,
      message: 'Cannot reset a deployment in DELETE_FAILED state',
    });
    // Some passes of the loop: they leave the status alone.
    await lab.cloud.clock.advance(5_000);
    const { status, json } = await orchent('GET', path);
    expect([status, json.status]).toEqual([200, 'DELETE_FAILED']);
    expect((await orchent('DELETE', `${path}?force=true`)).status).toBe(204);
  }

  /** It follows `next` until `self` is `last`, with the comma of `sort` encoded. */
  async function expectPages(orchent: Send): Promise<void> {
    const parameters = { admin_password: password, masters: 1, slaves: 0 };
    const ids: string[] = [];
    for (let n = 0; n < 2; n += 1) {
      ids.push((await orchent('POST', '/deployments', JSON.stringify({ template, parameters }))).json.uuid);
    }
    const seen: string[] = [];
    let page = await orchent('GET', '/deployments?page=0&size=2');
    for (let pages = 1; ; pages += 1) {
      seen.push(...page.json.content.map(({ uuid }: { uuid: string }) => uuid));
      const { self, next, last } = links(page);
      expect([self === last, next === undefined]).toEqual([pages === 2, pages === 2]);
      if (next === undefined) break;
      expect(next).toMatch(/sort=createdAt,desc/);
      page = await orchent('GET', next.replace(lab.cloud.apiUrl, '').replace(',', '%2C'));
    }
    expect(new Set(seen).size).toBe(3);
    for (const id of ids) expect((await orchent('DELETE', `/deployments/${id}?force=false`)).status).toBe(204);
    await lab.cloud.until(async () => (await orchent('GET', '/deployments')).json.content.length === 1);
  }

  it('orpy lives through creation, listing, showing and deletion', async () => {
    const anonymous = sender('/orchestrator', { 'user-agent': 'orpy-orpy/0.1.0' });
    // It sends no blank after `Bearer`, and a slash at the end of some paths.
    const orpy = sender('/orchestrator', { 'user-agent': 'orpy-orpy/0.1.0', authorization: `Bearer${token}` });
    expect((await anonymous('GET', '/info')).json).toMatchObject({ build: { version: expect.any(String) } });
    expect((await orpy('GET', '/configuration')).status).toBe(200);
    const empty = (await orpy('GET', '/deployments')).json;
    expect([empty.content, empty.links.map(({ rel }: { rel: string }) => rel)]).toEqual([[], ['self']]);

    // All values are text, and a key is misspelled.
    const parameters = { admin_password: password, masters: '1', slaves: '1', slave_memory: '4 GB' };
    const created = await orpy('POST', '/deployments/', JSON.stringify({ template, keepLastAttemp: true, parameters }));
    expect(created.status).toBe(201);
    expect(links(created).self).toBe(`${lab.cloud.apiUrl}/orchestrator/deployments/${created.json.uuid}`);
    expect(created.json).toMatchObject({
      links: expect.any(Array),
      cloudProviderEndpoint: {},
      createdBy: { subject: 'client' },
    });
    const path = `/deployments/${created.json.uuid}`;
    await lab.cloud.until(async () => (await orpy('GET', path)).json.status === 'CREATE_COMPLETE');

    const list = (await orpy('GET', '/deployments')).json;
    expect(list.content).toHaveLength(1);
    expect(list.links.map(({ rel }: { rel: string }) => rel)).toEqual(['self']);
    const given = await orpy('GET', `${path}/template/`);
    expect([given.text, given.headers.get('content-type')]).toEqual([template, 'text/plain;charset=UTF-8']);
    const { content } = (await orpy('GET', `${path}/resources/`)).json;
    expect(content.map(({ toscaNodeName }: { toscaNodeName: string }) => toscaNodeName)).toContain('slave_server');
    const shown = (await orpy('GET', `${path}/resources/${content[0].uuid}`)).json;
    expect(shown).toMatchObject({ requiredBy: [], links: [{ rel: 'deployment' }, { rel: 'self' }] });

    const wrong = (await orpy('POST', '/deployments/', JSON.stringify({ template, parameters: {} }))).json;
    expect(wrong).toEqual({
      code: 400,
      title: 'Bad Request',
      message: expect.stringMatching(/^Input <admin_password> is required/),
    });
    expect((await orpy('DELETE', path)).status).toBeLessThan(400);
    await lab.cloud.until(async () => (await orpy('GET', '/deployments')).json.content.length === 0);
    await lab.cloud.until(() => lab.cloud.services.ec2.inspect.counts().instances === 0);
    lab.expectEmpty();
  }, 60_000);

  it('CLUES reads pages of resources, their times and the template', async () => {
    const clues = sender('/orchestrator', { authorization: `Bearer ${token}` });
    const parameters = { admin_password: password, masters: 1, slaves: 3 };
    const { json } = await clues('POST', '/deployments', JSON.stringify({ template, parameters }));
    const path = `/deployments/${json.uuid}`;
    await lab.cloud.until(async () => !(await clues('GET', path)).json.status.endsWith('_IN_PROGRESS'));

    const resources: { toscaNodeType: string; toscaNodeName: string; creationTime: string; uuid: string }[] = [];
    let pages = 1;
    for (let page = 0; page < pages; page += 1) {
      const answer = (await clues('GET', `${path}/resources?size=2&page=${page}`)).json;
      pages = answer.page.totalPages;
      resources.push(...answer.content);
    }
    expect(pages).toBeGreaterThan(1);
    expect(new Set(resources.map(({ uuid }) => uuid)).size).toBe(resources.length);
    const machines = resources.filter(({ toscaNodeType }) => toscaNodeType === 'tosca.nodes.indigo.Compute');
    expect(machines.filter(({ toscaNodeName }) => toscaNodeName === 'slave_server')).toHaveLength(3);
    // It cuts the offset off and reads the rest as minutes; who has the oldest minute is none of its workers.
    const minutes = machines.map(({ creationTime }) => creationTime.slice(0, -5));
    expect(new Set(minutes).size).toBe(1);
    expect(minutes[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/);

    const given = await createApiClient(lab.cloud.apiUrl, token).request('GET', `${path}/template`, undefined, {
      accept: 'text/plain',
    });
    expect([given.status, given.text]).toEqual([200, template]);
    expect((await clues('DELETE', path)).status).toBe(204);
    await lab.cloud.until(async () => (await clues('GET', path)).status === 404);
  }, 60_000);

  it('colleagues of one organization see what each other made, and the template without its secrets', async () => {
    const own = sender('', { authorization: `Bearer ${token}` });
    const tokenOf = (subject: string, claims: Record<string, unknown> = {}) =>
      lab.cloud.issueToken({ subject, claims, lifetimeSeconds: 24 * 3600 });
    const colleague = sender('', { authorization: `Bearer ${await tokenOf('colleague')}` });
    const stranger = sender('', { authorization: `Bearer ${await tokenOf('s', { organisation_name: 'elsewhere' })}` });
    const parameters = { admin_password: password, masters: 1, slaves: 0 };
    const { json } = await own('POST', '/deployments', JSON.stringify({ template, parameters }));
    const path = `/deployments/${json.uuid}`;
    expect((await colleague('GET', path)).json.createdBy).toEqual(json.createdBy);
    expect((await colleague('GET', '/deployments')).json.content).toEqual([]);
    expect((await colleague('DELETE', path)).status).toBe(403);
    expect((await stranger('GET', path)).status).toBe(404);
    expect((await own('DELETE', path)).status).toBe(204);
    await lab.cloud.until(async () => (await own('GET', path)).status === 404);
  }, 60_000);
});
