/**
 * Templates that INDIGO-DataCloud and its followers published. They are no part of this project: continuous integration keeps
 * them beside its clone, and there a missing folder fails. Elsewhere tests of them are skipped.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.cwd(), '..', 'shared', 'tosca');
const missing = !existsSync(folder) && process.env.CI !== 'true';

/** `describe`, or `describe.skip` where the templates are not. */
export const describePublished = missing ? describe.skip : describe;

/** File names of one kind: `clusters`, `services`, `jobs`. Never empty, as `it.each` wants it. */
export function publishedNames(kind: string): string[] {
  return missing ? ['not there'] : readdirSync(join(folder, kind)).filter((name) => /\.ya?ml$/.test(name));
}

export function publishedText(kind: string, name: string): string {
  return missing ? '' : readFileSync(join(folder, kind, name), 'utf8');
}

/** Inputs of services and jobs that must be given, and optional ones that are used without being given. */
export const workloadParameters = {
  docker_image: 'acme/app:1',
  num_gpus: '1',
  jupyter_password: 'pw-4',
  rstudio_password: 'pw-5',
  onedata_token: 'pw-6',
  output_password: 'pw-7',
  input_urls: '["https://example.org/a", "https://example.org/b"]',
  input_filenames: 'a b',
  output_filenames: 'c',
  output_protocol: 'webdavs',
  command: 'run.sh',
  cpus: '0.5',
  mem: '2 GB',
  ...Object.fromEntries(
    [
      ...['output_endpoint', 'output_path', 'output_username', 'input_space_name', 'output_space_name', 'input_path'],
      ...['input_config_file', 'sat_space_name', 'onedata_zone', 'onedata_provider'],
    ].map((name) => [name, `the-${name}`]),
  ),
};
