/** The load of a cluster as metrics. Pure. */
import type { MetricName } from '../../contracts/load.ts';
import type { Load, Resources } from '../scaling/scaling.ts';
import { isWatchedClosely } from './alarms.ts';

export interface LoadMetric {
  readonly name: MetricName;
  readonly value: number;
  /** Megabytes are Mesos' own, of 2^20 bytes. */
  readonly unit: 'Count' | 'Megabytes' | 'Percent';
  /** Seconds; 1 is CloudWatch's high resolution. */
  readonly resolution: 1 | 60;
}

/** @param gpuEnabled otherwise metrics of GPUs would cost and say nothing */
export function loadMetrics(load: Load, { gpuEnabled }: { readonly gpuEnabled: boolean }): readonly LoadMetric[] {
  const { allocated, offered, pending } = load;
  const allocation = allocationOf(load);
  return [
    count('AllocatedCpus', allocated.cpus),
    count('OfferedCpus', offered.cpus),
    count('PendingCpus', pending.cpus),
    metric('AllocatedMemory', allocated.mem, 'Megabytes'),
    metric('OfferedMemory', offered.mem, 'Megabytes'),
    metric('PendingMemory', pending.mem, 'Megabytes'),
    ...(gpuEnabled
      ? [count('AllocatedGpus', allocated.gpus), count('OfferedGpus', offered.gpus), count('PendingGpus', pending.gpus)]
      : []),
    ...(allocation === undefined ? [] : [metric('Allocation', allocation, 'Percent')]),
    count('WaitingTasks', load.waiting),
    count('UnhelpedTasks', load.unhelped),
    count('Slaves', load.slaves),
    count('IdleSlaves', load.idle),
    count('SlavesMissing', load.missing),
    count('SlavesSpare', load.spare),
  ];
}

function metric(name: MetricName, value: number, unit: LoadMetric['unit']): LoadMetric {
  return { name, value, unit, resolution: isWatchedClosely(name) ? 1 : 60 };
}

const count = (name: MetricName, value: number): LoadMetric => metric(name, value, 'Count');

/** Percent of the resource of which the largest part is held; undefined where nothing is offered. */
function allocationOf({ allocated, offered }: Load): number | undefined {
  const names: readonly (keyof Resources)[] = ['cpus', 'mem', 'disk', 'gpus'];
  const parts = names.filter((name) => offered[name] > 0).map((name) => (100 * allocated[name]) / offered[name]);
  return parts.length === 0 ? undefined : Math.max(...parts);
}
