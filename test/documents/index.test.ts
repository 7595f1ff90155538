import { startDocument, startScript, upkeepDocument } from '../../documents/index.ts';
import { nodeRoles } from '../../lambdas/contracts/cluster.ts';
import {
  type DocumentParameter,
  longestCordon,
  startDocuments,
  upkeepDocumentNames,
  upkeepDocuments,
} from '../../lambdas/contracts/documents.ts';
import { tagKeys } from '../../lambdas/contracts/tags.ts';

interface Document {
  schemaVersion: string;
  parameters: Record<string, { type: string; allowedPattern: string }>;
  mainSteps: { action: string; precondition: object; inputs: { timeoutSeconds: string; runCommand: string[] } }[];
}

const documents = [
  ...nodeRoles.map((role) => [`start-${role}`, startDocument(role), startDocuments[role], '900'] as const),
  ...upkeepDocumentNames.map(
    (name) =>
      [name, upkeepDocument(name), upkeepDocuments[name], { 'cordon-nodes': '90', 'stop-agent': '150' }[name]] as const,
  ),
];

describe.each(documents)(
  'the document %s',
  (_, content, contract: Record<string, DocumentParameter>, timeoutSeconds) => {
    const document = content as unknown as Document;
    const [step] = document.mainSteps;

    it('is one step on Linux, under the size that SSM takes', () => {
      expect(document.schemaVersion).toBe('2.2');
      expect(document.mainSteps).toHaveLength(1);
      expect(step).toMatchObject({
        action: 'aws:runShellScript',
        precondition: { StringEquals: ['platformType', 'Linux'] },
        inputs: { timeoutSeconds },
      });
      expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThan(56 * 1024);
      expect(step!.inputs.runCommand[0]).toBe('#!/bin/bash');
    });

    it('declares the parameters of the contract, with their patterns', () => {
      expect(Object.keys(document.parameters)).toEqual(Object.keys(contract));
      for (const [name, { type, allowedPattern }] of Object.entries(document.parameters)) {
        expect({ type, allowedPattern }).toEqual({ type: 'String', allowedPattern: contract[name]!.pattern });
        expect(() => new RegExp(allowedPattern)).not.toThrow();
        expect(allowedPattern).toMatch(/^\^.*\$$/);
      }
    });

    it('uses each parameter once, in single quotes, and has no other double braces', () => {
      const text = step!.inputs.runCommand.join('\n');
      const used = [...text.matchAll(/\{\{\s*(\w*)\s*\}\}/g)].map((match) => match[1]);
      expect(used).toEqual(Object.keys(document.parameters));
      expect(text.match(/\{\{/g)).toHaveLength(used.length);
      expect(text.match(/^export \w+='\{\{ \w+ \}\}'$/gm)).toHaveLength(used.length);
    });

    it.each(["';reboot;'", '$(reboot)', '`reboot`', '"', 'a b', 'a\nb', '\\', '&&', ''])(
      'accepts %j for no parameter',
      (text) => {
        for (const { allowedPattern } of Object.values(document.parameters))
          expect(text).not.toMatch(new RegExp(allowedPattern));
      },
    );
  },
);

it('finds load balancers by the tags that instances are launched with', () => {
  const script = startScript('load-balancer');
  expect(script).toContain(
    `tag%3A${tagKeys.clusterId.split(':').join('%3A')}&`.replace('tag%3Amesoscale', 'tag%3Amesoscale'),
  );
  expect(script).toContain(`tag%3A${tagKeys.role.replace(':', '%3A')}&`);
});

it('takes as many cordoned addresses as drain at the same time, and no more', () => {
  const { pattern } = upkeepDocuments['cordon-nodes'].Cordoned;
  const addresses = (count: number) => Array.from({ length: count }, (_, n) => `10.0.0.${n % 256}`).join(',');
  expect(addresses(longestCordon)).toMatch(new RegExp(pattern));
  expect(addresses(longestCordon + 1)).not.toMatch(new RegExp(pattern));
});
