import { createUsageCounter } from '../../../local/dynamodb/usage.ts';

const consumed = (CapacityUnits: number) => ({ TableName: 't', CapacityUnits });

describe('the usage counter', () => {
  it('asks for the consumption and keeps it from callers that did not', () => {
    const counter = createUsageCounter();
    const call = { action: 'PutItem', input: { TableName: 't' } };
    expect(counter.asking(call)).toEqual({ TableName: 't', ReturnConsumedCapacity: 'TOTAL' });
    expect(counter.count(call, { Attributes: {}, ConsumedCapacity: consumed(2) })).toEqual({ Attributes: {} });
    expect(counter.usage()).toEqual({ itemsWritten: 1, writeUnits: 2, readUnits: 0 });
  });

  it('counts the items of a batch without those that were put off', () => {
    const counter = createUsageCounter();
    const call = { action: 'BatchWriteItem', input: { RequestItems: { t: [{}, {}, {}] } } };
    counter.count(call, { UnprocessedItems: { t: [{}] }, ConsumedCapacity: [consumed(4)] });
    expect(counter.usage()).toEqual({ itemsWritten: 2, writeUnits: 4, readUnits: 0 });
  });

  it('counts reads, and nothing for calls that are neither', () => {
    const counter = createUsageCounter();
    counter.count({ action: 'Query', input: {} }, { Items: [], ConsumedCapacity: consumed(1.5) });
    expect(counter.count({ action: 'DescribeTable', input: {} }, { Table: {} })).toEqual({ Table: {} });
    expect(counter.usage()).toEqual({ itemsWritten: 0, writeUnits: 0, readUnits: 1.5 });
  });
});
