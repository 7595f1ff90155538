import { isNotFound, translateError, translating, unless } from '../../lambdas/adapters/errors.ts';
import { Conflict } from '../../lambdas/contracts/error-names.ts';
import { sdkError } from '../support/fakes.ts';

const nameOf = (error: unknown) => (translateError(error, 'trying') as Error).name;

describe('translateError', () => {
  it.each([
    ['RequestLimitExceeded', 'Throttled'],
    ['ThrottlingException', 'Throttled'],
    ['InsufficientInstanceCapacity', 'CapacityUnavailable'],
    ['VcpuLimitExceeded', 'CapacityUnavailable'],
    ['AddressLimitExceeded', 'CapacityUnavailable'],
    ['InvalidInstanceID.NotFound', 'NotFound'],
    ['ResourceNotFoundException', 'NotFound'],
    ['ConditionalCheckFailedException', 'Conflict'],
    ['UnauthorizedOperation', 'Forbidden'],
    ['InvalidAMIID.NotFound', 'InvalidInput'],
    ['ServiceUnavailable', 'DependencyUnavailable'],
    ['TimeoutError', 'DependencyUnavailable'],
  ])('makes %s %s', (code, name) => expect(nameOf(sdkError(code))).toBe(name));

  it('goes by the fault, then by the status, where the code is not known', () => {
    expect(nameOf(sdkError('Odd', { fault: 'server' }))).toBe('DependencyUnavailable');
    expect(nameOf(sdkError('Odd', { status: 503 }))).toBe('DependencyUnavailable');
    expect(nameOf(sdkError('Odd', { status: 429 }))).toBe('Throttled');
    expect(nameOf(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBe('DependencyUnavailable');
  });

  it('keeps the cause, and leaves what it does not know as it is', () => {
    const cause = sdkError('Throttling');
    expect(translateError(cause, 'listing')).toMatchObject({
      cause,
      message: 'listing failed: Throttling: Throttling happened',
    });
    const unknown = sdkError('ValidationError');
    expect(translateError(unknown, 'listing')).toBe(unknown);
    const own = new Conflict('moved on');
    expect(translateError(own, 'listing')).toBe(own);
  });
});

describe('calls', () => {
  it('are translated when they fail', async () => {
    await expect(translating('reading', () => Promise.reject(sdkError('NoSuchEntity')))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });
  it('may fail as an answer', async () => {
    expect(await unless(isNotFound, () => Promise.reject(sdkError('NoSuchEntity')))).toBe(false);
    expect(await unless(isNotFound, async () => 1)).toBe(true);
    await expect(unless(isNotFound, () => Promise.reject(sdkError('Throttling')))).rejects.toThrow('Throttling');
  });
});
