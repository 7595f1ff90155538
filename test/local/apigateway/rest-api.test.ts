import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { TemplateResource } from '../../../local/cloudformation/template.ts';
import { type SmallCloud, startSmallCloud } from '../core/small-cloud.ts';

const serve = `export const handler = async (event) => {
  const what = event.queryStringParameters?.what;
  if (what === 'throw') throw new Error('oops');
  if (what === 'text') return 'no answer';
  if (what === 'bad') return { statusCode: 'many' };
  if (what === 'large') return { statusCode: 200, body: 'x'.repeat(5000) };
  if (what === 'challenge') return { statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' } };
  if (what === 'binary') return { statusCode: 200, isBase64Encoded: true, body: 'AAEC', headers: { 'Content-Type': 'application/octet-stream' } };
  return { statusCode: 201, headers: { 'X-N': 1 }, multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] }, body: JSON.stringify(event) };
};`;
const authorize = `export const handler = async (event) => {
  const who = event.headers.Authorization ?? event.headers.authorization;
  if (who === 'throw') throw new Error('oops');
  if (who === 'unauthorized') throw new Error('Unauthorized');
  if (who === 'nested') return { principalId: 'p', policyDocument: { Statement: [] }, context: { a: {} } };
  const Statement = [{ Action: 'execute-api:Invoke', Effect: who === 'no' ? 'Deny' : 'Allow', Resource: event.methodArn }];
  return { principalId: 'p', policyDocument: { Version: '2012-10-17', Statement }, context: { who, type: event.type, n: 1, message: 'You said no' } };
};`;

const api = { RestApiId: { Ref: 'Api' } };
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const invocation = (id: string) => ({
  'Fn::Join': ['', ['arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/', arn(id), '/invocations']],
});
const resource = (PathPart: string, ParentId: object = { 'Fn::GetAtt': ['Api', 'RootResourceId'] }) => ({
  Type: 'AWS::ApiGateway::Resource',
  Properties: { ...api, ParentId, PathPart },
});
const method = (ResourceId: string, HttpMethod: string, more: object = {}, functionId = 'Serve') => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    ...{ ...api, ResourceId: { Ref: ResourceId }, HttpMethod, AuthorizationType: 'NONE', ...more },
    Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: invocation(functionId) },
  },
});
const permission = (id: string, source: string): TemplateResource => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    ...{ Action: 'lambda:InvokeFunction', FunctionName: arn(id), Principal: 'apigateway.amazonaws.com' },
    SourceArn: { 'Fn::Sub': `arn:aws:execute-api:us-east-1:123456789012:\${Api}${source}` },
  },
});
const gatewayResponse = (ResponseType: string, StatusCode: string, body: object, header: object = {}) => ({
  Type: 'AWS::ApiGateway::GatewayResponse',
  Properties: {
    ...{ ...api, ResponseType, StatusCode },
    ResponseParameters: { 'gatewayresponse.header.X-Id': 'context.requestId', ...header },
    ResponseTemplates: { 'application/json': JSON.stringify(body) },
  },
});
const guarded = { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Authorizer' } };
const throttled = { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 40 };

function resourcesOf(cloud: SmallCloud): Record<string, TemplateResource> {
  return {
    Serve: cloud.makeFunction('serve', serve),
    Lonely: cloud.makeFunction('lonely', serve),
    Authorize: cloud.makeFunction('authorize', authorize),
    Api: {
      Type: 'AWS::ApiGateway::RestApi',
      Properties: { Name: 'a', BinaryMediaTypes: ['application/octet-stream'], MinimumCompressionSize: 4096 },
    },
    Authorizer: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        ...{ ...api, Type: 'REQUEST', AuthorizerUri: invocation('Authorize') },
        IdentitySource: 'method.request.header.Authorization',
      },
    },
    MayServe: permission('Serve', '/*/*/*'),
    MayAuthorize: permission('Authorize', '/authorizers/*'),
    Open: resource('open'),
    OpenProxy: resource('{proxy+}', { Ref: 'Open' }),
    GuardedPath: resource('guarded'),
    GuardedOne: resource('{id}', { Ref: 'GuardedPath' }),
    AnyOpen: method('OpenProxy', 'ANY'),
    GetLonely: method('Open', 'GET', {}, 'Lonely'),
    GetGuarded: method('GuardedOne', 'GET', guarded),
    Denied: gatewayResponse(
      'ACCESS_DENIED',
      '401',
      { m: '$context.authorizer.message', r: '$context.error.responseType' },
      { 'gatewayresponse.header.WWW-Authenticate': '\'Bearer realm="x"\'' },
    ),
    Faults: gatewayResponse('DEFAULT_5XX', '500', { m: 'ours' }),
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: ['AnyOpen', 'GetLonely', 'GetGuarded', 'Denied', 'Faults'],
      Properties: api,
    },
    Late: method('Open', 'PUT'),
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        ...{ ...api, DeploymentId: { Ref: 'Deployment' }, StageName: 'main' },
        MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', ...throttled }],
      },
    },
  };
}

