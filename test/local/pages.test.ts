import { startServer } from '../../local/http/server.ts';
import { createPages } from '../../local/pages.ts';

describe('the page of the simulated internet', () => {
  const begin = async () => {
    const unused = () => {
      throw new Error('is not asked for');
    };
    const pages = createPages({
      faults: {} as Parameters<typeof createPages>[0]['faults'],
      oidc: unused,
      now: () => 0,
      fetchFromInternet: (url) => {
        if (!url.includes('203.0.113.5')) throw new Error('nothing answers');
        return { status: 200, body: { app: '/web' } };
      },
    });
    return startServer(0, async (request, response) => void (await pages(request, response)));
  };
  const get = async (base: string, query: string) => {
    const answer = await fetch(`${base}/_local/fetch${query}`);
    return { status: answer.status, body: (await answer.json()) as { message?: string } };
  };

  it('asks what a URL names, and says why nothing answers', async () => {
    const server = await begin();
    expect(await get(server.url, '?url=http://203.0.113.5:10000/')).toEqual({
      ...{ status: 200, body: { status: 200, body: { app: '/web' } } },
    });
    expect(await get(server.url, '?url=http://198.51.100.1/')).toMatchObject({
      status: 400,
      body: { message: 'nothing answers' },
    });
    expect((await get(server.url, '')).body.message).toContain('say what to fetch');
    await server.close();
  });
});
