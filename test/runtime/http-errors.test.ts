import {
  Conflict,
  DependencyUnavailable,
  Forbidden,
  InvalidInput,
  Misconfigured,
  NotFound,
  Throttled,
} from '../../lambdas/contracts/error-names.ts';
import { HttpError, toErrorAnswer } from '../../lambdas/runtime/http-errors.ts';

const answerTo = (error: unknown) => toErrorAnswer(error, 'req-1');
const internal = 'Internal error; please report it with the request id req-1';

describe('toErrorAnswer', () => {
  it.each([
    [new InvalidInput('inputs.a: is odd'), 400, 'Bad Request', 'inputs.a: is odd'],
    [new Forbidden('not yours'), 403, 'Forbidden', 'not yours'],
    [new NotFound('not there'), 404, 'Not Found', 'not there'],
    [new HttpError(413, 'too much'), 413, 'Payload Too Large', 'too much'],
  ])('tells %s', (error, code, title, message) => {
    expect(answerTo(error)).toEqual({ status: code, headers: {}, view: { code, title, message } });
  });

  it('asks to retry at once after a concurrent update', () => {
    const { status, headers, view } = answerTo(new Conflict('revision 7'));
    expect({ status, headers }).toEqual({ status: 409, headers: { 'Retry-After': '0' } });
    expect(view.message).toBe("The request couldn't be fulfilled because of a concurrent update. Please retry later");
  });

  it.each([new Throttled('table'), new DependencyUnavailable('table')])('hides what is not available: %s', (error) => {
    const { status, headers, view } = answerTo(error);
    expect({ status, headers }).toEqual({ status: 503, headers: { 'Retry-After': '5' } });
    expect(view.message).not.toContain('table');
  });

  it.each([
    ['our bugs', new TypeError('x is undefined')],
    ['our configuration', new Misconfigured('MAX is missing')],
    ['what is no error', 'oops'],
    ['a service that refuses us', new Forbidden('arn:aws:iam::1:role/x', { cause: new Error('AccessDenied') })],
    ['a resource of ours that lacks', new NotFound('table x', { cause: new Error('ResourceNotFoundException') })],
  ])('tells nothing of %s', (_, error) => {
    const title = 'Internal Server Error';
    expect(answerTo(error)).toEqual({ status: 500, headers: {}, view: { code: 500, title, message: internal } });
  });

  it('never has an empty message, which orchent would take for success', () => {
    expect(answerTo(new HttpError(404, '')).view.message).toBe('Not Found');
  });
});
