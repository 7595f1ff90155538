import type { NodeRole } from '../../contracts/cluster.ts';
import { InvariantBroken } from '../../contracts/error-names.ts';
import { awsShell } from './aws-shell.ts';
import { userDataScript } from './user-data-script.ts';

export interface UserDataOptions {
  readonly clusterId: string;
  readonly role: NodeRole;
  /** Queue on which the node says that it is online. */
  readonly signalsQueueUrl: string;
  readonly region: string;
}

/** Characters that mean nothing to a shell. */
const harmless = /^[A-Za-z0-9.:/_-]+$/;

/**
 * User data of a node: a bash script that cloud-init runs at the first boot. It holds no secret, and nothing a user wrote.
 * @returns plain text (to be sent in base64), under EC2's 16 KB
 */
export function renderUserData({ clusterId, role, signalsQueueUrl, region }: UserDataOptions): string {
  return [
    '#!/bin/bash',
    assignment('MESOSCALE_CLUSTER_ID', clusterId),
    assignment('MESOSCALE_ROLE', role),
    assignment('MESOSCALE_REGION', region),
    assignment('MESOSCALE_SIGNALS_QUEUE_URL', signalsQueueUrl),
    'set -uo pipefail',
    '',
    awsShell + userDataScript,
  ].join('\n');
}

function assignment(name: string, value: string): string {
  if (!harmless.test(value)) throw new InvariantBroken(`user data: ${name} has characters that a shell would read`);
  return `${name}='${value}'`;
}
