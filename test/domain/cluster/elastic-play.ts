/** What tests of elastic groups share: clusters without load balancers, whose agents offer 2 CPUs each. */
import { rules } from '../../support/clusters.ts';
import { DrainPlay } from './drain-play.ts';

export const elastic = (slaves: number, min: number, max: number): DrainPlay =>
  new DrainPlay({ slaves, loadBalancers: 0 }).follow(min, max);

/** A task of 2 CPUs runs on each. */
export function busy(play: DrainPlay, ...ordinals: number[]): void {
  for (const ordinal of ordinals)
    play.agents.set(play.slave(ordinal).privateIp!, { tasks: 1, used: { cpus: 2, mem: 0, disk: 0, gpus: 0 } });
}

export const draining = (play: DrainPlay): number[] =>
  play.nodes.filter(({ status }) => status === 'draining').map(({ ordinal }) => ordinal);

export const wanted = (play: DrainPlay, group = 'slaves') => play.record.progress.scaling?.[group]?.wanted;

/** Has looked at the cluster for as long as fewer must have been enough. */
export function afterWindow(play: DrainPlay): DrainPlay {
  play.pass();
  play.pass(rules.scaleInSeconds / 2);
  play.pass(rules.scaleInSeconds / 2 - 2);
  return play;
}
