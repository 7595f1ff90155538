/** The operating system that a Compute node asks for. */
import { clip, fail } from '../tosca/fault.ts';
import type { Node } from '../tosca/topology.ts';
import type { Path } from '../tosca/value.ts';
import { capabilityOf, type Specifying, textOf } from './specification-read.ts';

/** AMI id, or undefined for the stack's own node image. @throws InvalidInput */
export function readImage(compute: Node, { context, notes }: Specifying): string | undefined {
  const os = capabilityOf(compute, 'os');
  const path = [...compute.path, 'capabilities', 'os', 'properties'];
  refuseForeign(textOf(os, 'type'), ['linux'], [...path, 'type']);
  refuseForeign(textOf(os, 'architecture'), ['x86_64', 'amd64', 'x86-64', 'x64'], [...path, 'architecture']);
  const image = textOf(os, 'image');
  if (image === undefined) {
    noteDistribution(compute, notes);
    return undefined;
  }
  const id = readAmi(image, context.region, [...path, 'image']);
  if (id === undefined)
    notes.push(
      `node_templates.${compute.name}: the stack's node image is used, because ${clip(image)} is no image of EC2`,
    );
  return id;
}

function refuseForeign(value: string | undefined, supported: readonly string[], path: Path): void {
  if (value !== undefined && !supported.includes(value.toLowerCase()))
    fail(path, `${clip(value)} is not supported; use ${supported[0]}`);
}

/** `ami-…`, or `aws://region/ami-…` in the stack's region. */
function readAmi(image: string, region: string, path: Path): string | undefined {
  const [, imageRegion, id] = /^(?:aws:\/\/([^/]+)\/)?(ami-.*)$/.exec(image) ?? [];
  if (id === undefined) return undefined;
  if (!/^ami-[0-9a-f]{8,17}$/.test(id)) fail(path, `${clip(id)} is no AMI id; write one such as ami-0123456789abcdef0`);
  if (imageRegion !== undefined && imageRegion !== region)
    fail(path, `the image is in ${clip(imageRegion)}, but clusters are in ${region}; give an image of that region`);
  return id;
}

function noteDistribution(compute: Node, notes: string[]): void {
  const os = capabilityOf(compute, 'os');
  const asked = [textOf(os, 'distribution'), textOf(os, 'version')].filter((part) => part !== undefined).map(clip);
  if (asked.length > 0)
    notes.push(`node_templates.${compute.name}: the stack's node image is used in place of ${asked.join(' ')}`);
}
