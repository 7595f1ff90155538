import { type AlarmRule, evaluate } from '../../../local/cloudwatch/evaluate.ts';

const rule = (more: Partial<AlarmRule>): AlarmRule => ({
  ...{ comparison: 'GreaterThanThreshold', threshold: 0, evaluationPeriods: 3, datapointsToAlarm: 3 },
  treatMissingData: 'missing',
  ...more,
});
/** `X` breaches, `0` does not, `-` is missing; the newest is on the right. */
const slots = (text: string) => [...text].map((one) => (one === '-' ? undefined : one === 'X' ? 1 : 0));
const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
const conclude = (text: string, datapointsToAlarm: number) =>
  treatments.map((treatMissingData) => evaluate(rule({ datapointsToAlarm, treatMissingData }), slots(text)) ?? 'stays');

describe('evaluate', () => {
  // The published examples, in the order missing, ignore, breaching, notBreaching.
  it.each([
    ['0-X-X', 3, ['OK', 'OK', 'OK', 'OK']],
    ['0----', 3, ['OK', 'OK', 'OK', 'OK']],
    ['-----', 3, ['INSUFFICIENT_DATA', 'stays', 'ALARM', 'OK']],
    ['0XX-X', 3, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['--X--', 3, ['ALARM', 'stays', 'ALARM', 'OK']],
    ['----X', 3, ['INSUFFICIENT_DATA', 'stays', 'ALARM', 'OK']],
    ['X----', 3, ['ALARM', 'stays', 'ALARM', 'OK']],
    ['0-X-X', 2, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['00X0X', 2, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0-X--', 2, ['OK', 'OK', 'ALARM', 'OK']],
    ['----0', 2, ['OK', 'OK', 'ALARM', 'OK']],
    ['---X-', 2, ['ALARM', 'stays', 'ALARM', 'OK']],
  ])('concludes from %s, of which %s of 3 must breach, by each treatment', (text, datapointsToAlarm, expected) => {
    expect(conclude(text, datapointsToAlarm)).toEqual(expected);
  });

  it('looks at the newest datapoints only, however old they are', () => {
    expect(conclude('XX000', 2)).toEqual(['OK', 'OK', 'OK', 'OK']);
    const one = rule({ evaluationPeriods: 1, datapointsToAlarm: 1 });
    expect(['X0-', 'X--', '0X-'].map((text) => evaluate(one, slots(text)))).toEqual(['OK', 'ALARM', 'ALARM']);
  });

  it.each([
    ['GreaterThanOrEqualToThreshold', ['OK', 'ALARM', 'ALARM']],
    ['GreaterThanThreshold', ['OK', 'OK', 'ALARM']],
    ['LessThanThreshold', ['ALARM', 'OK', 'OK']],
    ['LessThanOrEqualToThreshold', ['ALARM', 'ALARM', 'OK']],
  ] as const)('compares by %s', (comparison, expected) => {
    const one = rule({ comparison, threshold: 5, evaluationPeriods: 1, datapointsToAlarm: 1 });
    expect([4, 5, 6].map((value) => evaluate(one, [value]))).toEqual(expected);
  });
});
