/** Amounts for people. Pure. */
import { resourceNames, shareOf } from './resources.ts';
import type { Resources } from './scaling.ts';

const rounded = (amount: number): number => Math.round(amount * 10) / 10;

const described: Readonly<Record<keyof Resources, (amount: number) => string>> = {
  cpus: (amount) => `${rounded(amount)} cpu`,
  mem: (amount) => `${rounded(amount / 1024)} GB`,
  disk: (amount) => `${rounded(amount / 1024)} GB of disk`,
  gpus: (amount) => (amount === 1 ? '1 gpu' : `${rounded(amount)} gpus`),
};

/** As in "24 cpu and 48 GB". */
export function describe(of: Resources, isTold: (name: keyof Resources) => boolean): string {
  return resourceNames
    .filter(isTold)
    .map((name) => described[name](of[name]))
    .join(' and ');
}

/** Of what a slave offers, that is told which is scarce: of which the need takes nearly as much as of any. */
export function isScarce(need: Resources, offer: Resources): (name: keyof Resources) => boolean {
  const most = shareOf(need, offer);
  return (name) => need[name] > 0 && need[name] / offer[name] >= most * 0.8;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
