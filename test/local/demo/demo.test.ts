import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDemoArguments } from '../../../local/demo/arguments.ts';
import { burstFor, countNodes } from '../../../local/demo/burst.ts';
import type { DemoClient, Resource } from '../../../local/demo/client.ts';
import { completeParameters, needsCluster } from '../../../local/demo/parameters.ts';
import { createProgress, summarize } from '../../../local/demo/progress.ts';

describe('completeParameters', () => {
  const template = (...inputs: string[]) =>
    `tosca_definitions_version: tosca_simple_yaml_1_0\ntopology_template:\n  inputs:\n${inputs.map((input) => `    ${input}\n`).join('')}`;
  const complete = (text: string, given = {}) => completeParameters(text, given, () => 'made-up');

  it('makes up passwords that are required and not given', () => {
    const inputs = [
      'admin_password: { type: string }',
      'slaves: { type: integer, default: 2 }',
      'iam_token: { type: string }',
    ];
    expect(complete(template(...inputs), { iam_token: 'mine' })).toEqual({
      parameters: { admin_password: 'made-up', iam_token: 'mine' },
      madeUp: ['admin_password'],
    });
  });

  it('names all other inputs that need a value', () => {
    const inputs = ['site: { type: string }', 'size: { type: string }', 'note: { type: string, required: false }'];
    expect(() => complete(template(...inputs))).toThrow(
      'the template needs values for site, size: give each as -p site=… -p size=…',
    );
  });
});

const example = (name: string) => readFileSync(join(process.cwd(), 'examples', name), 'utf8');

describe('needsCluster', () => {
  it.each([
    ['mesos-cluster.yaml', false],
    ['small-cluster.yaml', false],
    ['elastic-cluster.yaml', false],
    ['web-service.yaml', true],
    ['two-job-pipeline.yaml', true],
  ])('%s: %s', (name, expected) => {
    expect(needsCluster(example(name), { admin_password: 'made-up' })).toBe(expected);
  });
});

describe('burstFor', () => {
  const burst = (name: string, more = {}) => burstFor(example(name), { admin_password: 'made-up', ...more });

  it('fills three quarters of the slaves that an elastic cluster may have', () => {
    expect(burst('elastic-cluster.yaml')).toEqual({ computeNode: 'slave_server', least: 0, instances: 12, cpus: 2 });
    expect(burst('elastic-cluster.yaml', { min_slaves: 1, max_slaves: 2, slave_cpus: 2 })).toEqual({
      ...{ computeNode: 'slave_server', least: 1, instances: 4, cpus: 1 },
    });
  });

  it.each(['small-cluster.yaml', 'web-service.yaml'])('has nothing to show of %s', (name) => {
    expect(burst(name)).toBeUndefined();
  });

  it('has nothing to show of a cluster that cannot grow', () => {
    expect(burst('elastic-cluster.yaml', { min_slaves: 2, max_slaves: 2 })).toBeUndefined();
  });
});

describe('countNodes', () => {
  it('counts the nodes of one Compute node, those included that leave', () => {
    const resources = [
      compute('a', 'CREATING'),
      compute('a', 'STARTED'),
      compute('a', 'DELETING'),
      compute('b', 'STARTED'),
    ];
    expect(countNodes(resources, 'a')).toBe(3);
  });
});

describe('parseDemoArguments', () => {
  it('deploys the project’s own example at speed 60 by default', () => {
    expect(parseDemoArguments([])).toEqual({ parameters: {}, speed: 60, seed: '1', keep: false });
  });

  it('takes a file, parameters as JSON or text, a speed, and keep', () => {
    const words = [
      'mine.yaml',
      '-p',
      'slaves=3',
      '-p',
      'password=a=b',
      '-p',
      'zones=["a"]',
      '--speed',
      '120',
      '--keep',
    ];
    expect(parseDemoArguments(words)).toEqual({
      file: 'mine.yaml',
      parameters: { slaves: 3, password: 'a=b', zones: ['a'] },
      speed: 120,
      seed: '1',
      keep: true,
    });
  });

  it.each([
    [['-p', 'novalue'], '-p takes name=value, not "novalue"'],
    [['--speed', 'fast'], '--speed must be above 0 and at most 10000, not fast'],
    [['a.yaml', 'b.yaml'], 'one template at a time, not also b.yaml'],
    [['--unknown'], "Unknown option '--unknown'"],
  ])('refuses %j in one sentence', (words, message) => {
    expect(() => parseDemoArguments(words)).toThrow(message);
  });
});

function compute(toscaNodeName: string, state: string, vm?: string): Resource {
  const info = JSON.stringify({ vmProperties: [{ class: 'system', state: vm }] });
  const metadata: Record<string, string> = vm === undefined ? {} : { VirtualMachineInfo: info };
  return { toscaNodeName, toscaNodeType: 'tosca.nodes.indigo.Compute', state, metadata };
}

describe('progress', () => {
  it('counts Compute nodes by how far they are', () => {
    const software = { ...compute('master', 'CREATING'), toscaNodeType: 'tosca.nodes.indigo.MesosMaster' };
    const resources = [
      software,
      compute('a', 'CREATING'),
      compute('a', 'CREATING', 'pending'),
      compute('a', 'CREATING', 'running'),
      compute('b', 'STARTED', 'configured'),
      compute('c', 'DELETING', 'off'),
      compute('c', 'DELETING'),
    ];
    expect(summarize(resources)).toBe('a 1 requested, 1 booting, 1 starting · b 1 ready · c 1 terminating, 1 gone');
  });

  it('tells the states of services and jobs', () => {
    const type = 'tosca.nodes.indigo.Container.Application.Docker.Chronos';
    const job = (name: string, state: string) => ({ ...compute(name, state), toscaNodeType: type });
    const container = {
      ...compute('box', 'STARTED'),
      toscaNodeType: 'tosca.nodes.indigo.Container.Runtime.Docker',
    };
    expect(summarize([job('check', 'STARTED'), container, job('count', 'CREATING')])).toBe(
      'check started · count creating',
    );
  });

  it('prints what is new and nothing twice', async () => {
    const log = ['2026-01-01T00:00:00.000Z INFO launching master 1'];
    const client = {
      log: async () => log,
      resources: async () => [compute('a', 'CREATING', 'pending')],
    } as Partial<DemoClient> as DemoClient;
    const printed: string[] = [];
    const progress = createProgress(client, 'id', { elapsed: () => 7.2, print: (line) => void printed.push(line) });
    await progress.look();
    await progress.look();
    log.push('2026-01-01T00:00:01.000Z WARNING no capacity');
    await progress.look();
    expect(printed).toEqual(['   7 s  launching master 1', '   7 s    [a 1 booting]', '   7 s  WARNING no capacity']);
  });
});
