import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBuildInfo } from '../../bin/build-info.ts';

const unknown = { revision: 'unknown', branch: 'unknown', time: 'unknown' };

describe('findBuildInfo', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'build-info-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const git = (...args: readonly string[]) => {
    const identity = {
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b',
    };
    const env = { ...process.env, ...identity, GIT_COMMITTER_DATE: '2026-03-01T10:30:00+0100' };
    return execFileSync('git', args, { cwd: directory, encoding: 'utf8', env }).trim();
  };
  const commit = () => {
    git('init', '--quiet', '--initial-branch=topic');
    writeFileSync(join(directory, 'file'), 'a');
    git('add', '.');
    git('commit', '--quiet', '--message=first');
    return git('rev-parse', 'HEAD');
  };

  it('knows nothing outside a work tree, and nothing of a tree around the project', () => {
    expect(findBuildInfo(directory)).toEqual(unknown);
    commit();
    execFileSync('mkdir', [join(directory, 'inner')]);
    expect(findBuildInfo(join(directory, 'inner'))).toEqual(unknown);
  });

  it('names commit, branch and the time of the commit in UTC', () => {
    const revision = commit();
    expect(findBuildInfo(directory)).toEqual({ revision, branch: 'topic', time: '2026-03-01T09:30Z' });
  });

  it('tells that files differ, and that no branch is checked out', () => {
    const revision = commit();
    git('checkout', '--quiet', '--detach');
    writeFileSync(join(directory, 'file'), 'b');
    expect(findBuildInfo(directory)).toMatchObject({ revision: `${revision}-dirty`, branch: 'unknown' });
  });
});
