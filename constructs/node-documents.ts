import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { startDocument } from '../documents/index.ts';
import { type NodeRole, nodeRoles } from '../lambdas/contracts/cluster.ts';
import { tagKeys } from '../lambdas/contracts/tags.ts';
import { pascalCase } from './names.ts';
import { allow } from './permissions.ts';

export interface NodeDocumentsProps {
  /** Value of the stack tag on nodes. */
  readonly stackName: string;
}

/** The SSM documents that start a role's containers on its nodes. */
export class NodeDocuments extends Construct {
  private readonly documents: Readonly<Record<NodeRole, ssm.CfnDocument>>;
  private readonly stackName: string;

  constructor(scope: Construct, id: string, props: NodeDocumentsProps) {
    super(scope, id);
    this.stackName = props.stackName;
    this.documents = Object.fromEntries(nodeRoles.map((role) => [role, this.addDocument(role)])) as Record<
      NodeRole,
      ssm.CfnDocument
    >;
  }

  /** Name of a role's start document. A changed script is a new document under a new name: commands under way keep theirs. */
  startDocumentName(role: NodeRole): string {
    return this.documents[role].ref;
  }

  get startDocumentNames(): readonly string[] {
    return nodeRoles.map((role) => this.startDocumentName(role));
  }

  /** Sending the start documents, and no other, to nodes of this stack, and to no other instance. */
  grantStart(grantee: iam.IGrantable): iam.Grant {
    const stack = Stack.of(this);
    return allow(
      grantee,
      {
        actions: ['ssm:SendCommand'],
        resources: this.startDocumentNames.map((resourceName) =>
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

  private addDocument(role: NodeRole): ssm.CfnDocument {
    return new ssm.CfnDocument(this, `Start${pascalCase(role)}`, {
      documentType: 'Command',
      documentFormat: 'JSON',
      targetType: '/AWS::EC2::Instance',
      content: startDocument(role),
    });
  }
}
