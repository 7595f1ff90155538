/** What the API refuses, over real HTTP: with the contract's error object, a message that helps, and without any trace. */
import { clusterNodes, compute, master, templateText } from '../domain/tosca/templates.ts';
import { type E2eCluster, type E2eLab, errorOf, openE2eLab } from '../support/e2e-lab.ts';
import { templateOf } from '../support/fault-lab.ts';
import { type ApiAnswer, ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';
import { foreignTokens } from './foreign-tokens.ts';

const secret = 'n0t-for-your-logs!';
const secretMaster = (properties: object = {}) =>
  master({ mesos_password: secret, marathon_password: secret, ...properties });
/** One master, two slaves and a load balancer, with changes; every template holds the secret. */
const nodes = (changes: Parameters<typeof clusterNodes>[0]) => ({
  node_templates: clusterNodes({ master: secretMaster(), ...changes }),
});
const sized = (host: object, count = 1) => compute({ scalable: { count }, host: host as never });
const template = (changes: Parameters<typeof clusterNodes>[0] = {}) => templateText(nodes(changes));
const good = template();

interface Case {
  readonly body: unknown;
  readonly message: RegExp;
  readonly status?: number;
  readonly type?: string;
}

const badBodies: Readonly<Record<string, Case>> = {
  'no template': { body: { parameters: { a: secret } }, message: /^A TOSCA template must be provided$/ },
  'an empty template': { body: { template: ' \n' }, message: /^A TOSCA template must be provided$/ },
  'a template that is no text': { body: { template: 7 }, message: /^A TOSCA template must be provided$/ },
  'a body that is no JSON': { body: `{"template": "${secret}`, message: /^The request body is not valid JSON$/ },
  'a body that is no object': {
    body: JSON.stringify([secret]),
    message: /must be a JSON object with a TOSCA template/,
  },
  'form data': {
    body: `template=${secret}`,
    type: 'application/x-www-form-urlencoded',
    status: 415,
    message:
      /Content type 'application\/x-www-form-urlencoded' not supported; supported: application\/json, application\/yaml/,
  },
  'a template that is no YAML': { body: { template: `a: [${secret}\nb: }` }, message: /line 2, column \d+/ },
  'YAML that is no TOSCA': {
    body: { template: `password: ${secret}` },
    message: /^tosca_definitions_version: is missing; the template must say tosca_simple_yaml_1_0/,
  },
  'an unknown version of TOSCA': {
    body: { template: good.replace('tosca_simple_yaml_1_0', 'tosca_1') },
    message: /<?tosca_1>? is not supported; use tosca_simple_yaml_1_0/,
  },
  'an unknown type of node': {
    body: { template: template({ extra: { type: 'tosca.nodes.indigo.Toaster' } }) },
    message: /^node_templates\.extra: type tosca\.nodes\.indigo\.Toaster is not supported; supported are /,
  },
  'an input that is not defined': {
    body: { template: template({ lb_server: sized({ num_cpus: { get_input: 'cpus' } }) }) },
    message: /there is no input <?cpus>?/,
  },
  'no value for a required input': {
    body: {
      template: templateText({
        inputs: { pw: { type: 'string', required: true } },
        ...nodes({ master: master({ mesos_password: { get_input: 'pw' } }) }),
      }),
    },
    message: /^Input <pw> is required and is not present in the user's input list, nor has a default value$/,
  },
  'an empty password': {
    body: { template: template({ master: secretMaster({ chronos_password: '' }) }) },
    message: /chronos_password: is empty; give a password/,
  },
  'a password that no shell would bear': {
    body: { template: template({ master: secretMaster({ chronos_password: `${secret} \n` }) }) },
    message: /chronos_password: must have 1 to 128 characters/,
  },
  'two masters': {
    body: { template: template({ master_server: sized({}, 2) }) },
    message: /master_server.*count: 2 masters.*1, 3 or 5/,
  },
  'four masters': {
    body: { template: template({ master_server: sized({}, 4) }) },
    message: /master_server.*count: 4 masters.*1, 3 or 5/,
  },
  'more slaves than are allowed': {
    body: { template: template({ slave_server: sized({}, 5001) }) },
    message: /5001 slaves; at most 5000 are allowed/,
  },
  'a size that no type has': {
    body: { template: template({ slave_server: sized({ num_cpus: 1000, mem_size: '1 TB' }) }) },
    message: /slave_server.*1000/,
  },
  'a size that is none': {
    body: { template: template({ slave_server: sized({ num_cpus: 'many' }) }) },
    message: /slave_server\.capabilities\.host\.properties\.num_cpus/,
  },
  'a dependency loop': {
    body: { template: template({ a: sized({ num_cpus: { get_property: ['a', 'host', 'num_cpus'] } }) }) },
    message: /loop|itself|cycl/i,
  },
  'a document that is too large': {
    body: { template: `${good}\n# ${'x'.repeat(262_144)}` },
    status: 413,
    message: /^The template would take \d+ bytes; at most 262144 are accepted$/,
  },
  'a body that is much too large': {
    body: { template: good, x: 'x'.repeat(1_500_000) },
    status: 413,
    message: /^The request body would take \d+ bytes; at most \d+ are accepted$/,
  },
  'parameters that are no object': {
    body: { template: good, parameters: [secret] },
    message: /^parameters must be a JSON object$/,
  },
  'a callback that is no URL': {
    body: { template: good, callback: 'ftp://x' },
    message: /^Callback value, if provided, must be a valid HTTP or HTTPS URL$/,
  },
  'a timeout of nothing': {
    body: { template: good, timeoutMins: 0 },
    message: /^timeoutMins must be an integer of at least 1$/,
  },
  'a provider timeout beyond the whole': {
    body: { template: good, timeoutMins: 5, providerTimeoutMins: 6 },
    message: /^ProviderTimeout must be <= Timeout$/,
  },
  'a flag that is none': {
    body: { template: good, keepLastAttempt: 'maybe' },
    message: /^keepLastAttempt must be true or false$/,
  },
};

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
};

