/** What `cdk.json` runs. */
import { InvalidConfiguration } from '../constructs/config.ts';
import { buildApp } from './app.ts';

try {
  buildApp().synth();
} catch (error) {
  if (!(error instanceof InvalidConfiguration)) throw error;
  // The operator's mistake, not ours: the sentence says it all, a stack trace would bury it.
  console.error(error.message);
  process.exitCode = 1;
}
