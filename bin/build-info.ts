import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildInfo } from '../lambdas/contracts/functions.ts';

const root = join(import.meta.dirname, '..');
const unknown = 'unknown';

/**
 * Which commit the stack is synthesized from, for `/info`. The time is the commit's, so that the same commit always gives the same
 * stack. Where this is no git work tree of its own, or there is no git, everything is `unknown`.
 */
export function findBuildInfo(directory = root): BuildInfo {
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    // A work tree around a copy of the project tells nothing of the project.
    if (git('rev-parse', '--show-toplevel') !== realpathSync(directory)) throw new Error('not the top of a work tree');
    const branch = git('rev-parse', '--abbrev-ref', 'HEAD');
    const time = new Date(Number(git('show', '-s', '--format=%ct', 'HEAD')) * 1000);
    return {
      revision: git('describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'),
      // What git says when no branch is checked out, in most CI systems for instance.
      branch: branch === 'HEAD' ? unknown : branch,
      time: `${time.toISOString().slice(0, 16)}Z`,
    };
  } catch {
    return { revision: unknown, branch: unknown, time: unknown };
  }
}
