/** How an app gets from the instances it has to those it is to have. */
export interface Instances {
  readonly wanted: number;
  /** Of the app's present definition: those that live, and how many of them serve. */
  readonly fresh: number;
  readonly freshReady: number;
  /** Of earlier definitions. */
  readonly old: number;
}
export interface UpgradeStrategy {
  readonly minimumHealthCapacity: number;
  readonly maximumOverCapacity: number;
}
export interface Change {
  /** Instances still to be launched now. */
  readonly launch: number;
  readonly killOld: number;
  readonly killFresh: number;
}

/** Old ones go as far as enough serve; new ones come as far as not too many run. */
export function nextChange({ wanted, fresh, freshReady, old }: Instances, strategy: UpgradeStrategy): Change {
  const least = Math.ceil(wanted * strategy.minimumHealthCapacity);
  const over = Math.floor(wanted * strategy.maximumOverCapacity);
  // With all to serve and none too many nothing could ever be replaced: Marathon takes one more.
  const most = wanted + (old > 0 && least === wanted && over === 0 ? 1 : over);
  const killOld = Math.max(0, Math.min(old, old + freshReady - least));
  const room = old > 0 ? most - fresh - (old - killOld) : wanted - fresh;
  return {
    launch: Math.max(0, Math.min(wanted - fresh, room)),
    killOld,
    killFresh: Math.max(0, fresh - wanted),
  };
}

export const isDone = ({ wanted, fresh, freshReady, old }: Instances): boolean =>
  old === 0 && fresh === wanted && freshReady === wanted;

/** Marathon's back-off after a failure. @returns seconds */
export function nextDelay(
  current: number | undefined,
  {
    backoffSeconds,
    backoffFactor,
    maxLaunchDelaySeconds,
  }: Readonly<Record<'backoffSeconds' | 'backoffFactor' | 'maxLaunchDelaySeconds', number>>,
): number {
  return Math.min(maxLaunchDelaySeconds, current === undefined ? backoffSeconds : current * backoffFactor);
}
