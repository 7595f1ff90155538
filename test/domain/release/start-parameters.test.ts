import { nodeRoles, releaseNames } from '../../../lambdas/contracts/cluster.ts';
import { type DocumentParameter, startDocuments } from '../../../lambdas/contracts/documents.ts';
import { InvariantBroken } from '../../../lambdas/contracts/error-names.ts';
import { startParameters } from '../../../lambdas/domain/release/start-parameters.ts';
import { exampleContext } from './example.ts';

const cases = nodeRoles.flatMap((role) => releaseNames.map((release) => ({ role, release })));

describe('startParameters', () => {
  it.each(cases)('gives a $role of $release all parameters of its document and no other', ({ role, release }) => {
    const parameters = startParameters(role, exampleContext({ release }));
    const declared: Record<string, DocumentParameter> = startDocuments[role];
    expect(Object.keys(parameters).sort()).toEqual(Object.keys(declared).sort());
    for (const [name, value] of Object.entries(parameters)) expect(value).toMatch(new RegExp(declared[name]!.pattern));
  });

  it('lists the masters in slot order, however they are recorded', () => {
    const { MasterIps } = startParameters('slave', exampleContext());
    expect(MasterIps).toBe('10.0.0.11,10.0.1.12,10.0.2.13');
  });

  it('offers no GPUs in a release that cannot', () => {
    const gpu = { software: { gpuEnabled: true } };
    expect(startParameters('slave', exampleContext({ release: 'indigo_1', ...gpu })).EnableGpu).toBe('false');
    expect(startParameters('slave', exampleContext({ release: 'deep_1', ...gpu })).EnableGpu).toBe('true');
  });

  it('lists volumes in order', () => {
    const volumes = [
      { name: 'data', sizeGiB: 10, location: '/mnt/data' },
      { name: 'scratch', sizeGiB: 20, location: '/scratch' },
    ];
    expect(startParameters('slave', exampleContext({ volumes })).Volumes).toBe('data:/mnt/data,scratch:/scratch');
    expect(startParameters('slave', exampleContext()).Volumes).toBe('none');
  });

  it('chooses the balancer by release and Consul', () => {
    const imageWith = (consulEnabled: boolean) =>
      startParameters('load-balancer', exampleContext({ software: { consulEnabled } })).BalancerImage;
    expect(imageWith(true)).toBe('indigodatacloud/haproxy-consul:latest');
    expect(imageWith(false)).toBe('mesosphere/marathon-lb:v1.15.0');
  });

  it.each([
    { registry: "registry.example.org/'; reboot; '" },
    { registry: 'registry.example.org/$(reboot)' },
    { overrides: { indigo_1: { 'mesos-slave': '`reboot`' } } },
    { volumes: [{ name: 'data', sizeGiB: 1, location: "/mnt/a'b" }] },
    { volumes: [{ name: 'data', sizeGiB: 1, location: '/mnt/a\nreboot' }] },
    { volumes: [{ name: 'data;reboot', sizeGiB: 1, location: '/mnt' }] },
  ])('refuses what a shell would read: %j', (example) => {
    expect(() => startParameters('slave', exampleContext(example))).toThrow(InvariantBroken);
  });

  it('says which parameter is wrong', () => {
    expect(() => startParameters('load-balancer', exampleContext({ loadBalancerIps: [] }))).toThrow(
      /parameter PeerIps is ''/,
    );
  });
});
