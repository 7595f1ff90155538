/** What the API tells of itself. */
import { productVersion } from '../../contracts/api.ts';
import { json, text } from '../../runtime/http.ts';
import type { AnonymousOperation, Operation } from './services.ts';

/** GET /; clients tell by the text whom they speak to. */
export const showRoot: AnonymousOperation = () => text('INDIGO-Orchestrator');

/** GET /info: flat members for orchent, nested ones as newer clients read them. */
export const showInfo: AnonymousOperation = ({ baseUrl }) =>
  json(200, {
    projectVersion: productVersion,
    serverHostname: new URL(baseUrl).hostname,
    projectRevision: 'unknown',
    projectTimestamp: 'unknown',
    build: { version: productVersion, name: 'mesoscale' },
    git: { branch: 'unknown', commit: { id: 'unknown' } },
  });

/** GET /configuration: flat, all text. Of the services that the original was made of, only the manager of machines is here. */
export const showConfiguration: Operation = ({ baseUrl }) =>
  json(200, { cpr_url: '', slam_url: '', cmdb_url: '', im_url: baseUrl, monitoring_url: '' });
