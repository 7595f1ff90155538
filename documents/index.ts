/**
 * The SSM documents that start the software of a node, one per role. A document's script is put together from the files here,
 * so that a node needs nothing but the command.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeRole } from '../lambdas/contracts/cluster.ts';
import { type DocumentParameter, startDocuments } from '../lambdas/contracts/documents.ts';
import { awsShell } from '../lambdas/domain/release/aws-shell.ts';
import { renderReleaseSettings } from './release-settings.ts';

/** How long SSM lets a script run, in seconds. The script's own deadline (lib/common.sh) is shorter, so that it can tell why. */
export const startTimeoutSeconds = 900;

/** Parts of each role's script in order; what is called at the end is `main` of the last one. */
const library = ['common', 'host', 'checks', 'containers', 'consul'].map((name) => `lib/${name}.sh`);
const ownParts: Readonly<Record<NodeRole, readonly string[]>> = {
  master: [
    'master/zookeeper.sh',
    'master/mesos.sh',
    'master/keystore.sh',
    'master/marathon.sh',
    'master/chronos.sh',
    'start-master.sh',
  ],
  slave: ['slave/preflight.sh', 'slave/volumes.sh', 'slave/mesos.sh', 'start-slave.sh'],
  'load-balancer': ['load-balancer/haproxy.sh', 'load-balancer/keepalived.sh', 'start-load-balancer.sh'],
};

/** Content of the role's SSM document. */
export function startDocument(role: NodeRole): Record<string, unknown> {
  return {
    schemaVersion: '2.2',
    description: `Starts the software of a ${role} and waits until the node is healthy`,
    parameters: Object.fromEntries(parametersOf(role).map(([name, parameter]) => [name, declare(parameter)])),
    mainSteps: [
      {
        action: 'aws:runShellScript',
        name: 'StartContainers',
        precondition: { StringEquals: ['platformType', 'Linux'] },
        inputs: { timeoutSeconds: String(startTimeoutSeconds), runCommand: startScript(role).split('\n') },
      },
    ],
  };
}

/** The role's script, with SSM's placeholders for the parameters. */
export function startScript(role: NodeRole): string {
  return [
    '#!/bin/bash',
    ...parametersOf(role).map(([name]) => `export ${variableOf(name)}='{{ ${name} }}'`),
    renderReleaseSettings(),
    awsShell,
    ...[...library, ...ownParts[role]].map(readPart),
    'main',
    '',
  ].join('\n');
}

function parametersOf(role: NodeRole): [string, DocumentParameter][] {
  return Object.entries(startDocuments[role]);
}

function declare({ description, pattern }: DocumentParameter): Record<string, string> {
  return { type: 'String', description, allowedPattern: pattern };
}

/** `MasterIps` → `MASTER_IPS`; the few names that the shared library knows are the same as in user data. */
function variableOf(name: string): string {
  const snake = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
  return snake === 'CLUSTER_ID' || snake === 'SIGNALS_QUEUE_URL' ? `MESOSCALE_${snake}` : snake;
}

/** The file without its directives for shellcheck, which would apply to the whole script. */
function readPart(path: string): string {
  return readFileSync(join(import.meta.dirname, path), 'utf8').replace(/^# shellcheck .*\n/, '');
}
