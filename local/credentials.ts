/** Who signs with which access key. Every function and every node has a key of its own, so each request tells who called. */
import { createHash } from 'node:crypto';
import type { Caller } from './types.ts';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Credentials {
  /** The person at the keyboard: may do everything. */
  readonly user: AccessKey;
  forFunction(functionName: string, roleName: string): AccessKey;
  forNode(instanceId: string, roleName: string): AccessKey;
  /**
   * Any key that does not look like a role's is the local user's, so that an AWS client works here with whatever it is
   * configured with. @returns undefined for a role's key that was never given out
   */
  callerOf(accessKeyId: string): Caller | undefined;
}

/** Key of the local user, easy to type into an AWS client's configuration. */
const USER_KEY: AccessKey = { accessKeyId: 'local', secretAccessKey: 'local' };

const ROLE_KEY_PREFIX = 'ASIA';

export function createCredentials({ accountId, seed }: { accountId: string; seed: string | number }): Credentials {
  const callers = new Map<string, Caller>();
  const user = (accessKeyId: string): Caller => ({
    accessKeyId,
    kind: 'user',
    roleName: 'local-user',
    arn: `arn:aws:iam::${accountId}:user/local-user`,
  });
  const issue = (kind: 'function' | 'node', session: string, roleName: string): AccessKey => {
    const key = deriveKey(`${seed}/${kind}/${roleName}/${session}`);
    const arn = `arn:aws:sts::${accountId}:assumed-role/${roleName}/${session}`;
    const who = kind === 'function' ? { functionName: session } : { instanceId: session };
    callers.set(key.accessKeyId, { accessKeyId: key.accessKeyId, kind, roleName, arn, ...who });
    return key;
  };
  return {
    user: USER_KEY,
    forFunction: (functionName, roleName) => issue('function', functionName, roleName),
    forNode: (instanceId, roleName) => issue('node', instanceId, roleName),
    callerOf: (id) => callers.get(id) ?? (id.startsWith(ROLE_KEY_PREFIX) ? undefined : user(id)),
  };
}

/** Role credentials look as on AWS: a key id that starts with `ASIA`, a secret of 40 characters, a session token. */
function deriveKey(from: string): Required<AccessKey> {
  const hash = (part: string) => createHash('sha256').update(`${part}:${from}`).digest();
  return {
    accessKeyId: `${ROLE_KEY_PREFIX}${hash('id').toString('hex').slice(0, 16).toUpperCase()}`,
    secretAccessKey: hash('secret').toString('base64').slice(0, 40),
    sessionToken: hash('token').toString('base64url'),
  };
}
