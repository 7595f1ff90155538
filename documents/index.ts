/**
 * The SSM documents: those that start the software of a node, one per role, and those that look after it later. A document's
 * script is put together from the files here, so that a node needs nothing but the command.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeRole } from '../lambdas/contracts/cluster.ts';
import {
  type DocumentParameter,
  startDocuments,
  type UpkeepDocument,
  upkeepDocuments,
} from '../lambdas/contracts/documents.ts';
import { awsShell } from '../lambdas/domain/release/aws-shell.ts';
import { renderReleaseSettings } from './release-settings.ts';

/** How long scripts run, in seconds: all waits of a script together, and after which time SSM ends it, so that it can tell why. */
interface Pace {
  /** What its log on the node is called after. */
  readonly task: string;
  /** Scripts with the same lock wait for one another. */
  readonly lock: string;
  readonly budgetSeconds: number;
  readonly timeoutSeconds: number;
}
export const startPace: Pace = { task: 'start', lock: 'start', budgetSeconds: 840, timeoutSeconds: 900 };
export const upkeepPaces: Readonly<Record<UpkeepDocument, Pace>> = {
  'cordon-nodes': { task: 'cordon', lock: 'cordon', budgetSeconds: 60, timeoutSeconds: 90 },
  'stop-agent': { task: 'stop-agent', lock: 'start', budgetSeconds: 120, timeoutSeconds: 150 },
};

/** Parts of each role's script in order; what is called at the end is `main` of the last one. */
const library = ['common', 'host', 'checks', 'containers', 'consul'].map((name) => `lib/${name}.sh`);
const ownParts: Readonly<Record<NodeRole, readonly string[]>> = {
  master: [
    'master/zookeeper.sh',
    'master/whitelist.sh',
    'master/mesos.sh',
    'master/keystore.sh',
    'master/marathon.sh',
    'master/chronos.sh',
    'master/watch-demand.sh',
    'start-master.sh',
  ],
  slave: ['slave/preflight.sh', 'slave/volumes.sh', 'slave/mesos.sh', 'start-slave.sh'],
  'load-balancer': ['load-balancer/haproxy.sh', 'load-balancer/keepalived.sh', 'start-load-balancer.sh'],
};

const upkeepParts: Readonly<Record<UpkeepDocument, readonly string[]>> = {
  'cordon-nodes': ['lib/common.sh', 'master/whitelist.sh', 'cordon-nodes.sh'],
  'stop-agent': ['lib/common.sh', 'lib/checks.sh', 'stop-agent.sh'],
};

/** Content of the role's SSM document. */
export function startDocument(role: NodeRole): Record<string, unknown> {
  return documentOf({
    description: `Starts the software of a ${role} and waits until the node is healthy`,
    parameters: startDocuments[role],
    step: 'StartContainers',
    timeoutSeconds: startPace.timeoutSeconds,
    script: startScript(role),
  });
}

const upkeepSteps: Readonly<Record<UpkeepDocument, { readonly step: string; readonly description: string }>> = {
  'cordon-nodes': { step: 'CordonNodes', description: 'Has a Mesos master offer some agents to nobody' },
  'stop-agent': {
    step: 'StopAgent',
    description: 'Ends the Mesos agent of a slave for good, unless something runs on it',
  },
};

export function upkeepDocument(name: UpkeepDocument): Record<string, unknown> {
  return documentOf({
    ...upkeepSteps[name],
    parameters: upkeepDocuments[name],
    timeoutSeconds: upkeepPaces[name].timeoutSeconds,
    script: upkeepScript(name),
  });
}

type Parameters = Readonly<Record<string, DocumentParameter>>;

function documentOf(parts: {
  readonly description: string;
  readonly parameters: Parameters;
  readonly step: string;
  readonly timeoutSeconds: number;
  readonly script: string;
}): Record<string, unknown> {
  return {
    schemaVersion: '2.2',
    description: parts.description,
    parameters: Object.fromEntries(Object.entries(parts.parameters).map(([name, each]) => [name, declare(each)])),
    mainSteps: [
      {
        action: 'aws:runShellScript',
        name: parts.step,
        precondition: { StringEquals: ['platformType', 'Linux'] },
        inputs: { timeoutSeconds: String(parts.timeoutSeconds), runCommand: parts.script.split('\n') },
      },
    ],
  };
}

/** The role's script, with SSM's placeholders for the parameters. */
export function startScript(role: NodeRole): string {
  return scriptOf(startDocuments[role], startPace, [
    renderReleaseSettings(),
    awsShell,
    ...[...library, ...ownParts[role]].map(readPart),
  ]);
}

/** The script of another document, with SSM's placeholders for the parameters. */
export function upkeepScript(name: UpkeepDocument): string {
  return scriptOf(upkeepDocuments[name], upkeepPaces[name], [awsShell, ...upkeepParts[name].map(readPart)]);
}

function scriptOf(parameters: Parameters, { task, lock, budgetSeconds }: Pace, parts: readonly string[]): string {
  return [
    '#!/bin/bash',
    ...Object.keys(parameters).map((name) => `export ${variableOf(name)}='{{ ${name} }}'`),
    `readonly TASK=${task} LOCK=${lock}`,
    `: "\${MESOSCALE_BUDGET_SECONDS:=${budgetSeconds}}"`,
    ...parts,
    'main',
    '',
  ].join('\n');
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
