/** `npm start`: the whole control plane on this computer. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Arguments, parseArguments, USAGE } from './arguments.ts';
import { prepareAssembly } from './assembly.ts';
import { type LocalCloud, startCloud } from './cloud.ts';

const stateDirectory = join(import.meta.dirname, '..', '.local');
const stateFile = join(stateDirectory, 'cloud.json');
/** The token that is printed holds for as long as anybody watches. */
const TOKEN_LIFETIME_SECONDS = 365 * 24 * 3600;

async function start(given: Arguments): Promise<void> {
  console.log('Synthesizing the stack …');
  const template = await prepareAssembly();
  const cloud = await startCloud({ ...given, template });
  const token = await cloud.issueToken({
    subject: 'dev',
    name: 'Developer',
    lifetimeSeconds: TOKEN_LIFETIME_SECONDS,
  });
  writeState(cloud, token);
  if (given.verbose) cloud.logs.follow(({ source, line }) => console.log(`${source}: ${line}`));
  console.log(welcome(cloud, token, given.speed));
  endOnSignal(cloud);
}

function writeState({ apiUrl, awsEndpoint, region }: LocalCloud, token: string): void {
  mkdirSync(stateDirectory, { recursive: true });
  writeFileSync(stateFile, `${JSON.stringify({ apiUrl, awsEndpoint, region, token }, null, 2)}\n`, { mode: 0o600 });
}

function welcome({ apiUrl, awsEndpoint, region }: LocalCloud, token: string, speed: number): string {
  return `
API           ${apiUrl}   (to read and try out: ${apiUrl}/docs)
AWS endpoint  ${awsEndpoint}   (AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=${region})
Speed         ${speed} simulated ${speed === 1 ? 'second' : 'seconds'} per second

  curl -H 'Authorization: Bearer ${token}' ${apiUrl}/deployments

To deploy a template, add -H 'Content-Type: application/yaml' --data-binary @<file>. Ctrl-C ends it.
`;
}

function endOnSignal(cloud: LocalCloud): void {
  let ending = false;
  const end = () => {
    // A second Ctrl-C does not wait.
    if (ending) process.exit(130);
    ending = true;
    rmSync(stateFile, { force: true });
    cloud.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

const parsed = parseArguments(process.argv.slice(2));
if ('help' in parsed) {
  console.log(USAGE);
} else if ('fault' in parsed) {
  console.error(`${parsed.fault}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  start(parsed).catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