describe('the REST API', () => {
  let cloud: SmallCloud;

  beforeAll(async () => {
    cloud = await startSmallCloud();
    await cloud.up({ Resources: resourcesOf(cloud) });
  });
  afterAll(() => cloud.close());
  // As many requests as may be made at once.
  beforeEach(() => cloud.clock.advance(40_000));
  const get = (path: string, options: RequestInit = {}) => fetch(`${cloud.api.url}${path}`, options);

  it('gives functions events of payload format 1.0', async () => {
    const answer = await get('/open/a%20b?x=1&x=2%2C3&y=', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'X-Custom': 'v' },
      body: '{"ä":1}',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(answer.headers.get('x-n')).toBe('1');
    const { port } = new URL(cloud.api.url);
    expect(await answer.json()).toMatchObject({
      resource: '/open/{proxy+}',
      path: '/open/a%20b',
      httpMethod: 'POST',
      queryStringParameters: { x: '2,3', y: '' },
      multiValueQueryStringParameters: { x: ['1', '2,3'], y: [''] },
      pathParameters: { proxy: 'a%20b' },
      headers: { 'X-Custom': 'v', 'X-Forwarded-Proto': 'http', 'X-Forwarded-Port': port },
      body: '{"ä":1}',
      isBase64Encoded: false,
      requestContext: {
        ...{ path: '/open/a%20b', resourcePath: '/open/{proxy+}', stage: 'main', protocol: 'HTTP/1.1' },
        identity: { sourceIp: '127.0.0.1' },
        requestTimeEpoch: cloud.clock.now(),
        requestTime: expect.stringMatching(/^01\/Jan\/2026:\d\d:\d\d:\d\d \+0000$/),
      },
    });
  });

  it('has null where there is nothing', async () => {
    expect(await (await get('/open/x', { method: 'DELETE' })).json()).toMatchObject({
      ...{ queryStringParameters: null, multiValueQueryStringParameters: null, body: null, isBase64Encoded: false },
    });
  });

  it('passes bodies of binary types in base64, and others as text, whatever they are', async () => {
    const send = async (type: string) => {
      const body = Buffer.from([0x61, 0xff]);
      return (await get('/open/x', { method: 'PUT', headers: { 'content-type': type }, body })).json();
    };
    expect(await send('application/octet-stream; x=y')).toMatchObject({ body: 'Yf8=', isBase64Encoded: true });
    expect(await send('application/json')).toMatchObject({ body: 'a\ufffd', isBase64Encoded: false });
  });

  it('turns answers into responses, and renames a challenge as API Gateway does', async () => {
    expect([...new Uint8Array(await (await get('/open/x?what=binary')).arrayBuffer())]).toEqual([0, 1, 2]);
    const { headers } = await get('/open/x?what=challenge');
    expect([headers.get('www-authenticate'), headers.get('x-amzn-remapped-www-authenticate')]).toEqual([
      null,
      'Bearer',
    ]);
  });

  it.each(['throw', 'text', 'bad'])('answers itself when a function does not: %s', async (what) => {
    const failed = await get(`/open/x?what=${what}`);
    expect([failed.status, await failed.json()]).toEqual([500, { m: 'ours' }]);
    expect(failed.headers.get('x-id')).toBe(failed.headers.get('x-amzn-requestid'));
  });

  it('compresses large answers for who takes them, and unpacks requests', async () => {
    const large = await get('/open/x?what=large');
    expect([large.headers.get('content-encoding'), (await large.text()).length]).toEqual(['gzip', 5000]);
    const plain = await get('/open/x?what=large', { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const packed = { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: gzipSync('{"a":1}') };
    expect(await (await get('/open/x', packed)).json()).toMatchObject({ body: '{"a":1}' });
    expect((await get('/open/x', { ...packed, body: 'no gzip' })).status).toBe(400);
  });

  it('refuses what is too large for it, or for Lambda', async () => {
    const post = (length: number) => get('/open/x', { method: 'POST', body: 'x'.repeat(length) });
    const refused = await post(10 * 1024 * 1024 + 1);
    expect([refused.status, await refused.json()]).toEqual([413, { message: 'Request Too Long' }]);
    expect((await post(7 * 1024 * 1024)).status).toBe(413);
  });

  it('knows no other paths and methods, nor what was not deployed', async () => {
    for (const [path, options] of [['/nowhere'], ['/open', { method: 'PUT' }]] as const)
      expect(await (await get(path, options)).json()).toEqual({ message: 'Missing Authentication Token' });
    const status = await new Promise((resolve) => {
      request(`${cloud.api.url}/open/x`, { method: 'PROPFIND' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });

  it('invokes no function whose policy does not let it', async () => {
    expect((await get('/open')).status).toBe(500);
    expect(cloud.logs.of('local-cloud').at(-1)?.line).toContain('does not let API Gateway invoke it for');
  });

  it('asks the authorizer and hands on what it said, as text', async () => {
    const answer = await get('/guarded/7', { headers: { authorization: 'me' } });
    expect(await answer.json()).toMatchObject({
      pathParameters: { id: '7' },
      requestContext: { authorizer: { who: 'me', type: 'REQUEST', n: '1', principalId: 'p' } },
    });
  });

  it('refuses whom the authorizer refuses, with what it said', async () => {
    const answer = await get('/guarded/7', { headers: { authorization: 'no' } });
    expect([answer.status, await answer.json()]).toEqual([401, { m: 'You said no', r: 'ACCESS_DENIED' }]);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="x"');
    const status = async (authorization?: string) =>
      (await get('/guarded/7', authorization ? { headers: { authorization } } : {})).status;
    expect(await Promise.all([status(), status('unauthorized'), status('throw'), status('nested')])).toEqual([
      401, 401, 500, 500,
    ]);
  });

  it('throttles by the stage’s bucket, which fills in simulated time', async () => {
    const statuses = await Promise.all(Array.from({ length: 42 }, async () => (await get('/nowhere')).status));
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    await cloud.clock.advance(1_000);
    expect([(await get('/nowhere')).status, (await get('/nowhere')).status]).toEqual([403, 429]);
  });
});
