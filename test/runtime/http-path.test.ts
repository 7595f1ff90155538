import { requestPathOf } from '../../lambdas/runtime/http-path.ts';

/** @param own what of the path API Gateway hands on; null at the root */
const pathOf = (clientPath: string, own: string | null) => {
  const { path, prefix } = requestPathOf({
    pathParameters: own === null ? null : { proxy: own },
    requestContext: { path: clientPath },
  });
  return [path, prefix];
};

describe('requestPathOf', () => {
  it.each([
    ['at the root, as by a custom domain without base path', '/deployments', 'deployments', ['/deployments', '']],
    ['at a stage', '/api/deployments/x', 'deployments/x', ['/deployments/x', '/api']],
    ['at a base path of several segments', '/a/b/deployments', 'deployments', ['/deployments', '/a/b']],
    ['at the root itself', '/', null, ['/', '']],
    ['at the root of a stage', '/api', null, ['/', '/api']],
    ['at the root of a stage with a slash', '/api/', null, ['/', '/api']],
    ['with a trailing slash', '/api/deployments/', 'deployments/', ['/deployments', '/api']],
    ['with repeated slashes', '/api//deployments///x', '/deployments///x', ['/deployments/x', '/api']],
    ['below the prefix', '/orchestrator/info', 'orchestrator/info', ['/info', '/orchestrator']],
    ['below stage and prefix', '/api/orchestrator/', 'orchestrator/', ['/', '/api/orchestrator']],
    ['at a stage that is called like the prefix', '/orchestrator/info', 'info', ['/info', '/orchestrator']],
    ['at a stage that is called like an operation', '/info/info', 'info', ['/info', '/info']],
    ['below a name that only begins like the prefix', '/orchestrators', 'orchestrators', ['/orchestrators', '']],
    ['with what stays encoded', '/api/deployments/a%2Fb', 'deployments/a%2Fb', ['/deployments/a%2Fb', '/api']],
  ])('%s', (_, clientPath, own, expected) => {
    expect(pathOf(clientPath, own)).toEqual(expected);
  });
});
