/** Volumes as container nodes write them: `path:mode`, or `name:path:mode:provider:driver`. */
import { clip, fail } from '../tosca/fault.ts';
import type { Path } from '../tosca/value.ts';
import type { VolumeMount, WorkloadType } from './spec.ts';

/** As long as volume drivers bear, the deployment's id and a dash in front included. */
const longestExternalName = 255;
const deploymentIdLength = 36;

/** @throws InvalidInput */
export function readVolume(text: string, type: WorkloadType, path: Path): VolumeMount {
  const parts = text.split(':');
  const framework = type === 'MARATHON' ? 'marathon' : 'chronos';
  if (parts.length === 2) return localVolume(parts as [string, string], path);
  if (parts.length === 5 && type === 'MARATHON') return externalVolume(parts as FiveParts, path);
  const also = type === 'MARATHON' ? ', or name:path:mode:provider:driver' : '';
  return fail(
    path,
    `Volume mount <${clip(text)}> not supported for ${framework} containers; write path:mode${also}, such as /data:rw`,
  );
}

type FiveParts = [name: string, containerPath: string, mode: string, provider: string, driver: string];

function localVolume([containerPath, mode]: [string, string], path: Path): VolumeMount {
  return { kind: 'local', containerPath: pathOf(containerPath, path), mode: modeOf(mode, path) };
}

function externalVolume([name, containerPath, mode, provider, driver]: FiveParts, path: Path): VolumeMount {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name))
    fail(path, `${clip(name)} is no name of a volume; use letters, digits and . _ -`);
  if (deploymentIdLength + 1 + name.length > longestExternalName)
    fail(path, `the volume's name has more than ${longestExternalName - deploymentIdLength - 1} characters`);
  for (const [what, text] of Object.entries({ provider, driver }))
    if (!/^[A-Za-z0-9][A-Za-z0-9_./-]*$/.test(text)) fail(path, `${clip(text)} is no name of a volume ${what}`);
  return {
    kind: 'external',
    name,
    containerPath: pathOf(containerPath, path),
    mode: modeOf(mode, path),
    provider,
    driver,
  };
}

function pathOf(text: string, path: Path): string {
  if (/^\/[^\s]*$/.test(text) && !text.split('/').includes('..')) return text;
  return fail(path, `${clip(text)} is no place in a container; write an absolute path, such as /data`);
}

function modeOf(text: string, path: Path): 'RO' | 'RW' {
  const mode = text.toUpperCase();
  if (mode === 'RO' || mode === 'RW') return mode;
  return fail(path, `${clip(text)} is no mode of a volume; use ro or rw`);
}
