import { parseDemoArguments } from '../../../local/demo/arguments.ts';
import type { DemoClient, Resource } from '../../../local/demo/client.ts';
import { createProgress, summarize } from '../../../local/demo/progress.ts';

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
