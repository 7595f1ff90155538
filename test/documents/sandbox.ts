/**
 * Runs a start script for real, below a temporary directory instead of /, with commands on the PATH that only pretend. All of them
 * write down how they were called.
 */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startScript, upkeepScript } from '../../documents/index.ts';
import type { NodeRole } from '../../lambdas/contracts/cluster.ts';
import type { UpkeepDocument } from '../../lambdas/contracts/documents.ts';
import { startParameters } from '../../lambdas/domain/release/start-parameters.ts';
import { type Example, exampleContext } from '../domain/release/example.ts';
import { fakeCommands } from './fake-commands.ts';

export const secret = {
  mesos: { username: 'admin', password: 'mesos-Pa55"word$\\' },
  marathon: { username: 'admin', password: " marathon-Pa55 'word " },
  chronos: { username: 'admin', password: 'chronos-Pa55`word`' },
  consulGossipKey: 'Z29zc2lwLWtleS1vZi0zMi1ieXRlcy1mb3ItdGVzdHM=',
  templateLiterals: {},
  parameters: {},
};

/** One call of a command: its name and arguments, without the sandbox's prefix. */
export type Call = readonly string[];

export interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Calls of this run alone. */
  readonly calls: readonly Call[];
}

const metadata: Readonly<Record<string, string>> = {
  'placement/region': 'eu-west-1',
  'placement/availability-zone': 'eu-west-1a',
  'services/domain': 'amazonaws.com',
  'instance-id': 'i-0aaaaaaaaaaaaaaa1',
  'instance-type': 'm5.large',
  mac: '0a:01:02:03:04:05',
  'instance-life-cycle': 'spot',
  'iam/security-credentials/': 'node-role',
  'iam/security-credentials/node-role':
    '{"AccessKeyId":"AKIATEST","SecretAccessKey":"sk-secret","Token":"session-secret"}',
};

/** As SSM puts the values in. */
function withParameters(script: string, parameters: Readonly<Record<string, string>>): string {
  return script.replaceAll(/\{\{ (\w+) \}\}/g, (_, name: string) => parameters[name] ?? '');
}

export class Sandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'mesoscale-node-'));
  /** What `run` runs. */
  script: string;
  private readonly http = new Map<string, string>();

  constructor(role: NodeRole, ip: string, example: Example = {}) {
    this.script = withParameters(startScript(role), startParameters(role, exampleContext(example)));
    for (const [path, body] of Object.entries(metadata)) this.answer(`/latest/meta-data/${path}`, body);
    this.answer('/latest/meta-data/local-ipv4', ip);
    this.answer(
      '/latest/meta-data/network/interfaces/macs/0a:01:02:03:04:05/vpc-ipv4-cidr-blocks',
      '10.0.0.0/29 10.1.0.4/30',
    );
    this.answer('/latest/api/token', 'imds-t0ken');
    this.answer('https://sqs.eu-west-1.amazonaws.com/', '{}');
    this.answer('https://secretsmanager.', JSON.stringify({ SecretString: JSON.stringify(secret) }));
    this.write('/var/lib/mesoscale/host', 'ready\n');
    this.write('/proc/meminfo', 'MemTotal:        8000000 kB\n');
    for (const controller of ['cpu', 'memory', 'freezer'])
      mkdirSync(this.path(`/sys/fs/cgroup/${controller}`), { recursive: true });
    for (const [name, text] of Object.entries(fakeCommands)) this.write(`/bin/${name}`, text, 0o755);
  }

  /** From now on `run` runs this document's script. */
  load(name: UpkeepDocument, parameters: Readonly<Record<string, string>>): this {
    this.script = withParameters(upkeepScript(name), parameters);
    return this;
  }

  path(path: string): string {
    return join(this.root, path);
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
    chmodSync(this.path(path), mode);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8').replaceAll(this.root, '');
  }

  exists(path: string): boolean {
    return existsSync(this.path(path));
  }

  mode(path: string): string {
    return (statSync(this.path(path)).mode & 0o777).toString(8);
  }

  /** Environment file of a container as an object. */
  environment(container: string): Record<string, string> {
    const lines = this.read(`/etc/mesoscale/${container}/environment`).trimEnd().split('\n');
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  }

  /** What curl gets from URLs that contain `part`; undefined: no answer. A later rule goes before an earlier one. */
  answer(part: string, body: string | undefined): this {
    this.http.delete(part);
    if (body !== undefined) this.http.set(part, body);
    return this;
  }

  /** Puts the answers into effect without a run. */
  save(): void {
    this.write(
      '/http',
      [...this.http]
        .reverse()
        .map(([part, body]) => `${part}\t${body}\n`)
        .join(''),
    );
  }

  /** @param budget seconds that all waits may take: 0 is one try each */
  run(options: { budget?: number; before?: string; environment?: Record<string, string> } = {}): Promise<Run> {
    this.save();
    this.write('/calls', '');
    this.write('/start.sh', this.script, 0o755);
    const env = {
      PATH: `${this.root}/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
      MESOSCALE_ROOT: this.root,
      MESOSCALE_BUDGET_SECONDS: String(options.budget ?? 60),
      MESOSCALE_POLL_SECONDS: '0',
      ...options.environment,
    };
    return new Promise((resolve) => {
      execFile('bash', [this.path('/start.sh')], { env }, (error, stdout, stderr) => {
        const status = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
        resolve({ status, stdout, stderr: stderr.replaceAll(this.root, ''), calls: this.calls() });
      });
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private calls(): Call[] {
    const lines = this.read('/calls').split('\u0001\n');
    return lines.filter((line) => line !== '').map((line) => line.split('\u0002'));
  }
}

/** The `docker run` calls by container name: what comes after the options that all have in common. */
export function containersOf(run: Run): Record<string, string[]> {
  const started = run.calls.filter((call) => call[0] === 'docker' && call[1] === 'run' && call.includes('--name'));
  return Object.fromEntries(
    started.map((call) => {
      const common = call.indexOf('nofile=65536:65536');
      return [call[call.indexOf('--name') + 1] ?? '', call.slice(common + 1)];
    }),
  );
}
