import type { TemplateResource } from '../../../local/cloudformation/template.ts';
import { type SmallCloud, startSmallCloud } from './small-cloud.ts';

const serve = `export const handler = async (event) => {
  const what = event.queryStringParameters?.what;
  if (what === 'throw') throw new Error('oops');
  if (what === 'plain') return { just: 'json' };
  if (what === 'bad') return { statusCode: 'many' };
  if (what === 'binary') return { statusCode: 200, isBase64Encoded: true, body: 'AAEC', headers: { 'Content-Type': 'application/octet-stream' } };
  return { statusCode: 201, headers: { 'Content-Type': 'application/json', 'X-N': 1 }, cookies: ['a=1', 'b=2'], body: JSON.stringify(event) };
};`;
const authorize = `export const handler = async (event) => {
  if (event.headers.authorization === 'throw') throw new Error('oops');
  return { isAuthorized: event.headers.authorization !== 'no', context: { who: event.headers.authorization, type: event.type, source: event.identitySource } };
};`;

describe('the HTTP API', () => {
  let cloud: SmallCloud;

  beforeAll(async () => {
    cloud = await startSmallCloud();
    const api = { ApiId: { Ref: 'Api' } };
    const uri = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
    const route = (RouteKey: string, more: object = {}): TemplateResource => ({
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ...api,
        RouteKey,
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
        ...more,
      },
    });
    const permission = (id: string, source: string): TemplateResource => ({
      Type: 'AWS::Lambda::Permission',
      Properties: {
        ...{ Action: 'lambda:InvokeFunction', FunctionName: uri(id), Principal: 'apigateway.amazonaws.com' },
        SourceArn: { 'Fn::Sub': `arn:aws:execute-api:us-east-1:123456789012:\${Api}${source}` },
      },
    });
    const path = ['arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/', uri('Authorize'), '/invocations'];
    const Resources: Record<string, TemplateResource> = {
      Serve: cloud.makeFunction('serve', serve),
      Authorize: cloud.makeFunction('authorize', authorize),
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'a', ProtocolType: 'HTTP' } },
      Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ...api, StageName: '$default', AutoDeploy: true } },
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: { ...api, IntegrationType: 'AWS_PROXY', IntegrationUri: uri('Serve'), PayloadFormatVersion: '2.0' },
      },
      Authorizer: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: {
          ...api,
          ...{
            AuthorizerType: 'REQUEST',
            EnableSimpleResponses: true,
            AuthorizerPayloadFormatVersion: '2.0',
            Name: 'x',
          },
          AuthorizerUri: { 'Fn::Join': ['', path] },
          IdentitySource: ['$request.header.Authorization'],
        },
      },
      MayServe: permission('Serve', '/*/*/*'),
      MayAuthorize: permission('Authorize', '/authorizers/*'),
      Lonely: route('GET /lonely', { Target: 'integrations/none' }),
      Open: route('ANY /open/{proxy+}'),
      Guarded: route('GET /guarded/{id}', { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Authorizer' } }),
    };
    const stack = await cloud.up({ Resources, Outputs: { Url: { Value: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] } } } });
    expect(stack.outputs.Url).toBe(cloud.api.url);
  });
  afterAll(() => cloud.close());
  const get = (path: string, options: RequestInit = {}) => fetch(`${cloud.api.url}${path}`, options);

  it('gives functions events of payload format 2.0', async () => {
    const answer = await get('/open/a%20b?x=1&x=2&y=', {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: 'c=1; d=2', 'X-Custom': 'v' },
      body: '{"ä":1}',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(answer.headers.get('x-n')).toBe('1');
    const { port } = new URL(cloud.api.url);
    expect(await answer.json()).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /open/{proxy+}',
      rawPath: '/open/a%20b',
      rawQueryString: 'x=1&x=2&y=',
      queryStringParameters: { x: '1,2', y: '' },
      pathParameters: { proxy: 'a b' },
      cookies: ['c=1', 'd=2'],
      headers: { 'x-custom': 'v', host: `127.0.0.1:${port}`, 'x-forwarded-proto': 'http', 'x-forwarded-port': port },
      body: '{"ä":1}',
      isBase64Encoded: false,
      requestContext: {
        http: { method: 'POST', path: '/open/a%20b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        stage: '$default',
        timeEpoch: cloud.clock.now(),
        time: '01/Jan/2026:00:00:00 +0000',
      },
    });
  });

  it('passes bodies that are not known to be text in base64, YAML among them', async () => {
    const answer = await get('/open/x', {
      method: 'PUT',
      headers: { 'content-type': 'application/yaml' },
      body: 'a: 1',
    });
    expect(await answer.json()).toMatchObject({ body: Buffer.from('a: 1').toString('base64'), isBase64Encoded: true });
  });

  it('turns every kind of answer into a response', async () => {
    const plain = await get('/open/x?what=plain');
    expect([plain.status, await plain.json()]).toEqual([200, { just: 'json' }]);
    const binary = await get('/open/x?what=binary');
    expect([...new Uint8Array(await binary.arrayBuffer())]).toEqual([0, 1, 2]);
    for (const what of ['throw', 'bad']) {
      const failed = await get(`/open/x?what=${what}`);
      expect([failed.status, await failed.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    }
  });

  it('answers 404 itself where there is no route, and 413 to bodies above 10 MB', async () => {
    const missing = await get('/nowhere');
    expect([missing.status, await missing.json()]).toEqual([404, { message: 'Not Found' }]);
    const large = await get('/open/x', { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
    expect([large.status, await large.json()]).toEqual([413, { message: 'Request Too Long' }]);
  });

  it('invokes no function whose policy does not let it', async () => {
    const answer = await get('/lonely');
    expect(answer.status).toBe(500);
    expect(cloud.logs.of('local-cloud').at(-1)?.line).toContain('does not let API Gateway invoke it for');
  });

  it('asks the authorizer and hands its context on', async () => {
    const answer = await get('/guarded/7', { headers: { authorization: 'me' } });
    expect(await answer.json()).toMatchObject({
      pathParameters: { id: '7' },
      requestContext: { authorizer: { lambda: { who: 'me', type: 'REQUEST', source: ['me'] } } },
    });
    const status = async (authorization?: string) =>
      (await get('/guarded/7', authorization ? { headers: { authorization } } : {})).status;
    expect([await status(), await status('no'), await status('throw')]).toEqual([401, 403, 500]);
  });
});
