import {
  findInstanceType,
  hasGpu,
  instanceTypeNames,
  instanceTypes,
  isArm,
  isInstanceType,
} from '../../../lambdas/domain/cluster/instance-types.ts';
import { chooseInstanceTypes, type SizeRequest } from '../../../lambdas/domain/cluster/specification-size.ts';
import { refusal } from '../tosca/templates.ts';

const choose = (request: Partial<SizeRequest>) => chooseInstanceTypes({ gpus: 0, path: ['host'], ...request });
const GiB = 1024 ** 3;

describe('instance types', () => {
  it('are listed once, with sizes and prices', () => {
    const names = instanceTypeNames();
    expect(new Set(names).size).toBe(names.length);
    for (const { name, vcpus, memoryMiB, price } of instanceTypes) {
      expect([name, vcpus > 0, memoryMiB > 0, price > 0]).toEqual([name, true, true, true]);
      expect(isInstanceType(name)).toBe(true);
    }
  });

  it.each([
    ['m6g.large', true],
    ['t4g.small', true],
    ['c7gn.xlarge', true],
    ['g5g.xlarge', true],
    ['g5.xlarge', false],
    ['m6i.large', false],
    ['g4dn.xlarge', false],
  ])('know whether %s is ARM', (name, arm) => {
    expect(isArm(name)).toBe(arm);
  });

  it('know GPUs', () => {
    expect([hasGpu('g6.xlarge'), hasGpu('p3.2xlarge'), hasGpu('m5.large')]).toEqual([true, true, false]);
  });
});

describe('chooseInstanceTypes', () => {
  it.each<[Partial<SizeRequest>, readonly string[]]>([
    [{}, ['t3a.medium', 't3.medium', 't3a.large', 't3.large', 'c5.large', 'c6i.large', 'm5a.large', 'm5.large']],
    [{ cpus: 2, memoryBytes: 2e9 }, ['t3a.small', 't3.small', 't3a.medium', 't3.medium', 'c5.large', 'c6i.large']],
    [{ cpus: 1, memoryBytes: 100e6 }, ['t3a.micro', 't3.micro', 't3a.small', 't3.small']],
    [{ cpus: 4, memoryBytes: 8e9 }, ['t3a.xlarge', 't3.xlarge', 'c5.xlarge', 'c6i.xlarge', 'm5a.xlarge']],
    [{ memoryBytes: 16 * GiB, cpus: 2 }, ['r5.large', 'r6i.large', 't3a.xlarge', 't3.xlarge', 'm5a.xlarge']],
    [{ instanceType: 'c7i.large', cpus: 64 }, ['c7i.large']],
  ])('%j gives %j first', (request, expected) => {
    expect(choose(request).slice(0, expected.length).sort()).toEqual([...expected].sort());
  });

  it('offers 3 to 8 types that are big enough, cheapest first', () => {
    for (const cpus of [1, 2, 3, 8, 17, 48, 96]) {
      for (const memoryBytes of [1e9, 7e9, 40e9, 300e9]) {
        const types = choose({ cpus, memoryBytes }).map((name) => findInstanceType(name)!);
        expect(types.length).toBeGreaterThanOrEqual(3);
        expect(types.length).toBeLessThanOrEqual(8);
        for (const type of types) {
          expect(type.vcpus).toBeGreaterThanOrEqual(cpus);
          expect(type.memoryMiB * 1024 ** 2).toBeGreaterThanOrEqual(memoryBytes);
          expect(type.gpus).toBe(0);
        }
        const prices = types.map(({ price }) => price);
        expect(prices).toEqual([...prices].sort((a, b) => a - b));
      }
    }
  });

  it('offers more types of a like size and price for spot', () => {
    for (const cpus of [1, 2, 4, 8, 16, 48]) {
      for (const memoryBytes of [2e9, 8e9, 30e9]) {
        const names = choose({ cpus, memoryBytes, preemptible: true });
        const types = names.map((name) => findInstanceType(name)!);
        expect(types.length).toBeGreaterThanOrEqual(3);
        expect(types.length).toBeLessThanOrEqual(10);
        for (const type of types) {
          expect(type.vcpus).toBeGreaterThanOrEqual(cpus);
          expect(type.memoryMiB * 1024 ** 2).toBeGreaterThanOrEqual(memoryBytes);
        }
        const dearest = types[0]!.price * 2;
        expect(types.filter(({ price }) => price > dearest).length === 0 || types.length <= 6).toBe(true);
      }
    }
    expect(choose({ cpus: 2, memoryBytes: 8e9, preemptible: true })).toEqual(
      expect.arrayContaining(['t3a.large', 'm5a.large', 'm6i.large', 'm7i.large', 'r5.large']),
    );
    expect(choose({ instanceType: 'c7i.large', preemptible: true })).toEqual(['c7i.large']);
  });

  it('honours number, model and vendor of GPUs', () => {
    expect(choose({ gpus: 1 })[0]).toBe('g4dn.xlarge');
    expect(choose({ gpus: 1, gpuModel: 'NVIDIA Tesla V100' })[0]).toBe('p3.2xlarge');
    expect(choose({ gpus: 8, gpuVendor: 'NVIDIA' })).toEqual(['g5.48xlarge', 'p3.16xlarge']);
    expect(refusal(() => choose({ gpus: 1, gpuVendor: 'AMD' }))).toMatch(
      /^host: no EC2 instance type has 1 AMD GPUs; known are NVIDIA T4/,
    );
  });

  it.each<[Partial<SizeRequest>, RegExp]>([
    [{ instanceType: 'm5.huge' }, /^host\.instance_type: EC2 has no instance type m5\.huge; near ones are m5\.large, /],
    [{ instanceType: 'm1.medium' }, /near ones are .*m7a\.medium|near ones are /],
    [{ instanceType: 'custom-8-16384' }, /near ones are t3\.medium, m5\.large, c5\.large, r5\.large$/],
    [
      { instanceType: 'm6g.xlarge' },
      /m6g\.xlarge has ARM processors; the cluster's software needs x86_64, such as m6i\.xlarge$/,
    ],
    [
      { instanceType: 'm5.large', gpus: 1 },
      /m5\.large has no GPU, but one is asked for; use one such as g4dn\.xlarge$/,
    ],
    [{ instanceType: 'g4dn.xlarge', gpus: 2 }, /g4dn\.xlarge has 1 GPUs, but 2 are asked for$/],
    [{ cpus: 500 }, /^host: no EC2 instance type has 500 CPUs; the biggest is m7i\.48xlarge with 192 CPUs/],
    [{ memoryBytes: 2000 * GiB }, /no EC2 instance type has 2048000 MiB of memory; the biggest is r6i\.32xlarge/],
  ])('refuses %j', (request, message) => {
    expect(refusal(() => choose(request))).toMatch(message);
  });
});