describe('the API refuses', () => {
  let lab: E2eLab;
  let own: E2eCluster;
  let others: E2eCluster;
  let before: string;

  beforeAll(async () => {
    lab = await openE2eLab('refusals', { secrets: [secret] });
    own = await lab.deploy(templateOf({ loadBalancers: 0 }));
    others = await lab.deploy(templateOf({ loadBalancers: 0 }), {}, await lab.client('somebody-else'));
    before = await everything();
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());
  // No simulated time has passed, so that whatever is different is a refused request's doing.
  afterEach(async () => expect(await everything()).toBe(before));

  async function everything(): Promise<string> {
    const { dynamodb, secretsManager, ec2, sqs, states } = lab.cloud.services;
    return JSON.stringify([
      await dynamodb.scan(),
      secretsManager.inspect.secrets(),
      ec2.inspect.counts(),
      sqs.inspect.queues().map((queue) => queue.list().map(({ body }) => body)),
      states.inspect.counts(),
    ]);
  }

  function expectError(answer: ApiAnswer, status: number, message: RegExp): void {
    const error = errorOf(answer);
    expect([answer.status, error.code, error.title]).toEqual([status, status, titles[status]]);
    expect(error.message).toMatch(message);
    expect(answer.text).not.toContain(secret);
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(answer.headers.get('x-request-id')).toMatch(/^(req-)?[0-9a-f-]{36}$/);
  }

  it.each(Object.entries(badBodies))('%s', async (_, { body, message, status = 400, type = 'application/json' }) => {
    const answer = await lab.api.request('POST', '/deployments', body, { 'content-type': type });
    expectError(answer, status, message);
  });

  it.each([
    ['DELETE', '', undefined],
    ['PATCH', '', { status: 'DELETE_FAILED' }],
    ['GET', '/log', undefined],
    ['GET', '/extrainfo', undefined],
  ])('%s %s of another user’s deployment', async (method, part, body) => {
    const answer = await lab.api.request(method, `/deployments/${others.id}${part}`, body);
    expectError(answer, 403, /^Only the owner of the deployment can perform this operation$/);
  });
  it('what another user of the organization may see holds no secret', async () => {
    for (const part of ['', '/template', '/resources']) {
      const answer = await lab.api.get(`/deployments/${others.id}${part}`);
      expect([part, answer.status]).toEqual([part, 200]);
      expect(answer.text).not.toContain(secret);
    }
  });

  it.each([
    ['GET', '/nothing', 404, /^No such path: \/nothing$/],
    ['GET', '/deployments/nope', 404, /^The deployment <nope> doesn't exist$/],
    [
      'DELETE',
      '/deployments/0197a000-0000-7000-8000-000000000000',
      404,
      /^The deployment <0197a000-.*> doesn't exist$/,
    ],
    ['DELETE', '/deployments', 405, /^Request method 'DELETE' not supported; supported here: GET, POST$/],
    ['GET', '/deployments?createdBy=x', 400, /^Value x for param createdBy is illegal$/],
    ['GET', '/deployments?createdBy=z@https://iam.example.org/', 403, /^Only admin can retrieve deployments for z@/],
  ] as const)('%s %s', async (method, path, status, message) => {
    expectError(await lab.api.request(method, path), status, message);
  });

  it('resources that are not there, and filters without a type', async () => {
    const path = `/deployments/${own.id}/resources`;
    expectError(await lab.api.get(`${path}/nope`), 404, /^The resource <nope> in deployment <.*> doesn't exist$/);
    expectError(await lab.api.get(`${path}/filter`), 400, /^type: the query must name a TOSCA node type/);
  });

  it.each([
    ['missing', undefined, 'Full authentication is required to access this resource'],
    ['malformed', 'not-a-token', 'The access token is not a signed JWT'],
    ['expired', 'expired', 'The access token has expired'],
    ['foreign-issuer', 'foreignIssuer', "The access token's issuer is not trusted here"],
    ['forged', 'forged', 'The access token is not valid'],
    ['unsigned', 'unsigned', 'The access token is not valid'],
  ])('a token that is %s, on every route', async (_, kind, message) => {
    const tokens: Record<string, string> = { ...(await foreignTokens(lab.cloud)), 'not-a-token': 'not-a-token' };
    const headers = kind === undefined ? {} : { authorization: `Bearer ${tokens[kind]}` };
    const anonymous = (method: string, path: string) => fetchAs(lab, method, path, headers);
    for (const [method, path] of [
      ['GET', '/deployments'],
      ['POST', '/deployments'],
      ['GET', '/configuration'],
      ['GET', `/deployments/${own.id}`],
      ['DELETE', `/deployments/${own.id}`],
      ['GET', `/deployments/${own.id}/template`],
    ] as const) {
      const answer = await anonymous(method, path);
      expectError(answer, 401, new RegExp(`^${message}$`));
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="mesoscale"/);
    }
  });

  it('and says in no log why', async () => {
    expect(lab.cloud.logs.search(secret)).toEqual([]);
    expect(lab.cloud.logs.all().filter(({ line }) => /"level":"ERROR"/.test(line))).toEqual([]);
    expect(lab.cloud.logs.of('local-cloud')).toEqual([]);
    expect(lab.cloud.calls.count({ service: 'secretsmanager', action: 'CreateSecret' })).toBe(2);
  });
});

/** Without the client's own token. */
async function fetchAs(
  { cloud }: E2eLab,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<ApiAnswer> {
  const body = method === 'POST' ? JSON.stringify({ template: good }) : null;
  const type = body === null ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(`${cloud.apiUrl}${path}`, { method, body, headers: { ...type, ...headers } });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: JSON.parse(text) };
}
