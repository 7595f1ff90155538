import { metricNames } from '../../../lambdas/contracts/load.ts';
import { loadMetrics } from '../../../lambdas/domain/cluster/load-metrics.ts';
import type { Load } from '../../../lambdas/domain/scaling/scaling.ts';

const load: Load = {
  ...{ slaves: 4, idle: 1, waiting: 12, unhelped: 2, missing: 3, spare: 0 },
  offered: { cpus: 14, mem: 56_000, disk: 100_000, gpus: 4 },
  allocated: { cpus: 3.5, mem: 42_000, disk: 0, gpus: 0 },
  pending: { cpus: 24, mem: 48_000, disk: 0, gpus: 2 },
};
const plain = { gpuEnabled: false };
const byName = (metrics: ReturnType<typeof loadMetrics>) => new Map(metrics.map((each) => [each.name, each]));

describe('loadMetrics', () => {
  it('tells what is held, offered and waited for, each with its unit', () => {
    const metrics = byName(loadMetrics(load, plain));
    expect(metrics.get('PendingCpus')).toEqual({ name: 'PendingCpus', value: 24, unit: 'Count', resolution: 60 });
    expect(metrics.get('OfferedMemory')).toMatchObject({ value: 56_000, unit: 'Megabytes' });
    expect(metrics.get('UnhelpedTasks')).toMatchObject({ value: 2, unit: 'Count' });
    expect([metrics.get('Slaves')?.value, metrics.get('IdleSlaves')?.value]).toEqual([4, 1]);
  });

  it('gives as allocation the part of the tightest resource', () => {
    expect(byName(loadMetrics(load, plain)).get('Allocation')).toMatchObject({ value: 75, unit: 'Percent' });
  });

  it('has no allocation where nothing is offered', () => {
    const none = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
    const metrics = byName(loadMetrics({ ...load, offered: none, allocated: none }, plain));
    expect([metrics.has('Allocation'), metrics.get('OfferedCpus')?.value]).toEqual([false, 0]);
  });

  it('tells of GPUs only on clusters that use them, and then has every metric once', () => {
    expect([...byName(loadMetrics(load, plain)).keys()].filter((name) => name.endsWith('Gpus'))).toEqual([]);
    const names = loadMetrics(load, { gpuEnabled: true }).map(({ name }) => name);
    expect(names.toSorted()).toEqual([...metricNames]);
  });

  it('is of high resolution only where an alarm of high resolution watches', () => {
    const fine = loadMetrics(load, plain).filter(({ resolution }) => resolution === 1);
    expect(fine.map(({ name }) => name)).toEqual(['SlavesMissing']);
  });
});
