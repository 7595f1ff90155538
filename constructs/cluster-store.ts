import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { table } from '../lambdas/contracts/table.ts';
import { allow } from './permissions.ts';

export interface ClusterStoreProps {
  /**
   * What becomes of the records when the stack is deleted. Without the records, running clusters are orphans that nobody
   * removes, so they stay unless asked otherwise.
   * @default 'retain'
   */
  readonly removalPolicy?: 'retain' | 'destroy';
}

/** The one table, laid out as `lambdas/contracts/table.ts` says. */
export class ClusterStore extends Construct {
  readonly table: dynamodb.Table;

  constructor(scope: Construct, id: string, props: ClusterStoreProps = {}) {
    super(scope, id);
    const retain = props.removalPolicy !== 'destroy';
    const text = (name: string) => ({ name, type: dynamodb.AttributeType.STRING });
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: text(table.partitionKey),
      sortKey: text(table.sortKey),
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      // Keys that AWS owns: free, no request can fail for KMS, and no record holds a secret.
      encryption: dynamodb.TableEncryption.DEFAULT,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: table.timeToLive,
      deletionProtection: retain,
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const addIndex = (indexName: string, partitionKey: string, sortKey: string) =>
      this.table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(partitionKey),
        sortKey: text(sortKey),
        projectionType: dynamodb.ProjectionType.ALL,
      });
    addIndex(table.index, table.indexPartitionKey, table.indexSortKey);
    addIndex(table.organizationIndex, table.organizationIndexPartitionKey, table.organizationIndexSortKey);
  }

  get tableName(): string {
    return this.table.tableName;
  }

  /** Reading records, by key and by index. */
  grantRead(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, {
      actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
      resources: [
        this.table.tableArn,
        ...[table.index, table.organizationIndex].map((index) => `${this.table.tableArn}/index/${index}`),
      ],
    });
  }

  /** Changing single records that exist: signals, tokens, ends of runs. */
  grantUpdate(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, { actions: ['dynamodb:UpdateItem'], resources: [this.table.tableArn] });
  }

  /** Reading single records, and writing lines of the activity log. */
  grantTell(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [this.table.tableArn] });
  }

  /** Reading, and every kind of single-item write. */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    this.grantRead(grantee);
    return allow(grantee, {
      actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'],
      resources: [this.table.tableArn],
    });
  }
}
