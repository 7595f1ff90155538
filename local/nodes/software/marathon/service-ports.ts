/** Service ports: what an app asks for, what it had before, or the next free one of Marathon's range. */
import type { App, AppPort } from './app.ts';

const range = { first: 10_000, last: 20_000 };

/** @param others all other apps. @returns undefined if the range is used up */
export function assignServicePorts(app: App, before: App | undefined, others: Iterable<App>): App | undefined {
  const taken = new Set([...others].flatMap(({ ports }) => ports.map(({ servicePort }) => servicePort)));
  for (const { servicePort } of app.ports) taken.add(servicePort);
  const reusable = (before?.ports ?? []).map(({ servicePort }) => servicePort).filter((port) => !taken.has(port));
  let next = range.first;
  const nextFree = () => {
    while (taken.has(next)) next += 1;
    return next;
  };
  const assigned: AppPort[] = [];
  for (const port of app.ports) {
    const servicePort = port.servicePort || (reusable.shift() ?? nextFree());
    if (servicePort > range.last && port.servicePort === 0) return undefined;
    taken.add(servicePort);
    assigned.push({ ...port, servicePort });
  }
  return { ...app, ports: assigned };
}

/** A service port that two apps ask for. */
export function findPortConflict(apps: ReadonlyMap<string, App>): { port: number; app: App; other: App } | undefined {
  const owners = new Map<number, App>();
  for (const app of apps.values()) {
    for (const { servicePort } of app.ports) {
      const other = servicePort === 0 ? undefined : owners.get(servicePort);
      if (other && other !== app) return { port: servicePort, app, other };
      owners.set(servicePort, app);
    }
  }
  return undefined;
}
