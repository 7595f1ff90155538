/** What the API tells of itself. */
import { productVersion } from '../../contracts/api.ts';
import { Forbidden } from '../../contracts/error-names.ts';
import { json, text } from '../../runtime/http.ts';
import type { AnonymousOperation, Operation } from './services.ts';

/** GET /; clients tell by the text whom they speak to. As in the original it is for callers without token only. */
export const showRoot: AnonymousOperation = ({ auth }) => {
  if (auth.authenticated === 'true') throw new Forbidden('Access is denied');
  return text('INDIGO-Orchestrator');
};

/** GET /info: flat members for orchent, nested ones as newer clients read them. */
export const showInfo: AnonymousOperation = ({ baseUrl }, { settings: { build } }) =>
  json(200, {
    projectVersion: productVersion,
    serverHostname: new URL(baseUrl).hostname,
    projectRevision: build.revision,
    projectTimestamp: build.time,
    build: { version: productVersion, name: 'mesoscale' },
    git: { branch: build.branch, commit: { id: build.revision, time: build.time } },
  });

/** GET /configuration: flat, all text. Of the services that the original was made of, only the manager of machines is here. */
export const showConfiguration: Operation = ({ baseUrl }) =>
  json(200, { cpr_url: '', slam_url: '', cmdb_url: '', im_url: baseUrl, monitoring_url: '' });
