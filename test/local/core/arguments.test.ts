import { parseArguments } from '../../../local/arguments.ts';

describe('parseArguments', () => {
  it('has defaults for all', () => {
    expect(parseArguments([])).toEqual({ port: 8080, awsPort: 4566, speed: 1, seed: '1', verbose: false });
  });

  it('takes all that is given', () => {
    expect(parseArguments(['--port', '0', '--aws-port=9', '--speed', '60', '--seed', 'x', '--verbose'])).toEqual({
      port: 0,
      awsPort: 9,
      speed: 60,
      seed: 'x',
      verbose: true,
    });
    expect(parseArguments(['-h'])).toEqual({ help: true });
  });

  it.each([
    [['--port', 'x'], '--port must be a number'],
    [['--port', '70000'], '--port must be 0 to 65535'],
    [['--speed', '0'], '--speed must be above 0'],
    [['--port', '-1', '--speed', 'fast'], "Option '--port' argument is ambiguous"],
    [['--port=-1', '--speed', 'fast'], '--port must be 0 to 65535; --speed must be a number'],
    [['--fast'], "Unknown option '--fast'"],
    [['now'], "Unexpected argument 'now'"],
  ])('%j is refused with one sentence', (words, fault) => {
    expect(parseArguments(words)).toEqual({ fault: expect.stringContaining(fault) });
  });
});
