import { costOf } from '../../bench/cost.ts';
import { parseOptions } from '../../bench/options.ts';
import { spreadOf } from '../../bench/statistics.ts';
import { markdownTable } from '../../bench/tables.ts';

describe('the benchmark', () => {
  it('takes sizes and seeds, and says what is wrong with them', () => {
    expect(parseOptions(['--slaves', '10,100', '--seeds', '5'])).toEqual({ slaves: [10, 100], seeds: 5, write: false });
    expect(parseOptions(['--help'])).toBeUndefined();
    expect(() => parseOptions(['--seeds', 'many'])).toThrow('--seeds takes whole numbers from 1 to 99999, not many');
  });

  it.each([
    [[3], { min: 3, median: 3, max: 3 }],
    [[9, 1, 5], { min: 1, median: 5, max: 9 }],
    [[4, 1, 2, 3], { min: 1, median: 2.5, max: 4 }],
  ])('finds the middle of %j', (numbers, spread) => {
    expect(spreadOf(numbers)).toEqual(spread);
  });

  it('writes tables that line up', () => {
    expect(markdownTable(['name', 'n'], [['a', '1000']])).toBe(
      ['| name |    n |', '| ---- | ---: |', '| a    | 1000 |'].join('\n'),
    );
  });

  it('prices a deployment', () => {
    const use = {
      transitions: 1000,
      invoked: [{ count: 10, memoryMiB: 1024 }],
      messages: 0,
      writeUnits: 1e6,
      readUnits: 0,
    };
    expect(costOf(use)).toMatchObject({
      'Step Functions': expect.closeTo(0.025),
      DynamoDB: expect.closeTo(0.625),
      SQS: 0,
    });
    expect(costOf(use).Lambda).toBeCloseTo(10 * 0.3 * 0.0000133334 + 10 * 2e-7, 9);
  });
});
