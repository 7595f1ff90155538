/** DynamoDB: dynalite, reached within the process. */
import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';
import { physicalName } from '../cloudformation/without-effect.ts';
import { type AwsCall, AwsError, type AwsService, type ResourceToCreate, type ResourceTypes } from '../types.ts';
import { createUsageCounter, type TableUsage } from './usage.ts';

export interface DynamoDbDependencies {
  readonly accountId: string;
  readonly region: string;
}

export type AttributeValues = Readonly<Record<string, unknown>>;

export interface DynamoDb {
  readonly service: AwsService;
  readonly resourceTypes: ResourceTypes;
  /** All items of a table, in DynamoDB's typed form. Without a name: of the only table. */
  scan(tableName?: string): Promise<AttributeValues[]>;
  /** Of all calls over the wire that went through. */
  usage(): TableUsage;
  close(): Promise<void>;
}

const TARGET_PREFIX = 'DynamoDB_20120810';

export function createDynamoDb({ accountId, region }: DynamoDbDependencies): DynamoDb {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const tables: string[] = [];
  const counter = createUsageCounter();
  const arnOf = (table: string) => `arn:aws:dynamodb:${region}:${accountId}:table/${table}`;
  const request = (action: string, input: unknown) => emitRequest(server, action, input);
  return {
    service: {
      signingName: 'dynamodb',
      protocol: 'json-1.0',
      targetPrefix: TARGET_PREFIX,
      authorization: (call) => ({ resources: resourcesOf(call).map(({ table, index }) => arnOf(table) + index) }),
      handle: async (call) => counter.count(call, await request(call.action, counter.asking(call))),
    },
    resourceTypes: {
      'AWS::DynamoDB::Table': {
        properties: ['AttributeDefinitions', 'BillingMode', 'GlobalSecondaryIndexes', 'KeySchema', 'TableName'],
        withoutEffect: [
          'ContributorInsightsSpecification',
          'DeletionProtectionEnabled',
          'PointInTimeRecoverySpecification',
          'SSESpecification',
          'TableClass',
          'Tags',
          // Items past their time would go within two days; nothing may depend on when.
          'TimeToLiveSpecification',
        ],
        create: async (resource) => {
          const { name, input } = tableFrom(resource);
          await request('CreateTable', input);
          await waitUntilActive(request, name);
          tables.push(name);
          return { ref: name, attributes: { Arn: arnOf(name) } };
        },
      },
    },
    async scan(tableName = tables[0]) {
      const items: AttributeValues[] = [];
      let ExclusiveStartKey: unknown;
      do {
        const page = (await request('Scan', {
          TableName: tableName,
          ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
        })) as {
          Items: AttributeValues[];
          LastEvaluatedKey?: unknown;
        };
        items.push(...page.Items);
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return items;
    },
    usage: counter.usage,
    // Never listened, so there is nothing to close but the store, which lies in memory.
    close: async () => undefined,
  };
}

function tableFrom(resource: ResourceToCreate) {
  const name =
    typeof resource.properties.TableName === 'string' ? resource.properties.TableName : physicalName(resource);
  const { AttributeDefinitions, BillingMode, GlobalSecondaryIndexes, KeySchema } = resource.properties;
  const throughput = { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } };
  const input = {
    TableName: name,
    AttributeDefinitions,
    KeySchema,
    ...(GlobalSecondaryIndexes ? { GlobalSecondaryIndexes } : {}),
    ...(BillingMode === 'PAY_PER_REQUEST' ? { BillingMode } : throughput),
  };
  return { name, input };
}

async function waitUntilActive(request: (action: string, input: unknown) => Promise<unknown>, TableName: string) {
  for (;;) {
    const { Table } = (await request('DescribeTable', { TableName })) as {
      Table: { TableStatus: string; GlobalSecondaryIndexes?: ReadonlyArray<{ IndexStatus: string }> };
    };
    const indexes = Table.GlobalSecondaryIndexes ?? [];
    if (Table.TableStatus === 'ACTIVE' && indexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE')) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Hands dynalite's request listener a request and a response that never saw a socket. */
function emitRequest(server: Server, action: string, input: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = Object.assign(Readable.from([Buffer.from(JSON.stringify(input))]), {
      method: 'POST',
      url: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${TARGET_PREFIX}.${action}`,
        'x-amz-date': 'x',
        authorization: 'AWS4-HMAC-SHA256 Credential=x, SignedHeaders=x, Signature=x',
      },
    });
    const response = {
      statusCode: 200,
      setHeader: () => undefined,
      end(body: string) {
        const answer = JSON.parse(body) as Record<string, unknown>;
        if (this.statusCode === 200) resolve(answer);
        else reject(errorFrom(answer, this.statusCode, action));
      },
    };
    server.emit('request', request, response);
  });
}

function errorFrom(answer: Readonly<Record<string, unknown>>, status: number, action: string): AwsError {
  const code =
    String(answer.__type ?? 'InternalServerError')
      .split('#')
      .at(-1) ?? '';
  const unknown = code === 'UnknownOperationException' ? `The operation ${action} is not known here.` : '';
  const message = String(answer.message ?? answer.Message ?? '') || unknown;
  const { CancellationReasons, Item } = answer;
  const members = { ...(CancellationReasons ? { CancellationReasons } : {}), ...(Item ? { Item } : {}) };
  return new AwsError(code, message, status, members);
}

/** Tables, and indexes of them, that a call is about. */
function resourcesOf({ input }: AwsCall): Array<{ table: string; index: string }> {
  const { TableName, IndexName, RequestItems, TransactItems } = input as {
    TableName?: string;
    IndexName?: string;
    RequestItems?: Record<string, unknown>;
    TransactItems?: ReadonlyArray<Record<string, { TableName?: string }>>;
  };
  const transacted = (TransactItems ?? []).flatMap((item) => Object.values(item).map((part) => part.TableName));
  const names = new Set([TableName, ...Object.keys(RequestItems ?? {}), ...transacted]);
  return [...names].flatMap((table) => (table ? [{ table, index: IndexName ? `/index/${IndexName}` : '' }] : []));
}
