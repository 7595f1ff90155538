/** Ports that a container publishes. */
import { takenServicePorts } from '../marathon/app.ts';
import { clip, fail } from '../tosca/fault.ts';
import type { Path } from '../tosca/value.ts';
import type { PublishedPort } from './spec.ts';

/**
 * @param value list of port specifications as the reader gives it
 * @throws InvalidInput for a port twice, without a source, or with a protocol that Marathon does not publish
 */
export function readPorts(value: unknown, path: Path): readonly PublishedPort[] {
  const ports = (Array.isArray(value) ? value : []).map((item, index) => readPort(item, [...path, index]));
  refuseTwice(ports, ({ containerPort, protocol }) => `source ${containerPort}/${protocol}`, path);
  refuseTwice(ports, ({ servicePort }) => (servicePort === undefined ? undefined : `target ${servicePort}`), path);
  return ports;
}

function readPort(item: unknown, path: Path): PublishedPort {
  const { protocol = 'tcp', source, target } = item as Record<string, unknown>;
  if (protocol !== 'tcp' && protocol !== 'udp')
    fail([...path, 'protocol'], `${clip(String(protocol))} cannot be published; use tcp or udp`);
  if (typeof source !== 'number') fail([...path, 'source'], 'is missing; give the port that the container listens on');
  if (typeof target === 'number' && takenServicePorts.has(target))
    fail(
      [...path, 'target'],
      `the port ${target} is used by the load balancers themselves; use one from 10000 to 20000, or none`,
    );
  return { containerPort: source, protocol, ...(typeof target === 'number' ? { servicePort: target } : {}) };
}

function refuseTwice(
  ports: readonly PublishedPort[],
  nameOf: (port: PublishedPort) => string | undefined,
  path: Path,
): void {
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const name = nameOf(port);
    if (name !== undefined && seen.has(name)) fail([...path, index], `the ${name} is published twice`);
    if (name !== undefined) seen.add(name);
  }
}
