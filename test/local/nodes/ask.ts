import { request } from 'node:http';
import { accounts, type createCluster } from './cluster-harness.ts';

export type Cluster = Awaited<ReturnType<typeof createCluster>>;
type Account = { readonly username: string; readonly password: string };
export interface Asked {
  readonly account?: Account;
  /** Security groups of the sender. @default the gateway's */
  readonly groups?: string;
  readonly method?: string;
  readonly body?: unknown;
}
export interface Told {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer
  readonly body: any;
  readonly location?: string | undefined;
}

/** A request as a function in the VPC would make it. @returns the error's code if the connection breaks */
export function ask(cluster: Cluster, url: string, { account, groups, method = 'GET', body }: Asked = {}) {
  const { host, pathname, search } = new URL(url);
  const headers = { host, 'x-local-security-groups': groups ?? cluster.gatewayGroup };
  const auth = account && `${account.username}:${account.password}`;
  const path = pathname + search;
  const options = { host: '127.0.0.1', port: cluster.routerPort, path, method, headers, ...(auth && { auth }) };
  return new Promise<Told>((resolve, reject) => {
    const outgoing = request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        const isJson = response.headers['content-type'] === 'application/json';
        const { statusCode = 0, headers: answered } = response;
        resolve({ status: statusCode, body: isJson ? JSON.parse(text) : text, location: answered.location });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Marathon, Chronos and Mesos of a cluster, asked through one of its masters, and its agents. */
export function clientsOf(cluster: Cluster, master = cluster.masterIps[0] ?? '') {
  const at = (port: number, account?: Account) => (method: string, path: string, body?: unknown) =>
    ask(cluster, `http://${master}:${port}${path}`, { method, body, ...(account ? { account } : {}) });
  return {
    marathon: at(8080, accounts.marathon),
    chronos: at(4400, accounts.chronos),
    mesos: at(5050, accounts.mesos),
    agent: (ip: string, path: string) => ask(cluster, `http://${ip}:5051${path}`),
  };
}
