/** Makes `Date` tell simulated time in this thread. */

/** @param shared `SimClock.shared`: simulated base, real base, speed (0: the base is the time) */
export function installSimulatedDate(shared: SharedArrayBuffer): void {
  const view = new Float64Array(shared);
  const realNow = Date.now.bind(Date);
  const now = () => {
    const [base = 0, realBase = 0, speed = 0] = view;
    return Math.floor(speed === 0 ? base : base + (realNow() - realBase) * speed);
  };
  const RealDate = Date;
  const SimulatedDate = new Proxy(RealDate, {
    construct: (target, parameters, newTarget) =>
      Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, property, receiver) => (property === 'now' ? now : Reflect.get(target, property, receiver)),
  });
  RealDate.prototype.constructor = SimulatedDate;
  globalThis.Date = SimulatedDate;
}
