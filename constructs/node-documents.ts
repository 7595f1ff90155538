import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { startDocument, upkeepDocument } from '../documents/index.ts';
import { type NodeRole, nodeRoles } from '../lambdas/contracts/cluster.ts';
import { type UpkeepDocument, upkeepDocumentNames } from '../lambdas/contracts/documents.ts';
import { tagKeys } from '../lambdas/contracts/tags.ts';
import { pascalCase } from './names.ts';
import { allow } from './permissions.ts';

export interface NodeDocumentsProps {
  /** Value of the stack tag on nodes. */
  readonly stackName: string;
}

/** The SSM documents that start a role's containers on its nodes, and those that look after them later. */
export class NodeDocuments extends Construct {
  private readonly startDocuments: Readonly<Record<NodeRole, ssm.CfnDocument>>;
  private readonly upkeepDocuments: Readonly<Record<UpkeepDocument, ssm.CfnDocument>>;
  private readonly stackName: string;

  constructor(scope: Construct, id: string, props: NodeDocumentsProps) {
    super(scope, id);
    this.stackName = props.stackName;
    this.startDocuments = byName(nodeRoles, (role) => this.addDocument(`start-${role}`, startDocument(role)));
    this.upkeepDocuments = byName(upkeepDocumentNames, (name) => this.addDocument(name, upkeepDocument(name)));
  }

  /** Name of a role's start document. A changed script is a new document under a new name: commands under way keep theirs. */
  startDocumentName(role: NodeRole): string {
    return this.startDocuments[role].ref;
  }

  /** As for start documents. */
  upkeepDocumentName(name: UpkeepDocument): string {
    return this.upkeepDocuments[name].ref;
  }

  /** Of all documents. */
  get documentNames(): readonly string[] {
    return [...this.startDocumentNames, ...upkeepDocumentNames.map((name) => this.upkeepDocumentName(name))];
  }

  /** Sending the start documents, and no other, to nodes of this stack, and to no other instance. */
  grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.grantSend(grantee, this.startDocumentNames);
  }

  /** Sending this document, and no other, to nodes of this stack, and to no other instance. */
  grantUpkeep(grantee: iam.IGrantable, name: UpkeepDocument): iam.Grant {
    return this.grantSend(grantee, [this.upkeepDocumentName(name)]);
  }

  private get startDocumentNames(): readonly string[] {
    return nodeRoles.map((role) => this.startDocumentName(role));
  }

  private grantSend(grantee: iam.IGrantable, documentNames: readonly string[]): iam.Grant {
    const stack = Stack.of(this);
    return allow(
      grantee,
      {
        actions: ['ssm:SendCommand'],
        resources: documentNames.map((resourceName) =>
          stack.formatArn({ service: 'ssm', resource: 'document', resourceName }),
        ),
      },
      {
        actions: ['ssm:SendCommand'],
        resources: [stack.formatArn({ service: 'ec2', resource: 'instance', resourceName: '*' })],
        conditions: { StringEquals: { [`ssm:resourceTag/${tagKeys.stack}`]: this.stackName } },
        because: 'nodes come and go; they are told from other instances by the stack’s tag',
      },
    );
  }

  /** Seeing which nodes SSM reaches and how their commands ended. */
  grantObserve(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, {
      actions: ['ssm:DescribeInstanceInformation', 'ssm:ListCommandInvocations'],
      resources: ['*'],
      because: 'these list actions of SSM know no resources',
    });
  }

  private addDocument(name: string, content: Readonly<Record<string, unknown>>): ssm.CfnDocument {
    return new ssm.CfnDocument(this, pascalCase(name), {
      documentType: 'Command',
      documentFormat: 'JSON',
      targetType: '/AWS::EC2::Instance',
      content,
    });
  }
}

function byName<N extends string, T>(names: readonly N[], make: (name: N) => T): Readonly<Record<N, T>> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<N, T>;
}
