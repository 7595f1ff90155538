import { startDocument, startScript } from '../../documents/index.ts';
import { nodeRoles } from '../../lambdas/contracts/cluster.ts';
import { type DocumentParameter, startDocuments } from '../../lambdas/contracts/documents.ts';
import { tagKeys } from '../../lambdas/contracts/tags.ts';

interface Document {
  schemaVersion: string;
  parameters: Record<string, { type: string; allowedPattern: string }>;
  mainSteps: { action: string; precondition: object; inputs: { timeoutSeconds: string; runCommand: string[] } }[];
}

describe.each(nodeRoles)('the start document of a %s', (role) => {
  const document = startDocument(role) as unknown as Document;
  const [step] = document.mainSteps;

  it('is one step on Linux, under the size that SSM takes', () => {
    expect(document.schemaVersion).toBe('2.2');
    expect(document.mainSteps).toHaveLength(1);
    expect(step).toMatchObject({
      action: 'aws:runShellScript',
      precondition: { StringEquals: ['platformType', 'Linux'] },
      inputs: { timeoutSeconds: '900' },
    });
    expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThan(56 * 1024);
    expect(step!.inputs.runCommand[0]).toBe('#!/bin/bash');
  });

  it('declares the parameters of the contract, with their patterns', () => {
    const contract: Record<string, DocumentParameter> = startDocuments[role];
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
});

it('finds load balancers by the tags that instances are launched with', () => {
  const script = startScript('load-balancer');
  expect(script).toContain(
    `tag%3A${tagKeys.clusterId.split(':').join('%3A')}&`.replace('tag%3Amesoscale', 'tag%3Amesoscale'),
  );
  expect(script).toContain(`tag%3A${tagKeys.role.replace(':', '%3A')}&`);
});
